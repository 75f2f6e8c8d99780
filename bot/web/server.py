"""The HTTP server, with limits on how many connections there are, how long they take and what they hold.

aiohttp's server waits for ever for a slow request, parses what it is sent in one go, and keeps what it has read. Here a
request reaches aiohttp's parser only when its head is there as a whole, one request at a time, with a body whose length
is known and small.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

from aiohttp import web

from bot.errors import SettingsError

SHUTDOWN_TIMEOUT_S = 5.0

HEADERS: Final = {  # of every answer, also of those that say that there is nothing
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",  # for browsers that do not know the first
    "X-Content-Type-Options": "nosniff",
}

_HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one server. Sizes are in bytes, times in real seconds."""

    connections: int = 800  # more than the requests it takes at once; a process may have 1,024 files open as a rule
    head: int = 16 * 1024  # request line and headers
    body: int = 256 * 1024  # Slack sends the message or window in which somebody pressed; 20 kB are many
    held: int = 8 * 1024 * 1024  # bodies of all requests that are not answered yet
    head_s: float = 10.0  # from the connection, or the first byte, to the end of the head
    body_s: float = 10.0  # from there to the end of the body
    idle_s: float = 75.0  # between two requests; proxies close their own end after 60 s
    write_s: float = 30.0  # while somebody does not read an answer
    refused_s: float = 2.0  # to read why a request is refused, before the connection is cut


LIMITS = Limits()


