"""Messages about changes of the schedule: notices to the people concerned, and earlier messages corrected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import Block, Message, actions, button, context, escape, section
from bot.blockkit.talk_row import RowStyle, row_of_lines, talk_buttons
from bot.delivery.messages import MAX_LINES, REMINDER_TITLE_CHARACTERS, reminder_line
from bot.schedule.diff import ChangedSpeakers, FilledTalk, MovedTalk, RetitledTalk, ScheduleChange, talk_changes
from bot.schedule.models import Conference, Talk
from bot.schedule.texts import counted

MAX_ALTERNATIVES, ALTERNATIVE_TITLE = 3, 80


@dataclass(frozen=True, slots=True)
class ChangedTalk:
    """A talk as the readers know it, and as it is now. Either may be missing, but not both."""

    before: Talk | None
    now: Talk | None
    alternatives: tuple[Talk, ...] = ()  # what else is on while a full one is
    # Instead of a full or cancelled one: like it, to come, and free on the reader's agenda.
    similar: tuple[Talk, ...] = ()

    @property
    def talk(self) -> Talk:
        """The talk as it is now, or as it was last."""
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
    changed_talks: Sequence[ChangedTalk],
    conference: Conference,
    today: date | None,
    zone: ZoneInfo | None = None,
    *,
    personal: bool,
) -> Message:
    """A notice of what changed, one line for each talk. Days other than `today` are named. `zone` is the reader's."""
    wording = ChangeWording(conference, today, zone)
    return _notice_message(changed_talks, [*map(wording.explained, changed_talks)], conference, personal=personal)


def corrected_message(
    changed_talks: Sequence[ChangedTalk],
    conference: Conference,
    today: date | None,
    zone: ZoneInfo | None = None,
    *,
    personal: bool,
    is_notice: bool = False,
) -> Message:
    """An earlier message with its lines corrected: those no longer true begin with what happened, such as Moved.

    A notice of a change that was taken back (`is_notice`) says so; a reminder stays as it was.
    """
    wording = ChangeWording(conference, today, zone)

    def line(changed: ChangedTalk) -> str:
        if changed.is_cancelled or changed.changes:
            return wording.explained(changed)
        return wording.taken_back(changed.talk) if is_notice else reminder_line(changed.talk, conference, zone)

    return _notice_message(changed_talks, [*map(line, changed_talks)], conference, personal=personal)


