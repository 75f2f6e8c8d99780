"""Public IP addresses, and connections over the loopback interface, which has none."""

import socket

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from bot.live_schedule.public_addresses import PrivateAddressError, PublicConnector, PublicResolver, is_public


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


async def test_a_name_is_connected_to_at_the_addresses_that_were_checked() -> None:
    results = await PublicResolver(resolver=FixedResolver("93.184.216.34")).resolve("example.org", 443)
    assert [address["host"] for address in results] == ["93.184.216.34"]


async def test_a_name_with_one_address_of_ours_is_refused() -> None:
    with pytest.raises(PrivateAddressError):
        await PublicResolver(resolver=FixedResolver("93.184.216.34", "192.168.0.1")).resolve("example.org", 443)


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


async def test_the_other_end_of_a_connection_is_checked_before_anything_is_sent() -> None:
    requests: list[web.Request] = []

    async def note(request: web.Request) -> web.Response:
        requests.append(request)
        return web.Response()

    app = web.Application()
    app.router.add_get("/", note)
    async with TestServer(app) as server:
        for resolver in (
            FixedResolver("127.0.0.1"),
            FixedResolver("::ffff:127.0.0.1"),
        ):  # addresses that no resolver has checked
            async with aiohttp.ClientSession(connector=PublicConnector(resolver=resolver)) as session:
                with pytest.raises((PrivateAddressError, OSError)):
                    await session.get(f"http://example.org:{server.port}/")
    assert requests == []
