"""A rehearsal for scripts: JSON whose times are the venue's, with their offset from UTC."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.playground.rehearsal.outcome import (
    MinuteLoad,
    SimulationResult,
    TimelineRow,
    message_totals,
    minute_loads,
    timeline,
)
from bot.schedule.doubts import find_warnings
from bot.schedule.model import Conference, Talk

Json = dict[str, Any]


def json_report(rehearsal: SimulationResult) -> Json:
    """All of it: `{"conference", "supposed", "timeline", "totals", "limits", "doubts", "missing", "repeated", "seconds"}`."""
    conference = rehearsal.schedule.conference
    return {
        "conference": conference.name,
        "supposed": asdict(rehearsal.model),
        "timeline": [_timeline_entry(row, conference) for row in timeline(rehearsal.messages)],
        "totals": {
            kind: {"channels": channels, "people": people}
            for kind, (channels, people) in message_totals(rehearsal.messages).items()
        },
        "limits": {
            "messages_a_minute": rehearsal.rate_per_minute,
            "minutes": [_load_entry(load, conference) for load in minute_loads(rehearsal.messages)],
            "too_late": rehearsal.too_late,
        },
        "doubts": _warnings_entry(rehearsal),
        "missing": [asdict(one) | {"due": _local_text(one.due, conference)} for one in rehearsal.missing],
        "repeated": rehearsal.repeated,
        "seconds": round(rehearsal.seconds, 1),
    }


def _timeline_entry(row: TimelineRow, conference: Conference) -> Json:
    """To people the texts differ, so none is told."""
    told: Json = {"due": _local_text(row.due, conference), "kind": row.kind, "to": row.channel or "people"}
    text = {"text": row.text} if row.channel else {}
    return told | {"messages": row.messages, "talks": row.talks} | text


def _load_entry(load: MinuteLoad, conference: Conference) -> Json:
    """A minute, the busiest first."""
    return {
        "due": _local_text(load.minute, conference),
        "messages": load.messages,
        "first": load.first and _local_text(load.first, conference),
        "last": load.last and _local_text(load.last, conference),
        "late_s": load.late.total_seconds(),
    }


def _warnings_entry(rehearsal: SimulationResult) -> Json:
    found = find_warnings(rehearsal.schedule)
    return {
        "without_room": _talk_ids(found.without_room),
        "without_speaker": _talk_ids(found.without_speaker),
        "at_night": _talk_ids(found.at_night),
        "on_no_day": _talk_ids(found.on_no_day),
        "in_one_room": [_talk_ids(talks) for talks in found.in_one_room],
        "by_one_speaker": [
            {"speaker": name, "talks": _talk_ids((earlier, talk))} for name, earlier, talk in found.by_one_speaker
        ],
    }


def _talk_ids(talks: Sequence[Talk]) -> list[str]:
    return [talk.id for talk in talks]


def _local_text(moment: datetime, conference: Conference) -> str:
    return conference.local(moment).isoformat(timespec="seconds")
