"""What people get when a talk they count on moves or is cancelled, and what becomes of the messages that told of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.schedule.model import Conference, Talk
from bot.views import ids, times
from bot.views.blocks import actions, button, escape, section, shorten
from bot.views.message import Block, Message
from bot.views.reminders import LINES, TITLE, line


@dataclass(frozen=True, slots=True)
class Told:
    """A talk as its readers know it, and as it is; one of the two may be missing."""

    before: Talk | None
    now: Talk | None

    @property
    def elsewhere(self) -> bool:
        """Whether people would go to the wrong room or come at the wrong time."""
        if self.before is None or self.now is None:
            return self.before is not self.now
        return (self.before.start, self.before.end) != (self.now.start, self.now.end) or _place(self.before) != _place(
            self.now
        )


def notice(told: Sequence[Told], conference: Conference, *, personal: bool) -> Message:
    """What moved and what was cancelled, a line each."""
    return _message([(_changed(one, conference), one.now) for one in told], personal=personal)


def corrected(told: Sequence[Told], conference: Conference, *, personal: bool) -> Message:
    """An earlier message, edited: each line begins with `Moved` or `Cancelled` where it is no longer true."""
    return _message([(_line(one, conference), one.now) for one in told], personal=personal)


def _line(one: Told, conference: Conference) -> str:
    return line(one.now, conference) if one.now and not one.elsewhere else _changed(one, conference)


def _changed(one: Told, conference: Conference) -> str:
    """`*Moved to 11:00 · Mountbatten* · Complex Event Flows (was 10:35, Fleming)`, escaped."""
    known = one.now or one.before
    title = escape(shorten(known.title, TITLE)) if known else ""
    was = f" (was {_when_where(one.before, conference, ', ')})" if one.before else ""
    if one.now is None:
        return f"*Cancelled* · {title}{was}"
    other_day = one.before and conference.day_of(one.before.start) != conference.day_of(one.now.start)
    day = f"{times.day(one.now.start, conference)}, " if other_day else ""
    return f"*Moved to {day}{_when_where(one.now, conference, ' · ')}* · {title}{was}"


def _when_where(talk: Talk, conference: Conference, between: str) -> str:
    return between.join(part for part in (times.at(talk.start, conference), escape(_place(talk))) if part)


def _place(talk: Talk) -> str:
    return talk.room.place if talk.room else ""


def _message(lines: Sequence[tuple[str, Talk | None]], *, personal: bool) -> Message:
    blocks: list[Block] = []
    for number, (text, talk) in enumerate(lines[:LINES]):
        details = button("Details", ids.nth(ids.DETAILS, number), talk.id) if talk else None
        blocks.append(section(text, details))
    rest = len(lines) - LINES
    more = [f"and {rest} more changes"] if rest > 0 else []
    if more:
        blocks.append(section(more[0]))
    if personal:
        blocks.append(actions([button("Change or stop reminders", ids.SETTINGS)]))
    return Message("\n".join([text for text, _ in lines[:LINES]] + more), tuple(blocks))
