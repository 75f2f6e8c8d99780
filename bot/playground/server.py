"""The playground, put together: the stage with the real bot on it, and the page that shows it in a browser.

The wire between the page and the stage: one WebSocket; changes go out, people's acts come in.

The page's files, served to this machine's browser alone, with a policy that lets nothing in or out."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from aiohttp import WSMsgType, web

from bot.app import RunningBot, run_single
from bot.clock import Clock
from bot.fake_slack import FakeSlack
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.workspace import FakeWorkspace, WorkspaceEvent
from bot.live_schedule import source
from bot.playground import protocol
from bot.playground.protocol import PAGE_ACTIONS, Json
from bot.playground.session import DemoSession, StartBot, enable_channel_reminders
from bot.schedule.models import Conference
from bot.settings import SHIPPED_SCHEDULE, Settings
from bot.slack.manifest import manifest
from bot.web.server import run_server

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
    folder = files("bot.playground") / "ui"
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


class PageServer:
    """Every open page sees the same workspace, live; `declared` is the app's manifest."""

    def __init__(self, stage: DemoSession, declared: Json) -> None:
        self._stage = stage
        self._features = declared["features"]
        self._sockets: set[web.WebSocketResponse] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._watched_workspace: FakeWorkspace | None = None
        stage.watchers.append(self._time_changed)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One page, until it is closed."""
        require_local(request)
        if request.headers.get("Origin", "") != f"http://{request.host}":
            raise web.HTTPForbidden(text="Only the playground's own page may act in it.")
        page = web.WebSocketResponse(heartbeat=30)
        await page.prepare(request)
        self._watch()
        await page.send_json(self._full_state())
        self._sockets.add(page)
        try:
            async for message in page:
                if message.type == WSMsgType.TEXT:
                    self._run(self._handle(page, message.data))
        finally:
            self._sockets.discard(page)
        return page

    async def aclose(self) -> None:
        for page in tuple(self._sockets):
            await page.close()
        for task in tuple(self._sending):
            task.cancel()

    def _watch(self) -> None:
        """Follow the workspace that is on now."""
        workspace = self._stage.slack.workspace
        if workspace is not self._watched_workspace:
            self._watched_workspace = workspace
            workspace.watchers.append(self._on_event)

    def _on_event(self, event: WorkspaceEvent) -> None:
        workspace = self._stage.slack.workspace
        if (change := protocol.state_change(workspace, event)) is not None:
            self._send(change)

    def _time_changed(self) -> None:
        fresh = self._stage.slack.workspace is not self._watched_workspace
        self._watch()
        self._send(self._full_state() if fresh else {"type": "clock", "clock": self._clock()})

    def _send(self, change: Json) -> None:
        for page in self._sockets:
            self._run(_send_to(page, change))

    def _run(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _handle(self, page: web.WebSocketResponse, text: str) -> None:
        """Carry out an act and tell the page how it went."""
        ask: Json = {}
        try:
            ask = dict(json.loads(text))
            told = await self._perform(ask)
        except SlackRefusal as refusal:
            told = {"failure": refusal.code}
        except (KeyError, TypeError, ValueError):
            told = {"failure": "not_understood"}
        await _send_to(page, {"type": "answer", "id": ask.get("id"), **told})

    async def _perform(self, ask: Json) -> Json:
        stage = self._stage
        match ask["do"]:
            case "next_session":
                await stage.before_next_session()
            case "jump":
                wall = datetime.fromisoformat(ask["to"]).replace(tzinfo=stage.schedule.conference.timezone)
                await stage.jump_to(wall.astimezone(UTC))
            case "run":
                await stage.set_speed(float(ask["speed"]))
            case "begin_afresh":
                await stage.restart()
            case act:
                return await PAGE_ACTIONS[act](stage.slack, ask)
        return {}

    def _full_state(self) -> Json:
        conference = self._stage.schedule.conference
        return {
            "type": "everything",
            "conference": {"name": conference.name, "zone": conference.timezone.key},
            "clock": self._clock(),
            "sessions": self._sessions(),
            "commands": self._features["slash_commands"],
            "shortcuts": self._features.get("shortcuts", []),
            "has_home": self._features["app_home"]["home_tab_enabled"],
            **protocol.workspace_state(self._stage.slack.workspace),
        }

    def _clock(self) -> Json:
        return {"conference": self._stage.clock.conference_now().isoformat(), "speed": self._stage.speed}

    def _sessions(self) -> list[Json]:
        """When sessions start, in order, with the title where there is one alone."""
        starts: dict[datetime, list[str]] = {}
        for talk in self._stage.schedule.talks:
            if not talk.is_break:
                starts.setdefault(talk.start, []).append(talk.title)
        return [
            {"start": start.isoformat(), "title": titles[0] if len(titles) == 1 else f"{len(titles)} sessions"}
            for start, titles in sorted(starts.items())
        ]


async def _send_to(page: web.WebSocketResponse, change: Json) -> None:
    with contextlib.suppress(ConnectionError):  # the page was closed meanwhile
        await page.send_json(change)


OPENING_TIME = datetime(2019, 3, 5, 10, 20)  # noqa: DTZ001  # the venue's wall clock: a quarter of an hour before the first talk


@asynccontextmanager
async def open_playground(port: int = 0) -> AsyncIterator[str]:
    """The playground's address, served while inside. Raises SettingsError where the port is taken."""
    schedule = await asyncio.to_thread(source.read_source, str(SHIPPED_SCHEDULE))
    conference = schedule.conference
    stage = DemoSession(
        _bot_starter(conference), schedule, OPENING_TIME.replace(tzinfo=conference.timezone).astimezone(UTC)
    )
    async with run_stage(stage, manifest(), port) as url:
        yield url


@asynccontextmanager
async def run_stage(stage: DemoSession, declared: Json, port: int = 0) -> AsyncIterator[str]:
    """A stage for an app whose manifest declares this, with the page before it; gives the page's address."""
    async with stage.run():
        live = PageServer(stage, declared)
        routes = [web.get("/live", live.serve), *page_routes()]
        async with run_server("127.0.0.1", port, routes, limits=None) as url, aclosing(live):
            yield url


def _bot_starter(conference: Conference) -> StartBot:
    @asynccontextmanager
    async def started(slack: FakeSlack, clock: Clock) -> AsyncIterator[RunningBot]:
        """The real bot over HTTP, with a database of its own that is gone afterwards."""
        slack.install(manifest())
        with tempfile.TemporaryDirectory(prefix="qcon-playground-") as folder:
            async with run_single(_settings(slack, clock, conference, Path(folder)), clock) as bot:
                slack.connect(f"{bot.url}/slack/events")
                await enable_channel_reminders(slack)
                yield bot

    return started


def _settings(slack: FakeSlack, clock: Clock, conference: Conference, folder: Path) -> Settings:
    """A rehearsal from the time it is on stage."""
    return Settings(
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        port=0,
        database_url=f"sqlite:///{folder}/playground.sqlite3",
        rehearsal_now=clock.conference_now().astimezone(conference.timezone).replace(tzinfo=None),
        rehearsal_speed=clock.anchor.speed if clock.anchor else 1.0,
    )
