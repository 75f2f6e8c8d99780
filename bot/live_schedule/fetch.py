"""Fetching a published schedule: whole, in time, and from public addresses only."""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from bot.errors import BotError
from bot.live_schedule.public_addresses import PrivateAddressError, PublicConnector, check_host, is_public
from bot.redaction import redacted
from bot.schedule.yaml.nodes import MAX_BYTES

TIMEOUT_S = 20.0

MAX_REDIRECTS = 5

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

HEADERS = {"User-Agent": "qcon-bot", "Accept-Encoding": "gzip"}


class FetchError(BotError):
    """A schedule's address gave no schedule; `str` says why, and what to do, without what is secret in the address."""

    def __init__(self, text: str) -> None:
        super().__init__(redacted(text))


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server called the version we have; it is asked only for another one."""

    etag: str = ""
    last_modified: str = ""  # as the server wrote it


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What was at an address."""

    data: bytes
    validators: Validators
    url: str  # where redirects led


NO_VALIDATORS = Validators()


async def fetch(
    url: str,
    validators: Validators = NO_VALIDATORS,
    *,
    private: bool = False,
    timeout_s: float = TIMEOUT_S,
    is_allowed: Callable[[str], bool] = is_public,
) -> FetchResult | None:
    """What is at the address; nothing where it is what was `validators`.

    Only IP addresses that are `is_allowed` are connected to, on each redirect anew; `private` allows all of them, also
    those within one's own network. Raises FetchError.
    """
    allowed = _anything if private else is_allowed
    try:
        # Whatever the server sends is decompressed here, where it can be stopped.
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


def _anything(_: str) -> bool:
    return True


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
    raise FetchError(f"{url} leads on and on: more than {MAX_REDIRECTS} redirects. Is the address right?")


def _parsed(url: str, relative_to: URL | None = None) -> URL:
    """The address as aiohttp reads it: what is checked is the very object that is fetched from."""
    try:
        address = URL(url)
        if relative_to is not None:
            address = relative_to.join(address)
        if address.scheme in ("http", "https") and address.raw_host:
            return address
    except ValueError:
        pass
    raise FetchError(f"{url[:200]} is no web address: write it like https://example.org/schedule.json.")


def _conditional_headers(validators: Validators) -> Mapping[str, str]:
    """The headers that ask for another version only (RFC 9110, 13.1)."""
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {header: value for header, value in conditions.items() if value}


async def _read_body(response: aiohttp.ClientResponse, url: str) -> FetchResult | None:
    if response.status == 304:
        return None
    if response.status != 200:
        raise FetchError(
            f"{url} answers with {response.status} {response.reason}. Is it public, and the address right?"
        )
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
        raise FetchError(f"{url} is sent in the encoding {encoding[:40]}, which is not known.")
    try:
        whole = zlib.decompressobj(wbits=31).decompress(data, MAX_BYTES + 1)
    except zlib.error:
        raise FetchError(f"{url} sent something broken. Try again.") from None
    _check_size(whole, url)
    return whole


def _check_size(data: bytes | bytearray, url: str) -> None:
    if len(data) > MAX_BYTES:
        raise FetchError(f"{url} holds more than {MAX_BYTES // 1_000_000} MB. Is it a schedule?")