class ChangeWording(NamedTuple):
    """Writes what changed about talks in escaped lines. Days other than `today` are named; `zone` is the reader's."""

    conference: Conference
    today: date | None
    zone: ZoneInfo | None = None

    def line(self, changed_talk: ChangedTalk) -> str:
        """`Moved: *now 15:10, Whittle* · Complex Event Flows · Bernd Ruecker (was 14:55, Fleming)`.

        Strikethrough is not read aloud, so each line begins with the word.
        """
        known, talk = changed_talk.before, changed_talk.talk
        title, people = talk_text.escaped_title(talk, REMINDER_TITLE_CHARACTERS), talk_text.speaker_names(talk.speakers)
        if changed_talk.is_cancelled:
            was = _was_text([self.old_time_and_place(known or talk)])
            return talk_text.join_parts(f"Cancelled: {title}", people) + was
        where = self._new_time_and_place(talk, known)
        if known is None:
            return talk_text.join_parts(f"New: *{where}*", title, people)
        changes = talk_changes(replace(known, cancelled=False), talk)
        was = _was_text(map(self._previous_value, changes))
        if known.cancelled:
            return talk_text.join_parts(f"Back on: *{where}*", title, people) + was
        if any(isinstance(change, MovedTalk) for change in changes):
            return talk_text.join_parts(f"Moved: *now {where}*", title, people) + was
        if any(isinstance(change, RetitledTalk) for change in changes):
            return talk_text.join_parts(f"Now titled: *{title}*", where, people) + was
        if any(isinstance(change, FilledTalk) for change in changes):
            parts = (f"Full: *{where}*", title, people)
        else:
            parts = (f"Now given by: *{_speakers_told_apart(talk, known) or 'somebody else'}*", title, where)
        return talk_text.join_parts(*parts) + was

    def explained(self, changed_talk: ChangedTalk) -> str:
        """The line; below it the organisers' note, such as the reason, and what else is on instead of a full one."""
        lines = [self.line(changed_talk), *talk_text.organiser_note(changed_talk.talk)]
        if changed_talk.similar:
            lines += ["Similar, and free on your agenda:", *map(self._similar_line, changed_talk.similar)]
        elif changed_talk.alternatives:
            others = (
                talk_text.join_parts(_alternative_title(talk), talk_text.escaped_place(talk))
                for talk in changed_talk.alternatives
            )
            lines.append(f"Also on then: {'; '.join(others)}")
        return "\n".join(lines)

    def taken_back(self, talk: Talk) -> str:
        """`Taken back: still *Tue 5 March 10:35, Fleming* · Complex Event Flows`: a change that was undone."""
        where = self._replace(today=None).time_and_place(talk, talk_text.escaped_place(talk))
        title = talk_text.escaped_title(talk, REMINDER_TITLE_CHARACTERS)
        return talk_text.join_parts(f"Taken back: still *{where}*", title)

    def _similar_line(self, talk: Talk) -> str:
        where = self.time_and_place(talk, talk_text.escaped_place(talk))
        return f"• {talk_text.join_parts(_alternative_title(talk), where)}"

    def _new_time_and_place(self, talk: Talk, known: Talk | None) -> str:
        """`15:10, Whittle`, or `Wed 6 March 15:10, Whittle`; with the end if only that has changed."""
        only_longer = known is not None and known.start == talk.start and known.end != talk.end
        place = talk_text.escaped_place(talk) or ("no room yet" if known and known.room else "")
        return self.time_and_place(talk, place, span=only_longer)

    def _previous_value(self, change: ScheduleChange) -> str:
        """The old value that a change replaced."""
        match change:
            case MovedTalk(before, talk):
                same_day = not change.to_another_day(self.conference)
                # The line names the day already.
                day = self.conference.date_of(talk.start) if same_day else self.today
                return ChangeWording(self.conference, day).old_time_and_place(before, beside=talk)
            case RetitledTalk(before):
                return talk_text.escaped_title(before, REMINDER_TITLE_CHARACTERS)
            case ChangedSpeakers(before):
                return _speakers_told_apart(before, change.talk) or "nobody named"
        return ""

    def old_time_and_place(self, talk: Talk, beside: Talk | None = None) -> str:
        """`14:55, Fleming`. Only the room's name is given, unless `beside`, the new version, is in another room of that name."""
        name = escape(talk.room.name) if talk.room else ""
        same_name = beside and talk.room and beside.room and beside.room.name == talk.room.name
        only_longer = beside is not None and beside.start == talk.start and beside.end != talk.end
        return self.time_and_place(talk, talk_text.escaped_place(talk) if same_name else name, span=only_longer)

    def time_and_place(self, talk: Talk, place: str, *, span: bool = False) -> str:
        """`14:55 (15:55 for you), Fleming`, with the day unless it is today; with `span`, also when it ends."""
        conference = self.conference
        day = "" if conference.date_of(talk.start) == self.today else f"{talk_text.day_name(talk.start, conference)} "
        clock = talk_text.time_span(talk, conference) if span else talk_text.clock_time(talk.start, conference)
        theirs = talk_text.reader_time(talk.start, conference, self.zone)
        return ", ".join(filter(None, (f"{day}{clock}{theirs}", place)))


def _alternative_title(talk: Talk) -> str:
    return f"_{talk_text.escaped_title(talk, ALTERNATIVE_TITLE)}_"


def _speakers_told_apart(talk: Talk, other: Talk) -> str:
    """The speakers' names, with role and company if the other version has namesakes of theirs."""
    names = talk_text.speaker_names(talk.speakers)
    if names != talk_text.speaker_names(other.speakers):
        return names
    about = [", ".join(filter(None, (person.role, person.affiliation))) for person in talk.speakers]
    return f"{names} ({escape('; '.join(filter(None, about)) or 'another person with that name')})"


def _was_text(parts: Iterable[str]) -> str:
    previous = "; ".join(filter(None, parts))
    return f" (was {previous})" if previous else ""


def _notice_message(
    changed_talks: Sequence[ChangedTalk], lines: Sequence[str], conference: Conference, *, personal: bool
) -> Message:
    shown = [changed.talk for changed in changed_talks[:MAX_LINES]]
    saved = frozenset(talk.id for talk in shown) if personal else frozenset()
    rest = len(lines) - MAX_LINES
    more = [f"and {counted(rest, 'more change')}"] if rest > 0 else []
    rows = change_rows(shown, lines, saved)
    buttons = [button("All changes", action_ids.ALL_CHANGES)] if more else []
    buttons += [inputs.settings_button("reminders")] if personal else []
    if len(changed_talks) == 1:
        offered = talk_buttons(shown[0], saved=None if personal or changed_talks[0].is_cancelled else False)
        if similar := changed_talks[0].similar:
            offered.append(inputs.talk_menu("Save a similar one…", action_ids.SAVE_CHOSEN, similar, conference))
        buttons = [*offered, *buttons]
    blocks = [*rows, *map(context, more), *([actions(buttons)] if buttons else [])]
    return Message("\n".join([*lines[:MAX_LINES], *more]), tuple(blocks))


def change_rows(talks: Sequence[Talk], lines: Sequence[str], saved: frozenset[str] = frozenset()) -> list[Block]:
    """A row for each changed talk with the line about it; without its menu where there is only one talk."""
    if len(talks) == 1:
        return [section(lines[0])]
    style = RowStyle(saved)
    return [row_of_lines(line.split("\n"), talk, style) for talk, line in zip(talks, lines, strict=False)]
