"""What organisers are told: a reminder cannot reach anybody, the schedule's new version is not served.

What people get when something becomes of a talk they count on, and what becomes of the messages that told of it.

A new revision of the schedule, as the organisers hear of it: what changed, who is told, what the source disputes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import Message, actions, button, confirmation, escape, section, sections, shorten
from bot.delivery.messages import MAX_LINES, REMINDER_TITLE_CHARACTERS, reminder_line
from bot.schedule.diff import ChangedSpeakers, MovedTalk, RetitledTalk, ScheduleChange, talk_changes
from bot.schedule.models import Conference, Talk

_ALERT_REASONS = {
    "channel_not_found": "the channel is gone, or I was never in it",
    "is_archived": "the channel is archived",
    "channel_is_archived": "the channel is archived",
    "not_in_channel": "I am not in the channel any more",
    "restricted_action": "only some people may post there",
    "user_disabled": "the account is deactivated",
}


def rejected_alert(why: str, usable: int) -> Message:
    """A new version of the schedule is not served; `usable` is the number by which it can be all the same, or 0."""
    told = f"The schedule has changed, but I still serve the last good one. {escape(shorten(why, 1_500))}"
    if not usable:
        return Message(told, (section(told),))
    sure = confirmation(
        "Use this version?",
        "What it lacks is cancelled, and those who count on it are told at once.",
        "Use it",
        "Not yet",
    )
    use = button("Use it anyway", action_ids.USE_SOURCE, str(usable), confirm=sure)
    told += " If that is meant, use it anyway."
    return Message(told, (section(told), actions([use])))


def used_anyway_message(revision: int, by: str) -> Message:
    """Said in place of the alert, to everyone who saw it."""
    text = f"The schedule has changed, and I had refused the new version. <@{by}> used it anyway: revision {revision}."
    return Message(text, (section(text),))


def failure_alert(what: str, where: str, error: str) -> Message:
    """`what` could not be reached: a `channel` (its id in `where`), `people`, or a `message` that Slack refuses."""
    reason = _ALERT_REASONS.get(error, "Slack refuses it")
    told = f"{reason} (`{escape(error)}`)"
    if what == "channel":
        text = (
            f"Reminders for <#{escape(where)}> are off: {told}. "
            "To have them again, invite me there and turn them on: `remind here`."
        )
    elif what == "people":
        text = f"Some people get no reminders any more: {told}. Theirs are off; whoever runs me sees them with `deliveries`."
    else:
        text = (
            f"Slack refused a message of mine: {told}. Whoever runs me sees which with `deliveries`; please tell them."
        )
    return Message(text, (section(text),))


def restored_alert(since: datetime) -> Message:
    """The bot was started with a database that knows nothing after this moment."""
    at = f"<!date^{since.timestamp():.0f}^{{date_short_pretty}}, {{time}}|{since:%Y-%m-%d %H:%M} UTC>"
    text = (
        f"I was restored from a backup: what happened after {at} I may not know. "
        "What people saved or changed since is lost. What I may have sent since, I look for in Slack before I send it. "
        "Who got a notice of a change since gets no other one now, so please look over the latest changes."
    )
    return Message(text, (section(text),))


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
    title, people = talk_text.escaped_title(talk, REMINDER_TITLE_CHARACTERS), talk_text.speaker_names(talk.speakers)
    if changed_talk.is_cancelled:
        return talk_text.join_parts(f"Cancelled: {title}", people) + _was_text(
            [_old_time_and_place(known or talk, conference, today)]
        )
    where = _new_time_and_place(talk, known, conference, today)
    if known is None:
        return talk_text.join_parts(f"New: *{where}*", title, people)
    found = talk_changes(replace(known, cancelled=False), talk)
    was = _was_text(_previous_value(change, conference, today) for change in found)
    if known.cancelled:
        return talk_text.join_parts(f"Back on: *{where}*", title, people) + was
    if any(isinstance(change, MovedTalk) for change in found):
        return talk_text.join_parts(f"Moved: *now {where}*", title, people) + was
    if any(isinstance(change, RetitledTalk) for change in found):
        return talk_text.join_parts(f"Now titled: *{title}*", where, people) + was
    return talk_text.join_parts(f"Now given by: *{people or 'somebody else'}*", title, where) + was


def _new_time_and_place(talk: Talk, known: Talk | None, conference: Conference, today: date | None) -> str:
    """`15:10, Whittle`, `Wed 6 March 15:10, Whittle`; until when, where only that has changed."""
    only_longer = known is not None and known.start == talk.start and known.end != talk.end
    place = talk_text.escaped_place(talk) or ("no room yet" if known and known.room else "")
    return _time_and_place(talk, conference, today, place, span=only_longer)


def _previous_value(change: ScheduleChange, conference: Conference, today: date | None) -> str:
    """What it was until this change."""
    match change:
        case MovedTalk(before, talk):
            elsewhere = not change.to_another_day(conference)
            day = conference.day_of(talk.start) if elsewhere else today  # is named already, where it is the same
            return _old_time_and_place(before, conference, day, beside=talk)
        case RetitledTalk(before):
            return talk_text.escaped_title(before, REMINDER_TITLE_CHARACTERS)
        case ChangedSpeakers(before):
            return talk_text.speaker_names(before.speakers) or "nobody named"
    return ""


def _old_time_and_place(talk: Talk, conference: Conference, today: date | None, beside: Talk | None = None) -> str:
    """`14:55, Fleming`: the room's name is enough, unless the talk is `beside` it in a room of that name."""
    name = escape(talk.room.name) if talk.room else ""
    same_name = beside and talk.room and beside.room and beside.room.name == talk.room.name
    only_longer = beside is not None and beside.start == talk.start and beside.end != talk.end
    return _time_and_place(
        talk, conference, today, talk_text.escaped_place(talk) if same_name else name, span=only_longer
    )


