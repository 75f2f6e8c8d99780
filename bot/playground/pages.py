"""The page's files, served to this machine's browser alone, with a policy that lets nothing in or out."""

from importlib.resources import files
from pathlib import PurePosixPath
from types import MappingProxyType

from aiohttp import web

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
CONTENT_TYPES = MappingProxyType(
    {
        ".html": "text/html",
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
    }
)
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def page_routes() -> list[web.RouteDef]:
    """`/` and every file beside it."""
    folder = files("bot.playground") / "page"
    read = {
        file.name: file.read_bytes() for file in folder.iterdir() if PurePosixPath(file.name).suffix in CONTENT_TYPES
    }

    async def page(request: web.Request) -> web.Response:
        require_local(request)
        name = request.match_info.get("name") or "index.html"
        if name not in read:
            raise web.HTTPNotFound
        kind = CONTENT_TYPES[PurePosixPath(name).suffix]
        return web.Response(body=read[name], content_type=kind, charset="utf-8", headers=HEADERS)

    return [web.get("/", page), web.get("/{name}", page)]


def require_local(request: web.Request) -> None:
    """Refuse a name that merely resolves to this machine: a page elsewhere must not reach in by it."""
    if request.url.host not in LOCAL_HOSTS:
        raise web.HTTPForbidden(text="The playground is for this machine alone: open http://127.0.0.1.")
