"""Fetching a published schedule: whole, in time, and from public addresses only."""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.errors import BotError
from bot.schedule.nodes import MOST_BYTES

TIMEOUT_S = 20.0
MOST_REDIRECTS = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HEADERS = {"User-Agent": "qcon-bot", "Accept-Encoding": "gzip"}


class FetchError(BotError):
    """A schedule's address gave no schedule; `str` says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server called the version we have; it is asked only for another one."""

    etag: str = ""
    modified: str = ""  # as the server wrote it


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was at an address."""

    data: bytes
    seen: Seen
    url: str  # where redirects led


NOTHING_SEEN = Seen()


async def fetch(
    url: str, seen: Seen = NOTHING_SEEN, *, private: bool = False, timeout_s: float = TIMEOUT_S
) -> Fetched | None:
    """What is at the address; nothing where it is what was `seen`.

    `private` allows addresses within one's own network. Every address is resolved, checked and then connected to, on
    each redirect anew. Raises FetchError.
    """
    resolver = ThreadedResolver() if private else PublicResolver()
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    try:
        # Whatever the server sends is decompressed here, where it can be stopped.
        async with (
            asyncio.timeout(timeout_s),
            aiohttp.ClientSession(connector=connector, auto_decompress=False, headers=HEADERS) as session,
        ):
            return await _followed(session, url, seen, private=private)
    except TimeoutError:
        raise FetchError(f"{url} did not answer within {timeout_s:g} s. Is the address right?") from None
    except PrivateAddressError as error:
        raise FetchError(str(error)) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(f"{url} cannot be reached ({type(error).__name__}). Is the address right?") from error


class PrivateAddressError(Exception):
    """A host is within somebody's own network."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is no public address; it is fetched from only where --allow-private is given.")


class PublicResolver(AbstractResolver):
    """Resolves names to addresses, all of which must be public: those are then connected to, and no others."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises PrivateAddressError where one is not public."""
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(address["host"]) for address in found):
            raise PrivateAddressError(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: str) -> bool:
    """Whether an IP address is one anybody may reach; the IPv4 address within an IPv6 one counts."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        within = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if found in NAT64:
            within = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if within:
            return is_public(str(within))
    return found.is_global and not found.is_multicast


async def _followed(session: aiohttp.ClientSession, url: str, seen: Seen, *, private: bool) -> Fetched | None:
    asked = url
    for _ in range(MOST_REDIRECTS + 1):
        _check(url, private=private)
        async with session.get(url, headers=_conditions(seen), allow_redirects=False) as response:
            if response.status not in REDIRECTS:
                return await _read(response, url)
            url = urljoin(url, response.headers.get("Location", ""))
    raise FetchError(f"{asked} leads on and on: more than {MOST_REDIRECTS} redirects. Is the address right?")


def _check(url: str, *, private: bool) -> None:
    """A host that is written as a number never comes to the resolver, so it is looked at here."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(f"{url[:200]} is no web address: write it like https://example.org/schedule.json.")
    is_number = parts.hostname.replace(".", "").isdigit() or ":" in parts.hostname
    if is_number and not private and not is_public(parts.hostname):
        raise PrivateAddressError(parts.hostname)


def _conditions(seen: Seen) -> Mapping[str, str]:
    """The headers that ask for another version only (RFC 9110, 13.1)."""
    conditions = {"If-None-Match": seen.etag, "If-Modified-Since": seen.modified}
    return {header: value for header, value in conditions.items() if value}


async def _read(response: aiohttp.ClientResponse, url: str) -> Fetched | None:
    if response.status == 304:
        return None
    if response.status != 200:
        raise FetchError(
            f"{url} answers with {response.status} {response.reason}. Is it public, and the address right?"
        )
    data = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        data += chunk
        _keep_to_size(data, url)
    seen = Seen(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
    return Fetched(_decompressed(bytes(data), response.headers.get("Content-Encoding", ""), url), seen, url)


def _decompressed(data: bytes, encoding: str, url: str) -> bytes:
    if not encoding or encoding.lower() == "identity":
        return data
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise FetchError(f"{url} is sent in the encoding {encoding[:40]}, which is not known.")
    try:
        whole = zlib.decompressobj(wbits=31).decompress(data, MOST_BYTES + 1)
    except zlib.error:
        raise FetchError(f"{url} sent something broken. Try again.") from None
    _keep_to_size(whole, url)
    return whole


def _keep_to_size(data: bytes | bytearray, url: str) -> None:
    if len(data) > MOST_BYTES:
        raise FetchError(f"{url} holds more than {MOST_BYTES // 1_000_000} MB. Is it a schedule?")
