"""What has become of the schedule within the last day, for everyone who asks.

What has become of the schedule lately, for everyone who asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import Message, actions, section, sections
from bot.clock import Clock
from bot.delivery.change_messages import ChangedTalk, change_line
from bot.delivery.change_notices import not_over
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.live_schedule.current import LiveSchedule
from bot.schedule.diff import schedule_changes
from bot.schedule.models import Conference
from bot.slack.request import SlackRequest
from bot.slack.responses import respond_to_command
from bot.slack.routing import on_action

CHANGES_CHARACTERS = 8_000  # of all lines; menus and head need theirs


def changes_message(
    changed_talks: Sequence[ChangedTalk], since: datetime, now: datetime, conference: Conference
) -> Message:
    """Each talk with what became of it `since` then, in order of start; both moments are aware."""
    when = f"{talk_text.day_name(since, conference)} {talk_text.clock_time(since, conference)}"
    if not changed_talks:
        nothing = f"Nothing has changed since {when}."
        return Message(nothing, (section(nothing),))
    today = conference.day_of(now)
    lines = [change_line(one, conference, today) for one in sorted(changed_talks, key=lambda one: one.talk.start)]
    listed = lines[: _fitting_count(lines)]
    head = f"*{len(changed_talks)} {'talk has' if len(changed_talks) == 1 else 'talks have'} changed since {when}*"
    more = [f"and {len(lines) - len(listed)} more"] if len(listed) < len(lines) else []
    given = [one.talk for one in changed_talks if not one.is_cancelled]
    buttons = [
        *inputs.details_button([one.talk for one in changed_talks], conference),
        *inputs.save_button(given, conference),
    ]
    said = [head, *listed, *more]
    return Message("\n".join(said), (*sections(said), actions(buttons)))


def _fitting_count(lines: Sequence[str]) -> int:
    """How many lines a message holds, at least one."""
    left = CHANGES_CHARACTERS
    for at, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            return max(at, 1)
    return len(lines)


RECENT = timedelta(days=1)  # machine time; of a bot that runs for less, since it began


class RecentChanges:
    def __init__(self, context: RequestContext, presenter: Presenter, conference: LiveSchedule, clock: Clock) -> None:
        self._context = context
        self._presenter = presenter
        self._conference = conference
        self._clock = clock

    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon changes`"""
        await respond_to_command(request, await self._recent_changes())

    @on_action(action_ids.ALL_CHANGES)
    async def on_button(self, request: SlackRequest) -> None:
        """[All changes]"""
        await self._presenter.show_message(request, await self._recent_changes())

    async def _recent_changes(self) -> Message:
        """Net: what moved and moved back has not changed."""
        edition, now = self._context.snapshot, self._context.now
        before, since = await self._conference.schedule_at(self._clock.real_now() - RECENT)
        after, known = edition.schedule.talk_by_id, before.talk_by_id
        found = dict.fromkeys(one.talk.id for one in not_over(schedule_changes(before, edition.schedule), now))
        told = [ChangedTalk(known.get(id), after.get(id)) for id in found]
        return changes_message(told, self._context.conference_at(since), now, edition.schedule.conference)
