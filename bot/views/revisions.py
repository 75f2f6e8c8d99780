"""A new revision of the schedule, as the organisers hear of it: what changed, who is told, what the source disputes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.views.blocks import escape, sections, shorten
from bot.views.message import Message

DISPUTES = 8  # told one by one
DEED = 150  # characters
TITLE = 100

# The kinds of changes (bot.schedule.changes), as what follows their number.
_KINDS = {
    "moved": "moved",
    "cancelled": "cancelled",
    "new": "new",
    "reinstated": "back on",
    "retitled": "retitled",
    "speakers": "with other speakers",
}
# The parts of a talk (bot.schedule.amendments), as the source may have another one.
_PARTS = {"start": "time", "end": "time", "full": "word on whether it is full", "cancelled": "word on whether it is on"}


@dataclass(frozen=True, slots=True)
class Disputed:
    """Where the source has come to say something else than an organiser."""

    title: str
    parts: Sequence[str]
    deed: str  # the amendment's


@dataclass(frozen=True, slots=True)
class Revised:
    """What there is to say of a revision, as plain values."""

    revision: int
    by: str  # a Slack user id; empty where it came from the source
    deed: str
    changes: Mapping[str, int]  # how many of each kind
    people: int
    channels: int
    disputes: Sequence[Disputed] = ()


def message(revised: Revised) -> Message:
    """The whole of it in a line, and a line a dispute."""
    by = f"by <@{revised.by}> ({escape(shorten(revised.deed, DEED))})" if revised.by else "from the schedule's source"
    parts = [f"{revised.changes[kind]} {word}" for kind, word in _KINDS.items() if revised.changes.get(kind)]
    what = ", ".join(parts) or "only details"
    lines = [f"Revision {revised.revision}, {by}: {what}. {_told(revised)}"]
    lines += [_disputed(one) for one in revised.disputes[:DISPUTES]]
    if len(revised.disputes) > DISPUTES:
        lines.append(f"and {len(revised.disputes) - DISPUTES} more that the source has otherwise")
    return Message("\n".join(lines), tuple(sections(lines)))


def _told(revised: Revised) -> str:
    counts = [_count(revised.people, "person", "people"), _count(revised.channels, "channel", "channels")]
    told = " and ".join(filter(None, counts))
    if not told:
        return "Nobody is told."
    return f"{told} {'is' if revised.people + revised.channels == 1 else 'are'} told."


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""


def _disputed(one: Disputed) -> str:
    deed, title = escape(shorten(one.deed, DEED)), escape(shorten(one.title, TITLE))
    if not one.parts:
        return f"• The source no longer has _{title}_, of which you said “{deed}”."
    parts = " and another ".join(dict.fromkeys(_PARTS.get(part, part) for part in one.parts))
    return f"• The source now has another {parts} for _{title}_; yours stays (“{deed}”) until you undo it."
