"""The playground's web server: the page's files, the WebSocket between page and session, and the session itself.

It serves this machine's browser alone. Its content policy lets the page load nothing from elsewhere.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, Final

from aiohttp import WSMsgType, web

from bot.app.single import RunningBot, run_single
from bot.clock import Clock
from bot.fake_slack import FakeSlack
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.workspace import FakeWorkspace, WorkspaceEvent
from bot.live_schedule import source
from bot.playground import protocol
from bot.playground.protocol import Json
from bot.playground.session import (
    SHIPPED_SCRIPT,
    DemoSession,
    OpeningScript,
    StartBot,
    enable_channel_reminders,
    opening_time,
    script_for,
)
from bot.schedule.models import Conference, Schedule
from bot.schedule.yaml.dump import schedule_yaml
from bot.settings import SHIPPED_SCHEDULE, Settings
from bot.slack.manifest import manifest
from bot.web.server import run_server


@asynccontextmanager
async def open_playground(port: int = 0, schedule: str = "") -> AsyncIterator[str]:
    """Serve the playground until the block ends, and yield its address.

    `schedule` is a file or an address in any format that can be imported; without it the included one is used. Raises
    SettingsError if the port is taken, and the errors of a schedule that cannot be read.
    """
    known = await asyncio.to_thread(source.read_source, schedule or str(SHIPPED_SCHEDULE))
    async with serve_session(
        new_session(known, script_for(known) if schedule else SHIPPED_SCRIPT), manifest(), port
    ) as url:
        yield url


def new_session(schedule: Schedule, script: OpeningScript, public_url: str = "") -> DemoSession:
    """A session of the real bot with this schedule; with a `public_url` it offers calendar feeds."""
    return DemoSession(_bot_runner(schedule, public_url), schedule, opening_time(schedule), script)


@asynccontextmanager
async def serve_session(session: DemoSession, app_manifest: Json, port: int = 0) -> AsyncIterator[str]:
    """Serve a session of the app with this manifest until the block ends, and yield the page's address."""
    async with session.run():
        live = PageServer(session, app_manifest)
        routes = [web.get("/live", live.serve), *page_routes()]
        async with run_server("127.0.0.1", port, routes, limits=None, options="--port") as url, aclosing(live):
            yield url


def _bot_runner(schedule: Schedule, public_url: str) -> StartBot:
    @asynccontextmanager
    async def run_bot(slack: FakeSlack, clock: Clock) -> AsyncIterator[RunningBot]:
        """Run the real bot over HTTP, with a temporary database and a copy of the schedule."""
        slack.install(manifest())
        with tempfile.TemporaryDirectory(prefix="qcon-playground-") as name:
            folder = Path(name)
            await asyncio.to_thread((folder / "schedule.yaml").write_bytes, schedule_yaml(schedule))
            settings = replace(_settings(slack, clock, schedule.conference, folder), public_url=public_url)
            async with run_single(settings, clock) as bot:
                slack.connect(f"{bot.url}/slack/events")
                await enable_channel_reminders(slack)
                yield bot

    return run_bot


def _settings(slack: FakeSlack, clock: Clock, conference: Conference, folder: Path) -> Settings:
    """Return settings that start the bot at the session's conference time and speed."""
    return Settings(
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        port=0,
        schedule=str(folder / "schedule.yaml"),
        database_url=f"sqlite:///{folder}/playground.sqlite3",
        rehearsal_now=clock.conference_now().astimezone(conference.timezone).replace(tzinfo=None),
        rehearsal_speed=clock.anchor.speed if clock.anchor else 1.0,
    )


