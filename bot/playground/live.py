"""The wire between the page and the stage: one WebSocket; changes go out, people's acts come in."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground import snapshot
from bot.playground.acts import PAGE_ACTIONS
from bot.playground.pages import require_local
from bot.playground.snapshot import Json
from bot.playground.stage import DemoSession
from bot.playground.standin.refusal import SlackRefusal
from bot.playground.standin.workspace import FakeWorkspace, WorkspaceEvent


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
        if (change := snapshot.state_change(workspace, event)) is not None:
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
            **snapshot.workspace_state(self._stage.slack.workspace),
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