def _time_and_place(talk: Talk, conference: Conference, today: date | None, place: str, *, span: bool) -> str:
    day = "" if conference.day_of(talk.start) == today else f"{talk_text.day_name(talk.start, conference)} "
    clock = talk_text.time_span(talk, conference) if span else talk_text.clock_time(talk.start, conference)
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
    buttons = [*inputs.details_button(shown, conference), *inputs.save_button(given, conference)]
    buttons += [button("All changes", action_ids.ALL_CHANGES)] if more else []
    buttons += [button("Change or stop reminders", action_ids.SETTINGS)] if personal else []
    said = [*lines[:MAX_LINES], *more]
    return Message("\n".join(said), (*sections(said), actions(buttons)))


MAX_CONFLICTS = 8  # told one by one

ACTION_CHARACTERS = 150  # characters

CONFLICT_TITLE_CHARACTERS = 100

# The kinds of changes (bot.schedule.changes), as what follows their number.
_CHANGE_NAMES = {
    "moved": "moved",
    "cancelled": "cancelled",
    "new": "new",
    "reinstated": "back on",
    "retitled": "retitled",
    "speakers": "with other speakers",
}

# The parts of a talk (bot.schedule.amendments), as the source may have another one.
_FIELD_NAMES = {
    "start": "time",
    "end": "time",
    "full": "word on whether it is full",
    "cancelled": "word on whether it is on",
}


@dataclass(frozen=True, slots=True)
class ConflictSummary:
    """Where the source has come to say something else than an organiser."""

    title: str
    parts: Sequence[str]
    deed: str  # the amendment's


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    """What there is to say of a revision, as plain values."""

    revision: int
    by: str  # a Slack user id; empty where it came from the source
    deed: str
    changes: Mapping[str, int]  # how many of each kind
    people: int
    channels: int
    disputes: Sequence[ConflictSummary] = ()


def revision_message(summary: RevisionSummary) -> Message:
    """The whole of it in a line, and a line a dispute."""
    by = (
        f"by <@{summary.by}> ({escape(shorten(summary.deed, ACTION_CHARACTERS))})"
        if summary.by
        else "from the schedule's source"
    )
    parts = [f"{summary.changes[kind]} {word}" for kind, word in _CHANGE_NAMES.items() if summary.changes.get(kind)]
    what = ", ".join(parts) or "only details"
    lines = [f"Revision {summary.revision}, {by}: {what}. {_notified_text(summary)}"]
    lines += [_conflict_line(one) for one in summary.disputes[:MAX_CONFLICTS]]
    if len(summary.disputes) > MAX_CONFLICTS:
        lines.append(f"and {len(summary.disputes) - MAX_CONFLICTS} more that the source has otherwise")
    return Message("\n".join(lines), tuple(sections(lines)))


def _notified_text(revised: RevisionSummary) -> str:
    counts = [_plural(revised.people, "person", "people"), _plural(revised.channels, "channel", "channels")]
    told = " and ".join(filter(None, counts))
    if not told:
        return "Nobody is told."
    return f"{told} {'is' if revised.people + revised.channels == 1 else 'are'} told."


def _plural(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""


def _conflict_line(one: ConflictSummary) -> str:
    deed, title = escape(shorten(one.deed, ACTION_CHARACTERS)), escape(shorten(one.title, CONFLICT_TITLE_CHARACTERS))
    if not one.parts:
        return f"• The source no longer has _{title}_, of which you said “{deed}”."
    parts = " and another ".join(dict.fromkeys(_FIELD_NAMES.get(part, part) for part in one.parts))
    return f"• The source now has another {parts} for _{title}_; yours stays (“{deed}”) until you undo it."
