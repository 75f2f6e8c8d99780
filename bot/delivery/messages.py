"""Messages that the bot sends unasked: digest, reminders, welcomes, notices of changes, and earlier messages corrected.

A reminder names the time of the sessions, since it may come a little late and stays in the conversation.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import Block, Message, actions, and_more, bold, button, context, escape, section
from bot.blockkit.talk_row import RowStyle, agenda_lines, agenda_page, agenda_rows, row_of_lines, talk_buttons
from bot.blockkit.talk_text import RenderContext
from bot.delivery.models import is_user_id
from bot.questions.models import Reader
from bot.schedule.diff import ScheduleChange, talk_changes
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.queries import agenda_days
from bot.schedule.texts import counted

MAX_LINES = 8  # sessions in one message; a button shows the rest

REMINDER_TITLE_CHARACTERS = 150  # real titles have up to 189

NOTE_CHARACTERS = 200

STARTS_AT = "Starts at "  # the first words of a reminder


def morning_digest(
    talks: Sequence[Talk],
    schedule: Schedule,
    day: date,
    zone: ZoneInfo | None = None,
    moved: frozenset[str] = frozenset(),
) -> Message:
    """The talks of one day that a person saved. The day is named, since the message stays; `zone` is the person's.

    `moved` are the ids of the talks that have moved lately.
    """
    ctx = RenderContext(schedule, talks[0].start, Reader(zone, stays=True), moved)
    days = agenda_days(talks, schedule)
    lines, left_out = agenda_lines(days, ctx)
    head = f"Your day, {talk_text.day_name(day, schedule.conference)}: {counted(len(talks), 'talk')}"
    shown = agenda_page(days, ctx, 0)
    rows = agenda_rows(shown.items, ctx, RowStyle(frozenset(talk.id for talk in talks), says_saved=False), dated=False)
    rest = len(talks) - len(shown.items)
    buttons = [button("My agenda", action_ids.AGENDA), button("Turn off or change", action_ids.SETTINGS)]
    blocks = (section(bold(head)), *rows, *map(context, and_more(rest)), actions(buttons))
    return Message("\n".join([head, *lines, *and_more(left_out)]), blocks)


def reminder_message(
    talks: Sequence[Talk], conference: Conference, zone: ZoneInfo | None = None, *, personal: bool
) -> Message:
    """Sessions that start together. A `personal` reminder offers nothing to save: its sessions are saved already.

    `zone` is the person's time zone, where it is known.
    """
    shown = talks[:MAX_LINES]
    clock = talk_text.clock_time(talks[0].start, conference) + talk_text.reader_time(talks[0].start, conference, zone)
    saved = frozenset(talk.id for talk in talks) if personal else frozenset()
    rest = len(talks) - len(shown)
    more = f"{rest} more at {talk_text.clock_time(talks[0].start, conference)}"
    buttons = [inputs.talks_at_button(more, talks[0].start, conference)] if rest else []
    buttons += [inputs.settings_button("reminders")] if personal else []
    lines = [line for talk in shown for line in (reminder_line(talk, conference, zone), *_remarks(talk))]
    lines[0] = STARTS_AT + lines[0]
    if len(talks) == 1:
        blocks = [section("\n".join(lines))]
        buttons = [*talk_buttons(talks[0], saved=None if personal else False), *buttons]
    else:
        rows = (_reminder_row(talk, RowStyle(saved)) for talk in shown)
        blocks = [section(bold(f"Starting at {clock}")), *rows]
    lines += [f"and {rest} more at {clock}"] if rest else []
    return Message("\n".join(lines), (*blocks, *([actions(buttons)] if buttons else [])))


def _reminder_row(talk: Talk, style: RowStyle) -> Block:
    """A session among several that start together: title, speakers and place, remarks."""
    title = bold(talk_text.escaped_title(talk, REMINDER_TITLE_CHARACTERS))
    about = talk_text.join_parts(talk_text.escaped_place(talk), talk_text.speaker_names(talk.speakers))
    return row_of_lines((title, about, *_remarks(talk)), talk, style)


def reminder_line(talk: Talk, conference: Conference, zone: ZoneInfo | None = None) -> str:
    """`*10:35 · Fleming, 3rd floor* · Complex Event Flows · Bernd Ruecker`, escaped; with the time in `zone`, too."""
    when = talk_text.clock_time(talk.start, conference) + talk_text.reader_time(talk.start, conference, zone)
    where = talk_text.join_parts(when, talk_text.escaped_place(talk))
    title = talk_text.escaped_title(talk, REMINDER_TITLE_CHARACTERS)
    return talk_text.join_parts(f"*{where}*", title, talk_text.speaker_names(talk.speakers))


def rehearsal_message(message: Message, conversation: str) -> Message:
    """The message as a rehearsal posts it in its one channel, with its recipient, whom it does not mention by name."""
    recipient = "a person's direct message" if is_user_id(conversation) else f"<#{conversation}>"
    mark = f"Rehearsal · would go to {recipient}"
    return Message(f"{mark}\n{message.text}", (context(mark), *message.blocks))


def _remarks(talk: Talk) -> tuple[str, ...]:
    """Lines on what people should know before they go: that the talk is full, and an organiser's note."""
    full = ("The room is full.",) if talk.full else ()
    return (*full, *talk_text.organiser_note(talk, NOTE_CHARACTERS))


