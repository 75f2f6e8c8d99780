"""Listen to App Home, and to the menus and the shortcut that find a talk.

Welcome channels and people who meet the bot for the first time.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import OPTIONS
from bot.db.database import Database
from bot.delivery import queue
from bot.delivery.models import CHANNELS, WELCOME
from bot.delivery.queue import NewDelivery
from bot.handlers.home import card_view
from bot.handlers.home.home_view import BROWSE_KINDS, HomePage
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.search.autocomplete import named_like
from bot.slack.request import SlackRequest
from bot.slack.routing import on_action, on_event, on_options, on_shortcut


@dataclass(frozen=True, slots=True)
class FinderHandlers:
    context: RequestContext
    presenter: Presenter

    @on_shortcut(action_ids.FIND)
    async def on_shortcut(self, request: SlackRequest) -> None:
        """The shortcut "Find a talk"."""
        await request.client.views_open(trigger_id=request.trigger_id, view=card_view.finder_view())

    @on_options(action_ids.DETAILS_FOUND, action_ids.SAVE_FOUND, action_ids.ORGANISE_FOUND)
    async def talk_options(self, request: SlackRequest) -> None:
        await request.ack(options=self.context.talk_search.options(request.value))

    @on_options(action_ids.SPEAKER_FOUND, action_ids.browse_action("speaker"))
    async def speaker_options(self, request: SlackRequest) -> None:
        speakers = self.context.snapshot.schedule.speakers
        matches = named_like(request.value, speakers, lambda speaker: speaker.name, OPTIONS)
        await request.ack(options=inputs.speaker_options(matches))

    @on_options(action_ids.browse_action("track"))
    async def track_options(self, request: SlackRequest) -> None:
        tracks = self.context.snapshot.schedule.tracks
        matches = named_like(request.value, tracks, lambda track: track.title, OPTIONS)
        await request.ack(options=inputs.named_options((track.id, track.title) for track in matches))

    @on_options(action_ids.browse_action("room"))
    async def room_options(self, request: SlackRequest) -> None:
        matches = named_like(request.value, self.context.snapshot.schedule.rooms, lambda room: room.place, OPTIONS)
        await request.ack(options=inputs.named_options((room.id, room.place) for room in matches))

    @on_action(action_ids.SPEAKER_FOUND)
    async def on_speaker_selected(self, request: SlackRequest) -> None:
        await self.presenter.show_speaker(request, self.context.selected_speaker(request))

    @on_action(action_ids.SPEAKER_SHOWN)
    async def on_speaker_pressed(self, request: SlackRequest) -> None:
        """[About] beside a speaker"""
        await self.presenter.show_speaker(request, self.context.find_speaker(request.value))


WELCOME_USEFUL_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WelcomeHandlers:
    """Welcomes, once and by a delivery, each channel that invites the bot and each person who opens its page."""

    database: Database
    context: RequestContext
    wake: Callable[[], None]  # tells the delivery worker that there is something to send

    @on_event("member_joined_channel")
    async def on_joined_channel(self, request: SlackRequest) -> None:
        if request.payload["user"] == request.bot_user:
            await self._welcome(request.workspace, request.payload["channel"], request.payload["user"])

    async def welcome_person(self, request: SlackRequest) -> None:
        await self._welcome(request.workspace, request.user)

    async def _welcome(self, workspace: str, conversation: str, bot_user: str = "") -> None:
        now = self.context.now
        content = json.dumps({"command": self.context.command_name, "bot": bot_user})
        new = NewDelivery(workspace, conversation, WELCOME, WELCOME, CHANNELS, now, now + WELCOME_USEFUL_FOR, content)
        if await self.database.write(queue.enqueue, new, "met for the first time"):
            self.wake()


@dataclass(frozen=True, slots=True)
class HomeHandlers:
    presenter: Presenter
    welcome: WelcomeHandlers

    @on_event("app_home_opened")
    async def on_opened(self, request: SlackRequest) -> None:
        if request.payload.get("tab") == "home":
            await self.presenter.publish_home(request)
        await self.welcome.welcome_person(request)

    @on_action(action_ids.HOME_PAGE, action_ids.HOME_PART)
    async def on_page_selected(self, request: SlackRequest) -> None:
        """[Earlier], [Later], [Back to Home]; or a part of a day, or a day of a track, a room or a speaker."""
        page = HomePage.from_json(request.selected if "selected_option" in request.payload else request.value)
        await self.presenter.publish_home(request, page, request.view["hash"])

    @on_action(*map(action_ids.browse_action, BROWSE_KINDS))
    async def on_browse(self, request: SlackRequest) -> None:
        """A day, a track, a room or a speaker was chosen."""
        kind = action_ids.browse_kind(request.payload["action_id"])
        page = HomePage(kind, request.selected)
        await self.presenter.publish_home(request, page, request.view["hash"])
