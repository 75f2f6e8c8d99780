"""Finding while typing: the options of menus that fill themselves, and the shortcut "Find a talk"."""

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.errors import BotError
from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.handlers.surfaces import Surfaces
from bot.schedule.handles import behind
from bot.search.beginnings import named
from bot.views import finder, ids, pickers
from bot.views.blocks import OPTIONS


class SpeakerGoneError(BotError):
    """That person is no longer in the schedule."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Finding:
    def __init__(self, desk: Desk, surfaces: Surfaces) -> None:
        self._desk = desk
        self._surfaces = surfaces

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.shortcut(ids.FIND)(boundary.guarded(self.opened))
        app.options(ids.any_of(ids.DETAILS_FOUND, ids.SAVE_FOUND, ids.ORGANISE_FOUND))(
            boundary.guarded(self.talks_typed)
        )
        app.options(ids.any_of(ids.SPEAKER_FOUND, ids.browse("speaker")))(boundary.guarded(self.speakers_typed))
        app.options(ids.browse("track"))(boundary.guarded(self.tracks_typed))
        app.options(ids.browse("room"))(boundary.guarded(self.rooms_typed))
        app.action(ids.SPEAKER_FOUND)(boundary.guarded(self.speaker_chosen))

    async def opened(self, args: AsyncArgs) -> None:
        """The shortcut "Find a talk"."""
        await args.ack()
        await args.client.views_open(trigger_id=args.body["trigger_id"], view=finder.finder())

    async def talks_typed(self, args: AsyncArgs) -> None:
        await args.ack(options=self._desk.offered(args.payload["value"]))

    async def speakers_typed(self, args: AsyncArgs) -> None:
        speakers = self._desk.edition.schedule.speaker_by_id
        ids_ = named(args.payload["value"], {id: one.name for id, one in speakers.items()}, OPTIONS)
        await args.ack(options=pickers.speaker_options(speakers[one] for one in ids_))

    async def tracks_typed(self, args: AsyncArgs) -> None:
        await _offer(args, {track.id: track.title for track in self._desk.edition.schedule.tracks})

    async def rooms_typed(self, args: AsyncArgs) -> None:
        await _offer(args, {room.id: room.place for room in self._desk.edition.schedule.rooms})

    async def speaker_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        schedule = self._desk.edition.schedule
        speaker = behind(args.payload["selected_option"]["value"], schedule.speaker_by_id)
        if speaker is None:
            raise SpeakerGoneError
        view = finder.of_speaker(speaker, schedule, self._desk.now, await self._desk.reader(args))
        await self._surfaces.open(args, view)


async def _offer(args: AsyncArgs, names: Mapping[str, str]) -> None:
    found = named(args.payload["value"], names, OPTIONS)
    await args.ack(options=pickers.named_options((one, names[one]) for one in found))
