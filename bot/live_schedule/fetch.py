"""Fetching a published schedule over HTTP, with a limit on time and size, and from public addresses only."""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import aiohttp
from aiohttp import AddrInfoType, ClientConnectorError, InvalidURL, NonHttpUrlClientError, TooManyRedirects
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


class PrivateAddressError(OSError):
    """An address that is not allowed."""


def open_socket(is_allowed: IsAllowed, address: AddrInfoType) -> socket.socket:
    """Open a socket to connect to an IP address, whatever host name it came from. Raises PrivateAddressError."""
    family, kind, protocol, _, place = address
    if not is_allowed(str(place[0])):
        raise PrivateAddressError("not a public address")
    return socket.socket(family, kind, protocol)


TIMEOUT_S = 20.0

MAX_REDIRECTS = 5

NO_SUCH_FILE: Final = frozenset({401, 403, 404, 410})

HEADERS = {"User-Agent": "qcon-bot", "Accept-Encoding": "gzip"}

# The header that asks for a newer version only, by the header that names the present one (RFC 9110, 13.1).
CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}

Conditions = Mapping[str, str]


class FetchError(UnavailableError):
    """An address gave no schedule. The message gives the reason and advice, without the secret parts of the address."""


class NoSuchFileError(FetchError):
    """The server says that it has no such file, or that it shows it to nobody."""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The file at an address."""

    data: bytes
    next_time: Conditions  # with these, only another version is sent
    url: str  # after redirects; with the user and password of the address, if the server is the same


async def fetch(
    url: str,
    conditions: Conditions | None = None,
    *,
    private: bool = False,
    timeout_s: float = TIMEOUT_S,
    is_allowed: IsAllowed = is_public,
) -> FetchResult | None:
    """Fetch the file at an address; `None` if the server says, by the `conditions` of an earlier result, that it has not
    changed.

    Only IP addresses that pass `is_allowed` are connected to, also after a redirect. `private` allows all addresses,
    including those of the local network. Raises FetchError.
    """
    connector = aiohttp.TCPConnector(socket_factory=None if private else partial(open_socket, is_allowed))
    try:
        # The response is decompressed by `_decompress`, which limits its size.
        async with (
            asyncio.timeout(timeout_s),
            aiohttp.ClientSession(connector=connector, auto_decompress=False, headers=HEADERS) as session,
            session.get(url, headers=conditions, max_redirects=MAX_REDIRECTS + 1) as response,
        ):
            return await _read_body(response, URL(url))
    except TimeoutError:
        raise FetchError(f"{url} did not answer within {timeout_s:g} s. Is the address right?") from None
    except TooManyRedirects:
        raise FetchError(f"{url} redirects more than {MAX_REDIRECTS} times. Is the address right?") from None
    except (InvalidURL, NonHttpUrlClientError) as error:
        text = f"{str(error.args[0])[:200]} isn't a web address: write it like https://example.org/schedule.json."
        raise FetchError(text) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error, ClientConnectorError) and isinstance(error.os_error, PrivateAddressError):
            text = f"{error.host} isn't a public address. Save the schedule as a file and use that."
            raise FetchError(text) from None
        raise FetchError(f"{url} cannot be reached ({type(error).__name__}). Is the address right?") from error


async def _read_body(response: aiohttp.ClientResponse, asked: URL) -> FetchResult | None:
    is_same_server = response.url.origin() == asked.origin()
    url = str(response.url.with_user(asked.user).with_password(asked.password) if is_same_server else response.url)
    if response.status == 304:
        return None
    if response.status != 200:
        error = NoSuchFileError if response.status in NO_SUCH_FILE else FetchError
        raise error(f"{url} answers with {response.status} {response.reason}. Is it public, and is the address right?")
    data = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        data += chunk
        _check_size(data, url)
    next_time = {
        condition: response.headers[name] for name, condition in CONDITIONS.items() if name in response.headers
    }
    return FetchResult(_decompress(bytes(data), response.headers.get("Content-Encoding", ""), url), next_time, url)


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