def channel_welcome(schedule: Schedule, command: str, bot_user: str) -> Message:
    """A welcome to a channel, short enough to pin: what to ask, and how to turn reminders off."""
    name, typed = escape(schedule.conference.name), escape(command)
    mention = f"<@{bot_user}>" if bot_user else "Mention me"
    text = (
        f"Hello! I know the schedule of {name}. Ask me in a thread: {mention} who talks about …, when is …, what's next. "
        f"The answer to `{typed} next` is shown only to whoever typed it. I post here only after an organiser types `{typed} remind here`; "
        f"`{typed} remind here off` stops it."
    )
    return Message(text, (section(text),))


def personal_welcome(schedule: Schedule, command: str) -> Message:
    """A welcome to a person, with three questions to begin with, and when the bot writes unasked."""
    text = (
        f"Hello! I know the schedule of {escape(schedule.conference.name)}. Ask me anything about it, right here. "
        f"I'll only message you first about talks you've saved, or with news from the organisers; to change that, type `{escape(command)} settings`. Try:"
    )
    questions = [
        button(question, action_ids.numbered(action_ids.ASK, number), question)
        for number, question in enumerate(suggested_questions(schedule))
    ]
    return Message(text, (section(text), actions(questions)))


def suggested_questions(schedule: Schedule) -> Sequence[str]:
    """Three questions that this schedule can answer."""
    talks = [talk for talk in schedule.given if talk.speakers and not talk.is_break]
    times_on = Counter(speaker.id for talk in talks for speaker in talk.speakers)
    # Staff who open and close a conference, or an organisation, speak several times: name somebody who speaks once.
    speakers = sorted((talk.speakers[0] for talk in talks), key=lambda speaker: times_on[speaker.id] > 1)
    about = next((f"When is {speaker.name} on?" for speaker in speakers if len(speaker.name) < 50), "What's on now?")
    return ("What's on next?", about, "All talks")


MAX_ALTERNATIVES, ALTERNATIVE_TITLE = 3, 80


