"""A new revision of the schedule, as the organisers hear of it: what changed, who is told, what the source disputes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.views.blocks import escape, sections, shorten
from bot.views.message import Message

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
