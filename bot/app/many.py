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
from bot.app.front import open_to
from bot.app.node import Node, in_background
from bot.app.workspaces import Workspaces
from bot.clock import Clock
from bot.handlers.manifest import SCOPES
from bot.handlers.reception import Reception
from bot.settings import Settings
from bot.slack.connection import connected
from bot.store.database import Database
from bot.store.installations import WIPED_AFTER, Installations
from bot.views.calendar import FEEDS
from bot.web import slack_events
from bot.web.doors import Doors
from bot.web.feeds import Feeds
from bot.web.install import INSTALL, Installing
from bot.web.vitals import Vitals

_log = telemetry.logger("app")


@dataclass(frozen=True, slots=True)
class Bots:
    """The running process, as its starter sees it."""

    url: str
    workspaces: Workspaces
    vitals: Vitals
    doors: Doors


@asynccontextmanager
async def running_many(settings: Settings, wiped_after: timedelta = WIPED_AFTER) -> AsyncIterator[Bots]:
    """The bot of every workspace that installed it, serving while inside.

    Who leaves is deleted after `wiped_after`, since other nodes have to notice first. Raises BotError in plain words when
    a setting is wrong or the database cannot be opened.
    """
    node = Node()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, Clock().machine)
        stack.push_async_callback(database.close)
        installations = Installations(settings.client_id, settings.token_keys, database, wiped_after)
        await installations.prepare()
        workspaces = Workspaces(settings, installations, node, _stranger(settings, node))
        await stack.enter_async_context(workspaces.at_work())
        memory.settle()  # also where nobody has installed it yet
        await stack.enter_async_context(in_background(workspaces.follow()))
        line = await stack.enter_async_context(connected(settings, node.metrics))
        vitals = Vitals(workspaces.now, node.metrics, node.doors, workspaces.problems)
        installing = Installing(settings, line, installations, SCOPES, workspaces.opened)
        routes = [
            *slack_events.routes(workspaces, node.doors, settings.signing_secret),
            *installing.routes(),
            *_feeds(workspaces),
        ]
        url = await stack.enter_async_context(open_to(settings, node, vitals, routes))
        yield Bots(url, workspaces, vitals, node.doors)


def _stranger(settings: Settings, node: Node) -> Reception:
    """Answers where the bot is not at work, once Slack's signature is checked."""

    async def nobody(team_id: str, **_: Any) -> None:
        _log.info("asked where it is not at work", workspace=team_id)

    told = (
        "I am not at work in this workspace. If I was added just now, give me a minute; "
        f"else somebody can add me here: {settings.public_url}{INSTALL}"
    )
    return Reception(
        node.metrics,
        node.crowd,
        signing_secret=settings.signing_secret,
        authorize=nobody,
        user_facing_authorize_error_message=told,
        logger=logging.Logger("bot.app.many", logging.CRITICAL),  # Bolt takes it for an error
    )


def _feeds(workspaces: Workspaces) -> list[web.RouteDef]:
    """Calendar files, under each workspace's own address (bot.settings: public_url)."""

    async def serve(request: web.Request, what: str) -> web.Response:
        workspace = workspaces.find(request.match_info["workspace"])
        if workspace is None:
            raise web.HTTPNotFound(text="The bot is not at work there, or no longer.")
        feeds = Feeds(workspace.database, workspace.conference)
        return await (feeds.talk(request) if what == "talk" else feeds.mine(request))

    async def talk(request: web.Request) -> web.Response:
        return await serve(request, "talk")

    async def mine(request: web.Request) -> web.Response:
        return await serve(request, "mine")

    under = f"/w/{{workspace}}{FEEDS}"
    return [web.get(f"{under}/talk/{{handle}}.ics", talk), web.get(f"{under}/mine/{{token}}.ics", mine)]
