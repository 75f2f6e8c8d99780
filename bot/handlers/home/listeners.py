"""Finding while typing: the options of menus that fill themselves, and the shortcut "Find a talk".

App Home: drawn when it is opened, and browsed page by page.

Being met for the first time: by a channel that invites the bot, by a person who opens its page."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import OPTIONS
from bot.db.database import Database
from bot.delivery import enqueue
from bot.delivery.enqueue import NewDelivery
from bot.delivery.models import LOW, WELCOME
from bot.errors import BotError
from bot.handlers.home import card_view
from bot.handlers.home.home_view import BROWSE_KINDS, HomePage
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import QuestionService
from bot.schedule.models import find_by_short_id
from bot.search.beginnings import named
from bot.slack.request_guard import RequestGuard


class SpeakerGone(BotError):
    """That person is no longer in the schedule."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class FinderHandlers:
    def __init__(self, questions: QuestionService, presenter: Presenter) -> None:
        self._questions = questions
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.shortcut(action_ids.FIND)(guard.wrap(self.on_shortcut))
        app.options(action_ids.matching(action_ids.DETAILS_FOUND, action_ids.SAVE_FOUND, action_ids.ORGANISE_FOUND))(
            guard.wrap(self.talk_options)
        )
        app.options(action_ids.matching(action_ids.SPEAKER_FOUND, action_ids.browse_action("speaker")))(
            guard.wrap(self.speaker_options)
        )
        app.options(action_ids.browse_action("track"))(guard.wrap(self.track_options))
        app.options(action_ids.browse_action("room"))(guard.wrap(self.room_options))
        app.action(action_ids.SPEAKER_FOUND)(guard.wrap(self.on_speaker_selected))

    async def on_shortcut(self, args: AsyncArgs) -> None:
        """The shortcut "Find a talk"."""
        await args.ack()
        await args.client.views_open(trigger_id=args.body["trigger_id"], view=card_view.finder_view())

    async def talk_options(self, args: AsyncArgs) -> None:
        await args.ack(options=self._questions.talk_options(args.payload["value"]))

    async def speaker_options(self, args: AsyncArgs) -> None:
        speakers = self._questions.snapshot.schedule.speaker_by_id
        ids_ = named(args.payload["value"], {id: one.name for id, one in speakers.items()}, OPTIONS)
        await args.ack(options=inputs.speaker_options(speakers[one] for one in ids_))

    async def track_options(self, args: AsyncArgs) -> None:
        await _ack_options(args, {track.id: track.title for track in self._questions.snapshot.schedule.tracks})

    async def room_options(self, args: AsyncArgs) -> None:
        await _ack_options(args, {room.id: room.place for room in self._questions.snapshot.schedule.rooms})

    async def on_speaker_selected(self, args: AsyncArgs) -> None:
        await args.ack()
        schedule = self._questions.snapshot.schedule
        speaker = find_by_short_id(args.payload["selected_option"]["value"], schedule.speaker_by_id)
        if speaker is None:
            raise SpeakerGone
        view = card_view.speaker_view(speaker, schedule, self._questions.now, await self._questions.reader_for(args))
        await self._presenter.open_modal(args, view)


async def _ack_options(args: AsyncArgs, names: Mapping[str, str]) -> None:
    found = named(args.payload["value"], names, OPTIONS)
    await args.ack(options=inputs.named_options((one, names[one]) for one in found))


WELCOME_USEFUL_FOR = timedelta(hours=1)


class WelcomeHandlers:
    """Each channel and each person is welcomed once, by a delivery like any other."""

    def __init__(self, database: Database, questions: QuestionService, wake: Callable[[], None]) -> None:
        """`wake` tells the courier that there is something to deliver."""
        self._database = database
        self._questions = questions
        self._wake = wake

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.event("member_joined_channel")(guard.wrap(self.on_joined_channel))

    async def on_joined_channel(self, args: AsyncArgs) -> None:
        if args.payload["user"] == args.context.bot_user_id:
            await self._welcome(args.context.team_id or "", args.payload["channel"], args.payload["user"])

    async def welcome_person(self, args: AsyncArgs) -> None:
        """This person looks at the bot's page."""
        await self._welcome(args.context.team_id or "", args.context.user_id or "")

    async def _welcome(self, workspace: str, conversation: str, bot_user: str = "") -> None:
        now = self._questions.now
        content = json.dumps({"command": self._questions.command_name, "bot": bot_user})
        new = NewDelivery(workspace, conversation, WELCOME, WELCOME, LOW, now, now + WELCOME_USEFUL_FOR, content)
        if await self._database.write(enqueue.enqueue, new, "met for the first time"):
            self._wake()


class HomeHandlers:
    def __init__(self, presenter: Presenter, welcome: WelcomeHandlers) -> None:
        self._presenter = presenter
        self._welcome = welcome

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.event("app_home_opened")(guard.wrap(self.on_opened))
        app.action(action_ids.matching(action_ids.HOME_PAGE))(guard.wrap(self.on_page_turned))
        app.action(action_ids.matching(*map(action_ids.browse_action, BROWSE_KINDS)))(guard.wrap(self.on_browse))

    async def on_opened(self, args: AsyncArgs) -> None:
        if args.payload.get("tab") == "home":
            await self._presenter.publish_home(args, HomePage())
        await self._welcome.welcome_person(args)

    async def on_page_turned(self, args: AsyncArgs) -> None:
        """[Next], [Previous], [Back to Home]"""
        await args.ack()
        page = HomePage.from_json(args.payload["value"])
        await self._presenter.publish_home(args, page, args.body["view"]["hash"])

    async def on_browse(self, args: AsyncArgs) -> None:
        """A day, a track, a room or a speaker was chosen."""
        await args.ack()
        by = action_ids.browse_kind(args.payload["action_id"])
        page = HomePage(by, args.payload["selected_option"]["value"])
        await self._presenter.publish_home(args, page, args.body["view"]["hash"])