class _RefusedError(Exception):
    """A request that is not read, with the status of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Connections:
    """Makes the connections of one server, and keeps their number and the bytes they hold within limits."""

    def __init__(self, server: web.Server, limits: Limits) -> None:
        self.limits = limits
        self._server = server
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}  # without a whole request; those that wait the longest come first
        self._held = 0

    def __call__(self) -> "Connection":
        """Make a connection, as asyncio's servers ask for."""
        return Connection(self, self._server)

    def admit(self, connection: "Connection") -> bool:
        """Count a new connection. Where there are too many, the one that waits the longest makes room."""
        if len(self._open) >= self.limits.connections and not self._cut_longest_waiting():
            return False
        self._open.add(connection)
        self._waiting[connection] = None
        return True

    def reserve(self, connection: "Connection", size: int) -> bool:
        """Count the bytes of a body. Where there are too many, bodies that are unfinished the longest make room."""
        while self._held + size > self.limits.held:
            if not self._cut_longest_waiting(but=connection):
                return False
        self._held += size
        return True

    def release(self, size: int) -> None:
        self._held -= size

    def waits(self, connection: "Connection") -> None:
        """Note that a connection has no whole request, from now on."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = None

    def works(self, connection: "Connection") -> None:
        """Note that a request is there as a whole."""
        self._waiting.pop(connection, None)

    def forget(self, connection: "Connection") -> None:
        self._open.discard(connection)
        self._waiting.pop(connection, None)

    def _cut_longest_waiting(self, but: "Connection | None" = None) -> bool:
        """Cut one connection; whether there was one."""
        longest = next((waiting for waiting in self._waiting if waiting is not but), None)
        if longest is None:
            return False
        longest.cut()
        return True


class Connection(web.RequestHandler):
    """aiohttp's end of one connection, which is fed one checked request at a time."""

    def __init__(self, connections: Connections, server: web.Server) -> None:
        self._connections = connections
        self._limits = connections.limits
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # aiohttp takes it for none
            keepalive_timeout=self._limits.idle_s,
            auto_decompress=False,
        )
        self._timer: asyncio.TimerHandle | None = None  # until the head, or the body, has to be there
        self._unread_timer: asyncio.TimerHandle | None = None
        self._head = b""  # as far as it is there
        self._missing = 0  # bytes of the body
        self._reserved = 0
        self._answering = False
        self._early = b""  # sent before the request before it was answered
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._connections.admit(self):
            self._start_timer(self._limits.head_s)
        else:
            self.cut()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_timer()
        self._stop_unread_timer()
        self._release()
        self._connections.forget(self)
        super().connection_lost(exc)

    def cut(self) -> None:
        """End the connection without a word."""
        self._release()
        self._connections.forget(self)
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if not data:  # aiohttp asks itself to go on
            super().data_received(data)
            return
        if self._refused:
            self._discard(data)
            return
        try:
            while data:
                if self._missing:
                    data = self._take_body(data)
                elif self._answering:
                    data = self._keep_for_later(data)
                else:
                    data = self._take_head(data)
        except _RefusedError as refused:
            self._refuse(refused.status)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self._answered()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a broken request without a line in the log, which anybody could fill."""
        if isinstance(exc, ConnectionError):
            # Nobody is there any more, and aiohttp knows what to do. The traceback would keep the body that was read so
            # far until the next collection.
            raise exc.with_traceback(None)
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        response = web.Response(status=status)
        response.force_close()
        return response

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_timer = self._loop.call_later(self._limits.write_s, self.cut)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_unread_timer()

    def _take_head(self, data: bytes) -> bytes:
        """Collect a head, and pass it on when it is whole and within limits; return what follows it."""
        if self._timer is None:
            self._start_timer(self._limits.head_s)
        seen = (self._head + data if self._head else data).lstrip(b"\r\n")  # which may stand before a request
        end = seen.find(_HEAD_END)
        if (len(seen) if end < 0 else end) > self._limits.head:
            raise _RefusedError(431)
        if end < 0:
            self._head = seen
            return b""
        head, rest, self._head = seen[: end + 4], seen[end + 4 :], b""
        length = _body_length(head)
        if length > self._limits.body:
            raise _RefusedError(413)
        if not self._connections.reserve(self, length):
            raise _RefusedError(503)
        self._reserved = self._missing = length
        self._answering = True
        if length:
            self._start_timer(self._limits.body_s)
        else:
            self._arrived()
        super().data_received(head)
        return rest

    def _take_body(self, data: bytes) -> bytes:
        body, rest = data[: self._missing], data[self._missing :]
        self._missing -= len(body)
        if not self._missing:
            self._arrived()
        super().data_received(body)
        return rest

    def _keep_for_later(self, data: bytes) -> bytes:
        """Keep what comes before the answer, and read no more until then."""
        self._early += data
        self._pause_transport_reading()
        return b""

    def _arrived(self) -> None:
        """Note that all of a request is there; it may be answered already, if its body was not worth reading."""
        self._stop_timer()
        if self._answering:
            self._connections.works(self)
        else:
            self._wait()

    def _wait(self) -> None:
        self._release()
        self._connections.waits(self)

    def _answered(self) -> None:
        self._answering = False
        if self.transport is None:
            return
        if not self._missing:
            self._wait()
        if self._early:
            early, self._early = self._early, b""
            self._resume_transport_reading()
            self.data_received(early)

    def _refuse(self, status: int) -> None:
        """Answer without aiohttp, and leave a moment to read the answer."""
        self._refused = True
        self._head = b""
        if self.transport is not None:
            self.transport.write(_answer(status))
            self.transport.write_eof()
        self._missing = 2 * self._limits.body  # that many bytes are thrown away
        self._start_timer(self._limits.refused_s)

    def _discard(self, data: bytes) -> None:
        self._missing -= len(data)
        if self._missing < 0:
            self.cut()

    def _release(self) -> None:
        self._connections.release(self._reserved)
        self._reserved = 0

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self._loop.call_later(seconds, self.cut)

    def _stop_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _body_length(head: bytes) -> int:
    """Return how long the body is that follows this head.

    Slack, browsers and proxies tell the length of a body. Chunks without a length, other protocols and line ends that
    two programs may read differently are refused: nobody needs them here. Raises _RefusedError.
    """
    if not head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n") or head.startswith(b"CONNECT"):
        raise _RefusedError(400)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        match name.strip().lower():
            case b"transfer-encoding":
                raise _RefusedError(411)
            case b"upgrade":
                raise _RefusedError(400)
            case b"content-length":
                if not (value.strip().isdigit() and len(value) < 20):
                    raise _RefusedError(400)
                length = int(value)
    return length


def _answer(status: int) -> bytes:
    """Return an answer without a body, which is right for HEAD as well."""
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@asynccontextmanager
async def run_server(
    host: str, port: int, routes: list[web.RouteDef], limits: Limits | None = LIMITS, options: str = "HOST or PORT"
) -> AsyncIterator[str]:
    """Serve these routes while inside; gives the base URL, with the port that was picked for port 0.

    Without limits WebSockets work too. Raises SettingsError where the address cannot be had; it names the `options` to
    change.
    """
    application = web.Application(client_max_size=(limits or LIMITS).body)
    application.add_routes(routes)
    application.on_response_prepare.append(_protect)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    plain = cast("web.Server", runner.server)  # it is there after the setup
    connections = Connections(plain, limits) if limits else plain
    try:
        try:
            server = await asyncio.get_running_loop().create_server(connections, host, port)
        except OSError as error:
            raise SettingsError(
                f"Cannot serve on {host}:{port} ({error.strerror}); choose another {options}."
            ) from error
        try:
            picked = server.sockets[0].getsockname()[1]
            yield f"http://{f'[{host}]' if ':' in host else host}:{picked}"
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _protect(_request: web.Request, response: web.StreamResponse) -> None:
    """Let no page be shown within another one's frame, and nothing be taken for what it is not."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
