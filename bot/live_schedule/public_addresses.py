"""IP addresses that anybody may reach, and connections to no others."""

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

GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out for the public internet

NOT_PUBLIC: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocols, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

IsAllowed = Callable[[str], bool]


class PrivateAddressError(Exception):
    """A host is within somebody's own network."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is no public address; it is fetched from only where --allow-private is given.")


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody may reach; the IPv4 address within an IPv6 one counts.

    Python's `is_global` alone is not enough: it differs between versions, and takes some reserved ranges for public.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        within = found.ipv4_mapped or found.sixtofour
        if found in NAT64:
            within = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if within:
            return is_public(str(within))
        if found not in GLOBAL_UNICAST or any(found in network for network in NOT_PUBLIC):
            return False
    return found.is_global and not found.is_multicast


def check_host(url: URL, is_allowed: IsAllowed) -> None:
    """Check a host that is written as a number, which never comes to a resolver. Raises PrivateAddressError."""
    host = url.raw_host or ""
    is_number = ":" in host or host.replace(".", "").isdigit()
    if is_number and not is_allowed(host):
        raise PrivateAddressError(host)


class PublicResolver(AbstractResolver):
    """Resolves names to addresses, all of which must be allowed: those are then connected to, and no others."""

    def __init__(self, is_allowed: IsAllowed = is_public, resolver: AbstractResolver | None = None) -> None:
        self._is_allowed = is_allowed
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises PrivateAddressError where one is not allowed."""
        found = await self._resolver.resolve(host, port, family)
        if not all(self._is_allowed(address["host"]) for address in found):
            raise PrivateAddressError(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


class PublicConnector(aiohttp.TCPConnector):
    """Connects to allowed addresses, and looks once more at the other end before anything is sent to it."""

    def __init__(self, is_allowed: IsAllowed = is_public, resolver: AbstractResolver | None = None) -> None:
        super().__init__(resolver=resolver or PublicResolver(is_allowed), use_dns_cache=False)
        self._is_allowed = is_allowed

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109
        """Raises PrivateAddressError where the other end is not allowed."""
        connection = await super().connect(req, traces, timeout)
        peer = connection.transport.get_extra_info("peername") if connection.transport else None
        if not peer or not self._is_allowed(peer[0]):
            connection.close()
            raise PrivateAddressError(req.url.raw_host or "")
        return connection
