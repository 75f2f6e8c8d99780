"""What people get when something becomes of a talk they count on, and what becomes of the messages that told of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.schedule.changes import Change, Moved, OtherSpeakers, Retitled, changes_of
from bot.schedule.model import Conference, Talk
from bot.views import ids, menus, talks, times
from bot.views.blocks import actions, button, escape, sections
from bot.views.message import Message
from bot.views.reminders import LINES, TITLE, line


@dataclass(frozen=True, slots=True)
class Told:
    """A talk as its readers know it, and as it is; it may not have been there, or not be there any more."""

    before: Talk | None
    now: Talk | None

    @property
    def talk(self) -> Talk:
        """As it is, or was last."""
        talk = self.now or self.before
        if talk is None:
            raise ValueError("there is nothing to tell of a talk that never was")
        return talk

    @property
    def changes(self) -> tuple[Change, ...]:
        return changes_of(self.before, self.now)

    @property
    def is_off(self) -> bool:
        return self.now is None or self.now.cancelled


def notice(told: Sequence[Told], conference: Conference, today: date | None, *, personal: bool) -> Message:
    """What became of each talk, a line each; a day that is not `today` is named."""
    return _message(told, [changed(one, conference, today) for one in told], conference, personal=personal)


def corrected(told: Sequence[Told], conference: Conference, today: date | None, *, personal: bool) -> Message:
    """An earlier message, edited: each line that is no longer true begins with what became of it."""
    lines = [
        changed(one, conference, today) if one.is_off or one.changes else line(one.talk, conference) for one in told
    ]
    return _message(told, lines, conference, personal=personal)


def changed(one: Told, conference: Conference, today: date | None) -> str:
    """`Moved: *now 15:10, Whittle* · Complex Event Flows · Bernd Ruecker (was 14:55, Fleming)`, escaped.

    Strikethrough is not read aloud, so each line begins with the word.
    """
    known, talk = one.before, one.talk
    title, people = talks.title(talk, TITLE), talks.names(talk.speakers)
    if one.is_off:
        return talks.joined(f"Cancelled: {title}", people) + _was([_then(known or talk, conference, today)])
    where = _now(talk, known, conference, today)
    if known is None:
        return talks.joined(f"New: *{where}*", title, people)
    found = changes_of(replace(known, cancelled=False), talk)
    was = _was(_before(change, conference, today) for change in found)
    if known.cancelled:
        return talks.joined(f"Back on: *{where}*", title, people) + was
    if any(isinstance(change, Moved) for change in found):
        return talks.joined(f"Moved: *now {where}*", title, people) + was
    if any(isinstance(change, Retitled) for change in found):
        return talks.joined(f"Now titled: *{title}*", where, people) + was
    return talks.joined(f"Now given by: *{people or 'somebody else'}*", title, where) + was


def _now(talk: Talk, known: Talk | None, conference: Conference, today: date | None) -> str:
    """`15:10, Whittle`, `Wed 6 March 15:10, Whittle`; until when, where only that has changed."""
    only_longer = known is not None and known.start == talk.start and known.end != talk.end
    place = talks.place(talk) or ("no room yet" if known and known.room else "")
    return _moment(talk, conference, today, place, span=only_longer)


def _before(change: Change, conference: Conference, today: date | None) -> str:
    """What it was until this change."""
    match change:
        case Moved(before, talk):
            elsewhere = not change.to_another_day(conference)
            day = conference.day_of(talk.start) if elsewhere else today  # is named already, where it is the same
            return _then(before, conference, day, beside=talk)
        case Retitled(before):
            return talks.title(before, TITLE)
        case OtherSpeakers(before):
            return talks.names(before.speakers) or "nobody named"
    return ""


def _then(talk: Talk, conference: Conference, today: date | None, beside: Talk | None = None) -> str:
    """`14:55, Fleming`: the room's name is enough, unless the talk is `beside` it in a room of that name."""
    name = escape(talk.room.name) if talk.room else ""
    same_name = beside and talk.room and beside.room and beside.room.name == talk.room.name
    only_longer = beside is not None and beside.start == talk.start and beside.end != talk.end
    return _moment(talk, conference, today, talks.place(talk) if same_name else name, span=only_longer)


def _moment(talk: Talk, conference: Conference, today: date | None, place: str, *, span: bool) -> str:
    day = "" if conference.day_of(talk.start) == today else f"{times.day(talk.start, conference)} "
    clock = times.span(talk, conference) if span else times.at(talk.start, conference)
    return ", ".join(filter(None, (f"{day}{clock}", place)))


def _was(parts: Iterable[str]) -> str:
    told = "; ".join(filter(None, parts))
    return f" (was {told})" if told else ""


def _message(told: Sequence[Told], lines: Sequence[str], conference: Conference, *, personal: bool) -> Message:
    shown = [one.talk for one in told[:LINES]]
    given = [] if personal else [one.talk for one in told[:LINES] if not one.is_off]
    rest = len(lines) - LINES
    more = [f"and {rest} more {'change' if rest == 1 else 'changes'}"] if rest > 0 else []
    buttons = [*menus.details_of(shown, conference), *menus.saves_of(given, conference)]
    buttons += [button("All changes", ids.ALL_CHANGES)] if more else []
    buttons += [button("Change or stop reminders", ids.SETTINGS)] if personal else []
    said = [*lines[:LINES], *more]
    return Message("\n".join(said), (*sections(said), actions(buttons)))
