import aiohttp
import pytest
from aiohttp import web

from bot.web.server import run_server


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
