"""What people get when something becomes of a talk they count on, and what becomes of the messages that told of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.schedule.changes import ChangedSpeakers, MovedTalk, RetitledTalk, ScheduleChange, talk_changes
from bot.schedule.model import Conference, Talk
from bot.views import ids, menus, talks, times
from bot.views.blocks import actions, button, escape, sections
from bot.views.message import Message
from bot.views.reminders import MAX_LINES, REMINDER_TITLE_CHARACTERS, reminder_line


@dataclass(frozen=True, slots=True)
class ChangedTalk:
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
    def changes(self) -> tuple[ScheduleChange, ...]:
        return talk_changes(self.before, self.now)

    @property
    def is_cancelled(self) -> bool:
        return self.now is None or self.now.cancelled


def change_notice(
    changed_talks: Sequence[ChangedTalk], conference: Conference, today: date | None, *, personal: bool
) -> Message:
    """What became of each talk, a line each; a day that is not `today` is named."""
    return _notice_message(
        changed_talks, [change_line(one, conference, today) for one in changed_talks], conference, personal=personal
    )


def corrected_message(
    changed_talks: Sequence[ChangedTalk], conference: Conference, today: date | None, *, personal: bool
) -> Message:
    """An earlier message, edited: each line that is no longer true begins with what became of it."""
    lines = [
        change_line(one, conference, today) if one.is_cancelled or one.changes else reminder_line(one.talk, conference)
        for one in changed_talks
    ]
    return _notice_message(changed_talks, lines, conference, personal=personal)


def change_line(changed_talk: ChangedTalk, conference: Conference, today: date | None) -> str:
    """`Moved: *now 15:10, Whittle* · Complex Event Flows · Bernd Ruecker (was 14:55, Fleming)`, escaped.

    Strikethrough is not read aloud, so each line begins with the word.
    """
    known, talk = changed_talk.before, changed_talk.talk
    title, people = talks.escaped_title(talk, REMINDER_TITLE_CHARACTERS), talks.speaker_names(talk.speakers)
    if changed_talk.is_cancelled:
        return talks.join_parts(f"Cancelled: {title}", people) + _was_text(
            [_old_time_and_place(known or talk, conference, today)]
        )
    where = _new_time_and_place(talk, known, conference, today)
    if known is None:
        return talks.join_parts(f"New: *{where}*", title, people)
    found = talk_changes(replace(known, cancelled=False), talk)
    was = _was_text(_previous_value(change, conference, today) for change in found)
    if known.cancelled:
        return talks.join_parts(f"Back on: *{where}*", title, people) + was
    if any(isinstance(change, MovedTalk) for change in found):
        return talks.join_parts(f"Moved: *now {where}*", title, people) + was
    if any(isinstance(change, RetitledTalk) for change in found):
        return talks.join_parts(f"Now titled: *{title}*", where, people) + was
    return talks.join_parts(f"Now given by: *{people or 'somebody else'}*", title, where) + was


def _new_time_and_place(talk: Talk, known: Talk | None, conference: Conference, today: date | None) -> str:
    """`15:10, Whittle`, `Wed 6 March 15:10, Whittle`; until when, where only that has changed."""
    only_longer = known is not None and known.start == talk.start and known.end != talk.end
    place = talks.escaped_place(talk) or ("no room yet" if known and known.room else "")
    return _time_and_place(talk, conference, today, place, span=only_longer)


def _previous_value(change: ScheduleChange, conference: Conference, today: date | None) -> str:
    """What it was until this change."""
    match change:
        case MovedTalk(before, talk):
            elsewhere = not change.to_another_day(conference)
            day = conference.day_of(talk.start) if elsewhere else today  # is named already, where it is the same
            return _old_time_and_place(before, conference, day, beside=talk)
        case RetitledTalk(before):
            return talks.escaped_title(before, REMINDER_TITLE_CHARACTERS)
        case ChangedSpeakers(before):
            return talks.speaker_names(before.speakers) or "nobody named"
    return ""


def _old_time_and_place(talk: Talk, conference: Conference, today: date | None, beside: Talk | None = None) -> str:
    """`14:55, Fleming`: the room's name is enough, unless the talk is `beside` it in a room of that name."""
    name = escape(talk.room.name) if talk.room else ""
    same_name = beside and talk.room and beside.room and beside.room.name == talk.room.name
    only_longer = beside is not None and beside.start == talk.start and beside.end != talk.end
    return _time_and_place(talk, conference, today, talks.escaped_place(talk) if same_name else name, span=only_longer)


def _time_and_place(talk: Talk, conference: Conference, today: date | None, place: str, *, span: bool) -> str:
    day = "" if conference.day_of(talk.start) == today else f"{times.day_name(talk.start, conference)} "
    clock = times.time_span(talk, conference) if span else times.clock_time(talk.start, conference)
    return ", ".join(filter(None, (f"{day}{clock}", place)))


def _was_text(parts: Iterable[str]) -> str:
    told = "; ".join(filter(None, parts))
    return f" (was {told})" if told else ""


def _notice_message(
    changed_talks: Sequence[ChangedTalk], lines: Sequence[str], conference: Conference, *, personal: bool
) -> Message:
    shown = [one.talk for one in changed_talks[:MAX_LINES]]
    given = [] if personal else [one.talk for one in changed_talks[:MAX_LINES] if not one.is_cancelled]
    rest = len(lines) - MAX_LINES
    more = [f"and {rest} more {'change' if rest == 1 else 'changes'}"] if rest > 0 else []
    buttons = [*menus.details_button(shown, conference), *menus.save_button(given, conference)]
    buttons += [button("All changes", ids.ALL_CHANGES)] if more else []
    buttons += [button("Change or stop reminders", ids.SETTINGS)] if personal else []
    said = [*lines[:MAX_LINES], *more]
    return Message("\n".join(said), (*sections(said), actions(buttons)))
