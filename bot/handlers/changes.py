"""What has become of the schedule within the last day, for everyone who asks."""

from datetime import timedelta

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.clock import Clock
from bot.conference.running import LiveSchedule
from bot.handlers.boundary import RequestGuard
from bot.handlers.desk import QuestionService
from bot.handlers.reply import respond_to_command
from bot.handlers.surfaces import Presenter
from bot.reminders.compensation import not_over
from bot.schedule.changes import schedule_changes
from bot.views import changes as views
from bot.views import ids
from bot.views.message import Message
from bot.views.notices import ChangedTalk

RECENT = timedelta(days=1)  # machine time; of a bot that runs for less, since it began


class RecentChanges:
    def __init__(
        self, questions: QuestionService, presenter: Presenter, conference: LiveSchedule, clock: Clock
    ) -> None:
        self._questions = questions
        self._presenter = presenter
        self._conference = conference
        self._clock = clock

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(ids.ALL_CHANGES)(guard.wrap(self.on_button))

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon changes`"""
        await respond_to_command(args, await self._recent_changes())

    async def on_button(self, args: AsyncArgs) -> None:
        """[All changes]"""
        await args.ack()
        await self._presenter.show_message(args, await self._recent_changes())

    async def _recent_changes(self) -> Message:
        """Net: what moved and moved back has not changed."""
        edition, now = self._questions.snapshot, self._questions.now
        before, since = await self._conference.schedule_at(self._clock.real_now() - RECENT)
        after, known = edition.schedule.talk_by_id, before.talk_by_id
        found = dict.fromkeys(one.talk.id for one in not_over(schedule_changes(before, edition.schedule), now))
        told = [ChangedTalk(known.get(id), after.get(id)) for id in found]
        return views.changes_message(told, self._questions.conference_at(since), now, edition.schedule.conference)
