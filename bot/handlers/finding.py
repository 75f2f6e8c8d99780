"""Finding while typing: the options of menus that fill themselves, and the shortcut "Find a talk"."""

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.errors import BotError
from bot.handlers.boundary import RequestGuard
from bot.handlers.desk import QuestionService
from bot.handlers.surfaces import Presenter
from bot.schedule.handles import find_by_short_id
from bot.search.beginnings import named
from bot.views import finder, ids, pickers
from bot.views.blocks import OPTIONS


class SpeakerGone(BotError):
    """That person is no longer in the schedule."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class FinderHandlers:
    def __init__(self, questions: QuestionService, presenter: Presenter) -> None:
        self._questions = questions
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.shortcut(ids.FIND)(guard.wrap(self.on_shortcut))
        app.options(ids.matching(ids.DETAILS_FOUND, ids.SAVE_FOUND, ids.ORGANISE_FOUND))(guard.wrap(self.talk_options))
        app.options(ids.matching(ids.SPEAKER_FOUND, ids.browse_action("speaker")))(guard.wrap(self.speaker_options))
        app.options(ids.browse_action("track"))(guard.wrap(self.track_options))
        app.options(ids.browse_action("room"))(guard.wrap(self.room_options))
        app.action(ids.SPEAKER_FOUND)(guard.wrap(self.on_speaker_selected))

    async def on_shortcut(self, args: AsyncArgs) -> None:
        """The shortcut "Find a talk"."""
        await args.ack()
        await args.client.views_open(trigger_id=args.body["trigger_id"], view=finder.finder_view())

    async def talk_options(self, args: AsyncArgs) -> None:
        await args.ack(options=self._questions.talk_options(args.payload["value"]))

    async def speaker_options(self, args: AsyncArgs) -> None:
        speakers = self._questions.snapshot.schedule.speaker_by_id
        ids_ = named(args.payload["value"], {id: one.name for id, one in speakers.items()}, OPTIONS)
        await args.ack(options=pickers.speaker_options(speakers[one] for one in ids_))

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
        view = finder.speaker_view(speaker, schedule, self._questions.now, await self._questions.reader_for(args))
        await self._presenter.open_modal(args, view)


async def _ack_options(args: AsyncArgs, names: Mapping[str, str]) -> None:
    found = named(args.payload["value"], names, OPTIONS)
    await args.ack(options=pickers.named_options((one, names[one]) for one in found))
