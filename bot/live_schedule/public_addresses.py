"""Connections to public IP addresses only."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Final

import aiohttp
from aiohttp import ClientRequest, ClientTimeout
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.resolver import ThreadedResolver
from aiohttp.tracing import Trace
from yarl import URL

GLOBAL_UNICAST: Final = ipaddress.IPv6Network(
    "2000::/3"
)  # all addresses that IANA has assigned for the public internet

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
        super().__init__(f"{host} isn't a public address. To fetch from it anyway, add --allow-private.")


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
