"""Slow, many, large and strange requests, over real sockets, and the headers of every answer."""

import asyncio
import gc
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
import pytest
from aiohttp import web, web_request

from bot.web.server import Limits, run_server

SHORT = Limits(head=1024, body=4096, held=8192, head_s=0.3, body_s=0.3, idle_s=0.3, write_s=0.3, refused_s=0.3)

PATIENT_S = 5.0


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def unread(_: web.Request) -> web.Response:
    raise web.HTTPUnauthorized


async def large(_: web.Request) -> web.Response:
    return web.Response(body=b"x" * 50_000_000)


class Client:
    """A raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> int:
        """The status of the next answer, whose body is read too; 0 where the connection ends."""
        try:
            async with asyncio.timeout(PATIENT_S):
                head = await self.reader.readuntil(b"\r\n\r\n")
                lines = head.lower().split(b"\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        return int(head.split()[1])

    async def is_cut(self) -> bool:
        """Tell whether the server ends the connection soon."""
        try:
            async with asyncio.timeout(PATIENT_S):
                while await self.reader.read(2**16):
                    pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True


@dataclass(frozen=True)
class Server:
    """A server, and who is connected to it."""

    port: int
    clients: list[Client]

    async def client(self, sent: bytes = b"") -> Client:
        """A new connection, over which this was sent."""
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        await client.send(sent)
        return client


@asynccontextmanager
async def served(limits: Limits) -> AsyncIterator[Server]:
    """A server with these limits."""
    routes = [web.post("/echo", echo), web.post("/unread", unread), web.get("/large", large)]
    async with run_server("127.0.0.1", 0, routes, limits) as url:
        server = Server(int(url.rpartition(":")[2]), [])
        try:
            yield server
        finally:
            for client in server.clients:
                client.writer.close()


def post(body: bytes, *headers: str, path: str = "/echo") -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: bot", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("sent", [b"", b"POST", b"POST /echo HTTP/1.1\r\nHost: bot\r\n", post(b"1234")[:-1]])
async def test_an_incomplete_request_is_disconnected_after_its_time_limit(sent: bytes) -> None:
    async with served(SHORT) as server:
        client = await server.client(sent)
        assert await client.is_cut()


async def test_an_incomplete_second_request_is_disconnected_too() -> None:
    async with served(SHORT) as server:
        for begun in (b"", b"POST /echo", post(b"1234")[:-1]):
            client = await server.client(post(b"first"))
            assert await client.status() == 200
            await client.send(begun)
            assert await client.is_cut(), begun


async def test_a_request_sent_byte_by_byte_is_disconnected_at_the_time_limit() -> None:
    async with served(SHORT) as server:
        client = await server.client()
        dripping = asyncio.create_task(_drip(client, post(b"x" * 4_000)))
        assert await client.is_cut()
        dripping.cancel()


async def _drip(client: Client, data: bytes) -> None:
    for byte in data:
        await client.send(bytes([byte]))
        await asyncio.sleep(0.01)


async def test_a_client_that_does_not_read_its_answer_is_disconnected() -> None:
    async with served(SHORT) as server:
        client = await server.client(b"GET /large HTTP/1.1\r\nHost: bot\r\n\r\n")
        await asyncio.sleep(1)
        assert await client.status() == 0


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (post(b"", "Transfer-Encoding: chunked"), 411),
        (post(b"", "transfer-encoding : identity"), 411),
        (post(b"x" * 5_000), 413),
        (post(b"", "Content-Length: 99999999999999999999999"), 400),
        (post(b"", "Content-Length: -1"), 400),
        (post(b"", "Upgrade: websocket", "Connection: upgrade"), 400),
        (b"CONNECT bot:80 HTTP/1.1\r\nHost: bot\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nHost: bot\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (post(b"", "X: " + "x" * 2_000), 431),
        (b"POST /" + b"x" * 2_000, 431),
        (b"nonsense\r\n\r\n", 400),
    ],
)
async def test_an_unusual_request_is_refused_and_its_connection_closed(request_: bytes, status: int) -> None:
    async with served(SHORT) as server:
        client = await server.client(request_)
        assert await client.status() == status
        assert await client.is_cut()


async def test_a_compressed_body_is_not_decompressed() -> None:
    packed = gzip.compress(b"x" * 1_000_000)
    async with served(SHORT) as server, aiohttp.ClientSession() as session:
        headers = {"Content-Encoding": "gzip"}
        async with session.post(f"http://127.0.0.1:{server.port}/echo", data=packed, headers=headers) as response:
            assert await response.read() == packed


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
async def test_pipelined_requests_in_pieces_are_all_answered(size: int) -> None:
    requests = post(b"first") + b"\r\n" + post(b"") + post(b"y" * 3_000) + post(b"unread", path="/unread") + post(b"z")
    async with served(replace(SHORT, head_s=5, body_s=5)) as server:
        client = await server.client()
        for start in range(0, len(requests), size):
            await client.send(requests[start : start + size])
            if size < 100:
                await asyncio.sleep(0)
        assert [await client.status() for _ in range(5)] == [200, 200, 200, 401, 200]


async def test_the_longest_idle_connection_is_closed_if_there_are_too_many() -> None:
    async with served(replace(SHORT, connections=3, head_s=5, idle_s=5)) as server:
        clients = [await server.client() for _ in range(3)]
        await clients[0].send(post(b"x"))
        assert await clients[0].status() == 200  # the second has waited for the longest now
        new = await server.client()
        await new.send(post(b"x"))
        assert await new.status() == 200
        assert await clients[1].is_cut()
        await clients[2].send(post(b"x"))
        assert await clients[2].status() == 200


async def test_the_oldest_incomplete_bodies_are_dropped_when_all_bodies_exceed_their_limit() -> None:
    async with served(replace(SHORT, body_s=5)) as server:
        clients = [await server.client() for _ in range(10)]
        for client in clients:
            await client.send(post(b"x" * 4_000)[:-1])
            await asyncio.sleep(0.01)
        for client in clients[:8]:  # 8,192 bytes are room for two of them
            assert await client.is_cut()
        for client in clients[8:]:
            await client.send(b"x")
            assert await client.status() == 200
        last = await server.client()
        await last.send(post(b"x" * 4_000))
        assert await last.status() == 200


async def test_the_memory_of_dropped_bodies_is_freed_at_once() -> None:
    limits = replace(SHORT, body=256 * 1024, held=512 * 1024, body_s=5)
    gc.disable()  # nothing may be left for the collector
    tracemalloc.start()
    try:
        async with served(limits) as server:
            for _ in range(40):
                await server.client(post(b"x" * limits.body)[:-1])
                await asyncio.sleep(0.01)
            held = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, web_request.__file__)])
            assert sum(statistic.size for statistic in held.statistics("filename")) < 2 * limits.held
    finally:
        tracemalloc.stop()
        gc.enable()


async def _page(_request: web.Request) -> web.Response:
    return web.Response(text="<p>A page</p>", content_type="text/html")


async def _refused(_request: web.Request) -> web.Response:
    raise web.HTTPForbidden


@pytest.mark.parametrize("path", ["/page", "/refused", "/nothing"])
async def test_every_response_forbids_framing_and_content_sniffing(path: str) -> None:
    routes = [web.get("/page", _page), web.get("/refused", _refused)]
    async with (
        run_server("127.0.0.1", 0, routes) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}{path}") as response,
    ):
        headers = response.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
