"""What has become of the schedule within the last day, for everyone who asks."""

from datetime import timedelta

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.clock import Clock
from bot.conference.running import RunningConference
from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.handlers.reply import answer
from bot.handlers.surfaces import Surfaces
from bot.reminders.compensation import concerning
from bot.schedule.changes import changes
from bot.views import changes as views
from bot.views import ids
from bot.views.message import Message
from bot.views.notices import Told

LATELY = timedelta(days=1)  # machine time; of a bot that runs for less, since it began


class Changes:
    def __init__(self, desk: Desk, surfaces: Surfaces, conference: RunningConference, clock: Clock) -> None:
        self._desk = desk
        self._surfaces = surfaces
        self._conference = conference
        self._clock = clock

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.ALL_CHANGES)(boundary.guarded(self.pressed))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon changes`"""
        await answer(args, await self._lately())

    async def pressed(self, args: AsyncArgs) -> None:
        """[All changes]"""
        await args.ack()
        await self._surfaces.present(args, await self._lately())

    async def _lately(self) -> Message:
        """Net: what moved and moved back has not changed."""
        edition, now = self._desk.edition, self._desk.now
        before, since = await self._conference.schedule_at(self._clock.machine() - LATELY)
        after, known = edition.schedule.talk_by_id, before.talk_by_id
        found = dict.fromkeys(one.talk.id for one in concerning(changes(before, edition.schedule), now))
        told = [Told(known.get(id), after.get(id)) for id in found]
        return views.message(told, self._desk.conference_at(since), now, edition.schedule.conference)
