"""Fetching from a real server: errors, redirects, compression and limits."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Middleware

from bot.live_schedule.fetch import (
    Conditions,
    FetchError,
    PrivateAddressError,
    fetch,
    is_public,
    open_socket,
)
from bot.schedule.yaml.nodes import MAX_BYTES

ELSEWHERE = "127.0.0.2"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def plain(request: web.Request) -> web.StreamResponse:
    if request.headers.get("If-None-Match") == '"2"' or request.headers.get("If-Modified-Since") == "yesterday":
        return web.Response(status=304)
    return web.Response(body=b"schedule", headers={"ETag": '"2"', "Last-Modified": "yesterday"})


async def too_long(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        for _ in range(MAX_BYTES // 2**16 + 10):
            await response.write(b"x" * 2**16)
    except ConnectionError:  # the client has closed the connection, as it should
        pass
    return response


async def bomb(_: web.Request) -> web.StreamResponse:
    return web.Response(body=gzip.compress(b"x" * 50_000_000), headers={"Content-Encoding": "gzip"})


async def zipped(_: web.Request) -> web.StreamResponse:
    return web.Response(body=gzip.compress(b"schedule"), headers={"Content-Encoding": "gzip"})


async def cut_off(_: web.Request) -> web.Response:
    whole = gzip.compress(bytes(range(256)) * 50)
    return web.Response(body=whole[: len(whole) // 2], headers={"Content-Encoding": "gzip"})


async def without_checksum(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"schedule")[:-8], headers={"Content-Encoding": "gzip"})


async def two_in_one(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"sche") + gzip.compress(b"dule"), headers={"Content-Encoding": "gzip"})


async def never(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    transport = request.transport
    while transport and not transport.is_closing():
        await response.write(b"x")
        await asyncio.sleep(0.01)
    return response


async def inward(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://127.0.0.1:1/secret")


async def round_and_round(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/round")


async def to_plain(_: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently("/plain")


async def to_a_file(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("file:///etc/passwd")


async def redirect(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": request.query["where"]})


def elsewhere_or_public(address: str) -> bool:
    """Allow one address of the loopback interface, which stands for a host on the internet."""
    return address == ELSEWHERE or is_public(address)


@pytest.fixture
def requests() -> list[web.Request]:
    """The requests that the servers received."""
    return []


@pytest.fixture
async def elsewhere(requests: list[web.Request]) -> AsyncIterator[str]:
    """A server that redirects to any address given in the query."""
    app = web.Application(middlewares=[_recording(requests)])
    app.router.add_get("/to", redirect)
    async with TestServer(app, host=ELSEWHERE) as server:
        yield str(server.make_url("")).rstrip("/")


def _recording(requests: list[web.Request]) -> Middleware:
    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        requests.append(request)
        return await handler(request)

    return record


@pytest.fixture
async def server(requests: list[web.Request]) -> AsyncIterator[str]:
    app = web.Application(middlewares=[_recording(requests)])
    handlers: dict[str, Handler] = {
        "plain": plain, "long": too_long, "bomb": bomb, "zipped": zipped, "never": never, "inward": inward,
        "round": round_and_round, "moved": to_plain, "file": to_a_file, "cut-off": cut_off,
        "without-checksum": without_checksum, "two-in-one": two_in_one,
    }  # fmt: skip
    for name, handler in handlers.items():
        app.router.add_get(f"/{name}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_a_file_is_fetched_through_a_redirect_with_its_validators(server: str) -> None:
    fetched = await fetch(f"{server}/moved", private=True)
    assert fetched is not None
    assert (fetched.data, fetched.url) == (b"schedule", f"{server}/plain")
    assert fetched.next_time == {"If-None-Match": '"2"', "If-Modified-Since": "yesterday"}


@pytest.mark.parametrize("seen", [{"If-None-Match": '"2"'}, {"If-Modified-Since": "yesterday"}])
async def test_an_unchanged_file_is_not_sent_again(server: str, seen: Conditions) -> None:
    assert await fetch(f"{server}/plain", seen, private=True) is None


async def test_a_compressed_response_is_decompressed(server: str) -> None:
    fetched = await fetch(f"{server}/zipped", private=True)
    assert fetched is not None
    assert fetched.data == b"schedule"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("long", "more than 8 MB"),
        ("bomb", "more than 8 MB"),
        ("round", "redirects more than 5 times"),
        ("none", "answers with 404 Not Found"),
        ("file", "isn't a web address"),
        ("cut-off", "only part of its file"),
        ("without-checksum", "only part of its file"),
        ("two-in-one", "only part of its file"),
    ],
)
async def test_an_unusable_response_is_refused_with_the_reason(server: str, path: str, message: str) -> None:
    with pytest.raises(FetchError, match=message):
        await fetch(f"{server}/{path}", private=True)


async def test_a_server_that_never_answers_is_given_up(server: str) -> None:
    with pytest.raises(FetchError, match=r"did not answer within 0\.2 s"):
        await fetch(f"{server}/never", private=True, timeout_s=0.2)


async def test_a_port_without_a_server_is_reported_as_unreachable() -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        await fetch("http://127.0.0.1:1/", private=True)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "169.254.169.254",
     "10.0.0.1", "[fe80::1%25lo]", "0.0.0.0"],
)  # fmt: skip
async def test_addresses_within_our_own_network_are_refused(host: str) -> None:
    with pytest.raises(FetchError):
        await fetch(f"http://{host}:1/schedule.json")


@pytest.mark.parametrize(
    "host", [f"127{dot}0{dot}0{dot}1" for dot in "。．｡․"] + ["１２７.0.0.1", "⑫7.0.0.1", "loc\u00adalhost"]
)
async def test_other_spellings_of_our_own_addresses_reach_nothing(
    server: str, requests: list[web.Request], host: str
) -> None:
    with pytest.raises(FetchError):
        await fetch(f"{server.replace('127.0.0.1', host)}/plain")
    assert requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "127․0․0․1"])
async def test_a_redirect_to_an_address_of_our_own_reaches_nothing(
    server: str, requests: list[web.Request], elsewhere: str, host: str
) -> None:
    target = f"{server.replace('127.0.0.1', host)}/plain"
    with pytest.raises(FetchError, match=r"isn't a public address|isn't a web address"):
        await fetch(f"{elsewhere}/to?{urlencode({'where': target})}", is_allowed=elsewhere_or_public)
    assert [request.path for request in requests] == ["/to"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "https://", "http://[::1"])
async def test_an_invalid_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        await fetch(url)


class FixedResolver(AbstractResolver):
    """A resolver that returns fixed addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._addresses
        ]

    async def close(self) -> None: ...


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:2800:220:1:248:1893:25c8:1946", True), ("64:ff9b::5db8:d822", True),
     ("64:ff9b::7f00:1", False), ("::ffff:10.0.0.1", False), ("2002:7f00:1::", False), ("224.0.0.1", False),
     ("100.64.0.1", False), ("x", False), ("::127.0.0.1", False), ("fec0::1", False), ("64:ff9b:1::1", False),
     ("64:ff9b:1::5db8:d822", False), ("::", False), ("fe80::1%lo", False), ("fc00::1", False), ("ff02::1", False),
     ("2001:db8::1", False), ("3fff::1", False), ("2001::1", False), ("100::1", False), ("5f00::1", False),
     ("2002:5db8:d822::", True), ("2002:a00:1::", False), ("::ffff:93.184.216.34", True), ("::ffff:0:127.0.0.1", False),
     ("198.18.0.1", False), ("192.0.2.1", False), ("255.255.255.255", False), ("240.0.0.1", False), ("0.1.2.3", False)],
)  # fmt: skip
def test_public_addresses_are_distinguished_from_others(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["127.0.0.1", "10.0.0.1"]])
async def test_a_name_is_not_connected_to_at_an_address_of_ours(
    server: str, requests: list[web.Request], addresses: list[str]
) -> None:
    connector = aiohttp.TCPConnector(resolver=FixedResolver(*addresses), socket_factory=partial(open_socket, is_public))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as refused:
            await session.get(server.replace("127.0.0.1", "example.org") + "/plain")
    assert isinstance(refused.value.os_error, PrivateAddressError)
    assert requests == []