class PageServer:
    """The WebSocket's server side. Every open page shows the same workspace.

    `app_manifest` is the app's manifest.
    """

    def __init__(self, session: DemoSession, app_manifest: Json) -> None:
        self._session = session
        self._features = app_manifest["features"]
        self._sockets: set[web.WebSocketResponse] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._watched_workspace: FakeWorkspace | None = None
        session.watchers.append(self._time_changed)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one page until it is closed."""
        require_local(request)
        if request.headers.get("Origin", "") != f"http://{request.host}":
            raise web.HTTPForbidden(text="Only the playground's own page may send requests.")
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
        """Watch the session's present workspace."""
        workspace = self._session.slack.workspace
        if workspace is not self._watched_workspace:
            self._watched_workspace = workspace
            workspace.watchers.append(self._on_event)

    def _on_event(self, event: WorkspaceEvent) -> None:
        workspace = self._session.slack.workspace
        if (change := protocol.state_change(workspace, event)) is not None:
            self._send(change)

    def _time_changed(self) -> None:
        is_new = self._session.slack.workspace is not self._watched_workspace
        self._watch()
        self._send(self._full_state() if is_new else {"type": "clock", "clock": self._clock()})

    def _send(self, change: Json) -> None:
        for page in self._sockets:
            self._run(_send_to(page, change))

    def _run(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _handle(self, page: web.WebSocketResponse, text: str) -> None:
        """Carry out an action and send the page its answer."""
        request: Json = {}
        try:
            request = dict(json.loads(text))
            answer = await self._perform(request)
        except SlackRefusal as refusal:
            answer = {"failure": refusal.code}
        except (KeyError, TypeError, ValueError):
            answer = {"failure": "not_understood"}
        await _send_to(page, {"type": "answer", "id": request.get("id"), **answer})

    async def _perform(self, request: Json) -> Json:
        session = self._session
        match request["do"]:
            case "next_session":
                await session.before_next_session()
            case "jump":
                wall = datetime.fromisoformat(request["to"]).replace(tzinfo=session.schedule.conference.timezone)
                await session.jump_to(wall.astimezone(UTC))
            case "run":
                await session.set_speed(float(request["speed"]))
            case "begin_afresh":
                await session.restart()
            case _:
                return await protocol.perform(session.slack, request)
        return {}

    def _full_state(self) -> Json:
        conference = self._session.schedule.conference
        return {
            "type": "everything",
            "conference": {"name": conference.name, "zone": conference.timezone.key},
            "clock": self._clock(),
            "sessions": self._sessions(),
            "commands": self._features["slash_commands"],
            "shortcuts": self._features.get("shortcuts", []),
            "has_home": self._features["app_home"]["home_tab_enabled"],
            **protocol.workspace_state(self._session.slack.workspace),
        }

    def _clock(self) -> Json:
        return {"conference": self._session.clock.conference_now().isoformat(), "speed": self._session.speed}

    def _sessions(self) -> list[Json]:
        """List when sessions start, in order, with the title where only one starts."""
        starts: dict[datetime, list[str]] = {}
        for talk in self._session.schedule.talks:
            if not talk.is_break:
                starts.setdefault(talk.start, []).append(talk.title)
        return [
            {"start": start.isoformat(), "title": titles[0] if len(titles) == 1 else f"{len(titles)} sessions"}
            for start, titles in sorted(starts.items())
        ]


async def _send_to(page: web.WebSocketResponse, change: Json) -> None:
    with contextlib.suppress(ConnectionError):  # the page was closed
        await page.send_json(change)


CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

HEADERS: Final = {  # besides those of every answer (bot.web.server)
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}

CONTENT_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def page_routes() -> list[web.RouteDef]:
    """Return the routes of the page and its files."""
    folder = files("bot.playground") / "ui"
    contents = {
        file.name: file.read_bytes() for file in folder.iterdir() if PurePosixPath(file.name).suffix in CONTENT_TYPES
    }

    async def page(request: web.Request) -> web.Response:
        require_local(request)
        name = request.match_info.get("name") or "index.html"
        if name not in contents:
            raise web.HTTPNotFound
        kind = CONTENT_TYPES[PurePosixPath(name).suffix]
        return web.Response(body=contents[name], content_type=kind, charset="utf-8", headers=HEADERS)

    return [web.get("/", page), web.get("/{name}", page)]


def require_local(request: web.Request) -> None:
    """Refuse other host names, even if they resolve to this machine: web pages use them for DNS rebinding."""
    if request.url.host not in LOCAL_HOSTS:
        raise web.HTTPForbidden(text="The playground is for this machine alone: open http://127.0.0.1.")
