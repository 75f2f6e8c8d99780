"""Show the changes of the schedule within the last day to everyone who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blockkit import action_ids, talk_text
from bot.blockkit.blocks import Message, actions, and_more, bold, context, fitting_count, section
from bot.blockkit.talk_row import talk_buttons
from bot.blockkit.talk_text import RenderContext
from bot.delivery.change_notices import not_over
from bot.delivery.messages import ChangedTalk, ChangeWording, change_rows
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.live_schedule.current import LiveSchedule
from bot.schedule.diff import notable_changes
from bot.schedule.texts import counted
from bot.slack.request import SlackRequest, respond_publicly
from bot.slack.routing import on_action, on_subcommand

MAX_ROWS = 20  # changes in one message

CHANGES_CHARACTERS = 8_000  # of all lines; the rest of the message needs room too


def changes_message(
    changed_talks: Sequence[ChangedTalk], since: datetime, ctx: RenderContext, saved: frozenset[str] = frozenset()
) -> Message:
    """A line for each talk that changed since then, an aware moment, in order of start.

    `saved` are the ids of the talks that the reader saved; empty in a public message.
    """
    conference = ctx.conference
    when = talk_text.day_and_clock(since, conference) + ctx.reader_hint(since)
    if not changed_talks:
        text = f"No schedule changes since {when}."
        return Message(text, (section(text),))
    today = None if ctx.is_elsewhere else conference.date_of(ctx.now)
    in_order = sorted(changed_talks, key=lambda change: change.talk.start)
    lines = [*map(ChangeWording(conference, today, ctx.reader.zone).line, in_order)]
    most = max(1, min(fitting_count(lines, CHANGES_CHARACTERS), MAX_ROWS))
    shown = [change.talk for change in in_order[:most]]
    head = f"{counted(len(lines), 'change')} since {when}"
    more = and_more(len(lines) - len(shown))
    rows = change_rows(shown, lines, saved)
    single = shown[0] if len(shown) == 1 and not in_order[0].is_cancelled else None
    buttons = talk_buttons(single, saved=single.id in saved) if single else []
    blocks = (section(bold(head)), *rows, *map(context, more), *([actions(buttons)] if buttons else []))
    return Message("\n".join([bold(head), *lines[: len(shown)], *more]), blocks)


@dataclass(frozen=True, slots=True)
class RecentChanges:
    context: RequestContext
    user_data: UserData
    presenter: Presenter
    live_schedule: LiveSchedule

    @on_subcommand("changes")
    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon changes`"""
        await respond_publicly(request, await self._recent_changes(request))

    @on_action(action_ids.ALL_CHANGES)
    async def on_button(self, request: SlackRequest) -> None:
        """[All changes]"""
        await self.presenter.show_message(request, await self._recent_changes(request), title="Changes")

    async def _recent_changes(self, request: SlackRequest) -> Message:
        """The net changes: a talk that moved and moved back has not changed."""
        if request.is_message and not request.is_private:  # everyone reads it
            ctx, saved = self.context.render_context_of(self.context.everyone(request)), frozenset[str]()
        else:
            ctx, saved = await self.context.render_context(request), await self.user_data.known_saved(request)
        before, since = await self.live_schedule.recent_schedule()
        changes = not_over(notable_changes(before, ctx.schedule), ctx.now)
        talk_ids = dict.fromkeys(change.talk.id for change in changes)
        changed_talks = [
            ChangedTalk(before.talk_by_id.get(talk_id), ctx.schedule.talk_by_id.get(talk_id)) for talk_id in talk_ids
        ]
        since = self.context.conference_at(since)
        return changes_message(changed_talks, since, ctx, saved)