@dataclass(frozen=True, slots=True)
class ChangedTalk:
    """A talk as the readers know it, and as it is now. Either may be missing, but not both."""

    before: Talk | None
    now: Talk | None
    alternatives: tuple[Talk, ...] = ()  # what else is on while a full one is
    # Instead of a full or cancelled one: like it, to come, and free on the reader's agenda.
    similar: tuple[Talk, ...] = ()
    is_over: bool = False  # by the time that it has now

    @property
    def talk(self) -> Talk:
        """The talk as it is now, or as it was last."""
        talk = self.now or self.before
        if talk is None:
            raise ValueError("there is nothing to tell of a talk that never was")
        return talk

    @property
    def newly_explained(self) -> Talk:
        """The talk, with its reason only if that is of this change, not of one before."""
        is_known = self.before is not None and self.before.reason == self.talk.reason
        return replace(self.talk, reason="") if is_known else self.talk

    @property
    def changes(self) -> tuple[ScheduleChange, ...]:
        return talk_changes(self.before, self.now)

    @property
    def is_cancelled(self) -> bool:
        return self.now is None or self.now.cancelled


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
        kinds = {change.kind for change in changes}
        if "moved" in kinds:
            return talk_text.join_parts(f"Moved: *now {where}*", title, people) + was
        if "retitled" in kinds:
            return talk_text.join_parts(f"Now titled: *{title}*", where, people) + was
        if "full" in kinds:
            parts = [f"Full: *{where}*", title, people]
        elif talk.speakers:
            parts = [f"Now given by: *{_speakers_told_apart(talk, known)}*", title, where]
        else:
            parts = [f"No speakers named any more: *{title}*", where]
        return talk_text.join_parts(*parts) + was

    def explained(self, changed_talk: ChangedTalk) -> str:
        """The line; below it that it is over, the organisers' note, and what else is on instead of a full one."""
        over = ["It's already over."] if changed_talk.is_over and not changed_talk.is_cancelled else []
        lines = [self.line(changed_talk), *over, *talk_text.organiser_note(changed_talk.newly_explained)]
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
        """`15:10, Whittle`, or `Wed 6 March 15:10, Whittle`; with the end if it is longer or shorter."""
        other_length = known is not None and known.length != talk.length
        place = talk_text.escaped_place(talk) or ("no room yet" if known and known.room else "")
        return self.time_and_place(talk, place, span=other_length)

    def _previous_value(self, change: ScheduleChange) -> str:
        """The old value that a change replaced."""
        before, talk = change.before, change.talk
        if before is None:
            return ""
        match change.kind:
            case "moved":
                day = self.conference.date_of(talk.start)
                same_day = self.conference.date_of(before.start) == day
                # The line names the day already.
                return ChangeWording(self.conference, day if same_day else self.today).old_time_and_place(
                    before, beside=talk
                )
            case "retitled":
                return talk_text.escaped_title(before, REMINDER_TITLE_CHARACTERS)
            case "speakers":
                return _speakers_told_apart(before, talk) or "nobody named"
        return ""

    def old_time_and_place(self, talk: Talk, beside: Talk | None = None) -> str:
        """The time and room, as in `14:55, Fleming`.

        Only the room's name is given, unless `beside`, the new version, is in another room of that name.
        """
        name = escape(talk.room.name) if talk.room else ""
        same_name = beside and talk.room and beside.room and beside.room.name == talk.room.name
        other_length = beside is not None and beside.length != talk.length
        return self.time_and_place(talk, talk_text.escaped_place(talk) if same_name else name, span=other_length)

    def time_and_place(self, talk: Talk, place: str, *, span: bool = False) -> str:
        """`14:55 (15:55 for you), Fleming`, with the day unless it is today; with `span`, also when it ends."""
        conference = self.conference
        day = "" if conference.date_of(talk.start) == self.today else f"{talk_text.day_name(talk.start, conference)} "
        clock = talk_text.time_span(talk, conference) if span else talk_text.clock_time(talk.start, conference)
        theirs = talk_text.reader_time(talk.start, conference, self.zone)
        return ", ".join(filter(None, (f"{day}{clock}{theirs}", place)))


def change_notice(changed_talks: Sequence[ChangedTalk], wording: ChangeWording, *, personal: bool) -> Message:
    """A notice of what changed, one line for each talk."""
    lines = [*map(wording.explained, changed_talks)]
    return _notice_message(changed_talks, lines, wording.conference, personal=personal)


def corrected_message(
    changed_talks: Sequence[ChangedTalk], wording: ChangeWording, *, personal: bool, is_notice: bool = False
) -> Message:
    """An earlier message with its lines corrected: those no longer true begin with what happened, such as Moved.

    A notice of a change that was taken back (`is_notice`) says so; a reminder stays as it was.
    """

    def line(changed: ChangedTalk) -> str:
        if changed.is_cancelled or changed.changes:
            return wording.explained(changed)
        if is_notice:
            return wording.taken_back(changed.talk)
        return reminder_line(changed.talk, wording.conference, wording.zone)

    return _notice_message(changed_talks, [*map(line, changed_talks)], wording.conference, personal=personal)


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
