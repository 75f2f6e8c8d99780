"""What is said when a conference is finished: what will be deleted, and what was."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from bot.schedule.model import Schedule
from bot.views import times

TABLE_LABELS = MappingProxyType(
    {
        "agenda": "saved talks",
        "feedback": "votes, with what was written to them",
        "people": "people's choices: reminders, digest, time zone",
        "feeds": "private calendar addresses",
        "deliveries": "messages, to whom and when",
        "delivery_talks": "talks that these told of",
        "delivery_events": "entries of what happened to them",
        "subscriptions": "channels' reminders, and who turned them on",
        "conversations": "questions remembered for what follows them",
        "unanswered": "words that were asked for in vain",
        "holds": "pauses of sending, and who made them",
        "pacing": "notes on when to write to whom again",
    }
)
NOTHING_LEFT = "The database holds nothing about people any more: there is nothing to finish, and nothing was written."
NOTHING_DELETED = "Nothing was deleted."


def confirm_question(counts: Mapping[str, int], schedule: Schedule, now: datetime) -> str:
    """What is to be deleted and what stays, before anything is."""
    ends, conference = schedule.ends, schedule.conference
    lines = [
        f"This deletes what the database holds about people, for good:\n{_table_lines(counts)}",
        "The report, the schedule and how much was asked stay. Backups are yours to delete.",
    ]
    if ends and now < ends:
        lines.append(
            f"The conference is not over: it ends {times.day_name(ends, conference)} {times.clock_time(ends, conference)}."
        )
    return "\n".join(lines)


def deleted_text(counts: Mapping[str, int]) -> str:
    """What was deleted."""
    return f"Deleted:\n{_table_lines(counts)}\nThe database holds nothing about people any more."


def _table_lines(counts: Mapping[str, int]) -> str:
    return "\n".join(f"  {TABLE_LABELS[name]}: {number:,}" for name, number in counts.items())
