"""Fetching a published schedule over HTTP, with a limit on time and size, and from public addresses only."""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp import ClientRequest, ClientTimeout
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.resolver import ThreadedResolver
from aiohttp.tracing import Trace
from yarl import URL

from bot.errors import UnavailableError
from bot.schedule.yaml.nodes import MAX_BYTES

GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # all that IANA has assigned for the public internet

NOT_PUBLIC: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocols such as Teredo
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

IsAllowed = Callable[[str], bool]


class PrivateAddressError(Exception):
    """A host is on a private network."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} isn't a public address. Save the schedule as a file and use that.")


def is_public(address: str) -> bool:
    """Tell whether an IP address is public. For an IPv6 address that contains an IPv4 address, the latter counts.

    Python's `is_global` alone is not enough: it differs between versions, and treats some reserved ranges as public.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        embedded = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in NAT64:
            embedded = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if embedded:
            return is_public(str(embedded))
        if parsed not in GLOBAL_UNICAST or any(parsed in network for network in NOT_PUBLIC):
            return False
    return parsed.is_global and not parsed.is_multicast


def check_host(url: URL, is_allowed: IsAllowed) -> None:
    """Check a host that is an IP address and so never reaches the resolver. Raises PrivateAddressError."""
    host = url.raw_host or ""
    is_number = ":" in host or host.replace(".", "").isdigit()
    if is_number and not is_allowed(host):
        raise PrivateAddressError(host)


class PublicResolver(AbstractResolver):
    """A resolver that refuses hosts with an address that is not allowed."""

    def __init__(self, is_allowed: IsAllowed = is_public, resolver: AbstractResolver | None = None) -> None:
        self._is_allowed = is_allowed
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve a host to its addresses. Raises PrivateAddressError if one of them is not allowed."""
        results = await self._resolver.resolve(host, port, family)
        if not all(self._is_allowed(address["host"]) for address in results):
            raise PrivateAddressError(host)
        return results

    async def close(self) -> None:
        await self._resolver.close()


class PublicConnector(aiohttp.TCPConnector):
    """A connector that also checks the address it is connected to before anything is sent."""

    def __init__(self, is_allowed: IsAllowed = is_public, resolver: AbstractResolver | None = None) -> None:
        super().__init__(resolver=resolver or PublicResolver(is_allowed), use_dns_cache=False)
        self._is_allowed = is_allowed

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109
        """Connect to the host of a request. Raises PrivateAddressError if its address is not allowed."""
        connection = await super().connect(req, traces, timeout)
        peer = connection.transport.get_extra_info("peername") if connection.transport else None
        if not peer or not self._is_allowed(peer[0]):
            connection.close()
            raise PrivateAddressError(req.url.raw_host or "")
        return connection


TIMEOUT_S = 20.0

MAX_REDIRECTS = 5

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

NO_SUCH_FILE: Final = frozenset({401, 403, 404, 410})

HEADERS = {"User-Agent": "qcon-bot", "Accept-Encoding": "gzip"}


class FetchError(UnavailableError):
    """An address gave no schedule. The message gives the reason and advice, without the secret parts of the address."""


class NoSuchFileError(FetchError):
    """The server says that it has no such file, or that it shows it to nobody."""


@dataclass(frozen=True, slots=True)
class Validators:
    """The server's names for the version that we have, so that it sends only another one."""

    etag: str = ""
    last_modified: str = ""  # as the server wrote it


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The file at an address."""

    data: bytes
    validators: Validators
    url: str  # after redirects


NO_VALIDATORS = Validators()


async def fetch(
    url: str,
    validators: Validators = NO_VALIDATORS,
    *,
    private: bool = False,
    timeout_s: float = TIMEOUT_S,
    is_allowed: Callable[[str], bool] = is_public,
) -> FetchResult | None:
    """Fetch the file at an address; `None` if it has not changed since `validators`.

    Only IP addresses that pass `is_allowed` are connected to; each redirect is checked. `private` allows all addresses,
    including those of the local network. Raises FetchError.
    """
    allowed = (lambda _: True) if private else is_allowed
    try:
        # The response is decompressed by `_decompress`, which limits its size; aiohttp does not.
        async with (
            asyncio.timeout(timeout_s),
            PublicConnector(allowed) as connector,
            aiohttp.ClientSession(connector=connector, auto_decompress=False, headers=HEADERS) as session,
        ):
            return await _follow_redirects(session, url, validators, allowed)
    except TimeoutError:
        raise FetchError(f"{url} did not answer within {timeout_s:g} s. Is the address right?") from None
    except PrivateAddressError as error:
        raise FetchError(str(error)) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(f"{url} cannot be reached ({type(error).__name__}). Is the address right?") from error


async def _follow_redirects(
    session: aiohttp.ClientSession, url: str, validators: Validators, is_allowed: Callable[[str], bool]
) -> FetchResult | None:
    address = _parsed(url)
    for _ in range(MAX_REDIRECTS + 1):
        check_host(address, is_allowed)
        async with session.get(address, headers=_conditional_headers(validators), allow_redirects=False) as response:
            if response.status not in REDIRECTS:
                return await _read_body(response, str(address))
            address = _parsed(response.headers.get("Location", ""), address)
    raise FetchError(f"{url} redirects more than {MAX_REDIRECTS} times. Is the address right?")


def _parsed(url: str, relative_to: URL | None = None) -> URL:
    """Parse an address into the object that is both checked and fetched, so that the two cannot differ."""
    try:
        address = URL(url)
        if relative_to is not None:
            address = relative_to.join(address)
        if address.scheme in ("http", "https") and address.raw_host:
            return address
    except ValueError:
        pass
    raise FetchError(f"{url[:200]} isn't a web address: write it like https://example.org/schedule.json.")


def _conditional_headers(validators: Validators) -> Mapping[str, str]:
    """The headers that ask for a changed version only (RFC 9110, 13.1)."""
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {header: value for header, value in conditions.items() if value}


async def _read_body(response: aiohttp.ClientResponse, url: str) -> FetchResult | None:
    if response.status == 304:
        return None
    if response.status != 200:
        error = NoSuchFileError if response.status in NO_SUCH_FILE else FetchError
        raise error(f"{url} answers with {response.status} {response.reason}. Is it public, and is the address right?")
    data = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        data += chunk
        _check_size(data, url)
    seen = Validators(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
    return FetchResult(_decompress(bytes(data), response.headers.get("Content-Encoding", ""), url), seen, url)


def _decompress(data: bytes, encoding: str, url: str) -> bytes:
    if not encoding or encoding.lower() == "identity":
        return data
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise FetchError(f"{url} uses the encoding {encoding[:40]}, which I can't read.")
    decompressor = zlib.decompressobj(wbits=31)
    try:
        whole = decompressor.decompress(data, MAX_BYTES + 1)
    except zlib.error:
        raise FetchError(f"{url} sent a damaged file. Try again.") from None
    _check_size(whole, url)
    if not decompressor.eof or decompressor.unused_data:
        raise FetchError(f"{url} sent only part of its file. Try again.")
    return whole


def _check_size(data: bytes | bytearray, url: str) -> None:
    if len(data) > MAX_BYTES:
        raise FetchError(f"{url} holds more than {MAX_BYTES // 1_000_000} MB. Is it a schedule?")
