"""The bot of many workspaces: over HTTP, each installed by somebody there, with a conference and data of its own."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot import telemetry
from bot.app import memory
from bot.app.front import serve_http
from bot.app.node import Process, in_background
from bot.app.workspaces import WorkspaceManager
from bot.clock import Clock
from bot.handlers.manifest import SCOPES
from bot.handlers.reception import BotApp
from bot.settings import Settings
from bot.slack.connection import open_client
from bot.store.database import Database
from bot.store.installations import DELETE_AFTER, InstallationStore
from bot.views.calendar import FEEDS
from bot.web import slack_events
from bot.web.doors import Shutdown
from bot.web.feeds import CalendarFeeds
from bot.web.install import INSTALL_PATH, InstallFlow
from bot.web.vitals import HealthChecks

_log = telemetry.logger("app")


@dataclass(frozen=True, slots=True)
class RunningBots:
    """The running process, as its starter sees it."""

    url: str
    workspaces: WorkspaceManager
    health: HealthChecks
    shutdown: Shutdown


@asynccontextmanager
async def run_multi(settings: Settings, delete_after: timedelta = DELETE_AFTER) -> AsyncIterator[RunningBots]:
    """The bot of every workspace that installed it, serving while inside.

    Who leaves is deleted after `delete_after`, since other nodes have to notice first. Raises BotError in plain words when
    a setting is wrong or the database cannot be opened.
    """
    node = Process()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, Clock().real_now)
        stack.push_async_callback(database.close)
        installations = InstallationStore(settings.client_id, settings.token_keys, database, delete_after)
        await installations.prepare()
        workspaces = WorkspaceManager(settings, installations, node, _unknown_workspace_app(settings, node))
        await stack.enter_async_context(workspaces.run())
        memory.freeze_heap()  # also where nobody has installed it yet
        await stack.enter_async_context(in_background(workspaces.follow()))
        line = await stack.enter_async_context(open_client(settings, node.metrics))
        vitals = HealthChecks(workspaces.running_workspaces, node.metrics, node.shutdown, workspaces.health_problems)
        installing = InstallFlow(settings, line, installations, SCOPES, workspaces.wait_until_running)
        routes = [
            *slack_events.event_routes(workspaces, node.shutdown, settings.signing_secret),
            *installing.routes(),
            *_feed_routes(workspaces),
        ]
        url = await stack.enter_async_context(serve_http(settings, node, vitals, routes))
        yield RunningBots(url, workspaces, vitals, node.shutdown)


def _unknown_workspace_app(settings: Settings, node: Process) -> BotApp:
    """Answers where the bot is not at work, once Slack's signature is checked."""

    async def nobody(team_id: str, **_: Any) -> None:
        _log.info("asked where it is not at work", workspace=team_id)

    told = (
        "I am not at work in this workspace. If I was added just now, give me a minute; "
        f"else somebody can add me here: {settings.public_url}{INSTALL_PATH}"
    )
    return BotApp(
        node.metrics,
        node.concurrency,
        signing_secret=settings.signing_secret,
        authorize=nobody,
        user_facing_authorize_error_message=told,
        logger=logging.Logger("bot.app.many", logging.CRITICAL),  # Bolt takes it for an error
    )


def _feed_routes(workspaces: WorkspaceManager) -> list[web.RouteDef]:
    """Calendar files, under each workspace's own address (bot.settings: public_url)."""

    async def serve(request: web.Request, what: str) -> web.Response:
        workspace = workspaces.find(request.match_info["workspace"])
        if workspace is None:
            raise web.HTTPNotFound(text="The bot is not at work there, or no longer.")
        feeds = CalendarFeeds(workspace.database, workspace.live_schedule)
        return await (feeds.talk_file(request) if what == "talk" else feeds.personal_feed(request))

    async def talk(request: web.Request) -> web.Response:
        return await serve(request, "talk")

    async def mine(request: web.Request) -> web.Response:
        return await serve(request, "mine")

    under = f"/w/{{workspace}}{FEEDS}"
    return [web.get(f"{under}/talk/{{handle}}.ics", talk), web.get(f"{under}/mine/{{token}}.ics", mine)]
