"""A rehearsal for scripts: JSON whose times are the venue's, with their offset from UTC."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.playground.rehearsal.outcome import Load, Rehearsal, Row, loads, timeline, totals
from bot.schedule.doubts import doubts
from bot.schedule.model import Conference, Talk

Json = dict[str, Any]


def written(rehearsal: Rehearsal) -> Json:
    """All of it: `{"conference", "supposed", "timeline", "totals", "limits", "doubts", "missing", "repeated", "seconds"}`."""
    conference = rehearsal.schedule.conference
    return {
        "conference": conference.name,
        "supposed": asdict(rehearsal.supposed),
        "timeline": [_row(row, conference) for row in timeline(rehearsal.arrivals)],
        "totals": {
            kind: {"channels": channels, "people": people}
            for kind, (channels, people) in totals(rehearsal.arrivals).items()
        },
        "limits": {
            "messages_a_minute": rehearsal.rate_per_minute,
            "minutes": [_load(load, conference) for load in loads(rehearsal.arrivals)],
            "too_late": rehearsal.too_late,
        },
        "doubts": _doubts(rehearsal),
        "missing": [asdict(one) | {"due": _local(one.due, conference)} for one in rehearsal.missing],
        "repeated": rehearsal.repeated,
        "seconds": round(rehearsal.seconds, 1),
    }


def _row(row: Row, conference: Conference) -> Json:
    """To people the texts differ, so none is told."""
    told: Json = {"due": _local(row.due, conference), "kind": row.kind, "to": row.channel or "people"}
    text = {"text": row.text} if row.channel else {}
    return told | {"messages": row.messages, "talks": row.talks} | text


def _load(load: Load, conference: Conference) -> Json:
    """A minute, the busiest first."""
    return {
        "due": _local(load.minute, conference),
        "messages": load.messages,
        "first": load.first and _local(load.first, conference),
        "last": load.last and _local(load.last, conference),
        "late_s": load.late.total_seconds(),
    }


def _doubts(rehearsal: Rehearsal) -> Json:
    found = doubts(rehearsal.schedule)
    return {
        "without_room": _ids(found.without_room),
        "without_speaker": _ids(found.without_speaker),
        "at_night": _ids(found.at_night),
        "on_no_day": _ids(found.on_no_day),
        "in_one_room": [_ids(talks) for talks in found.in_one_room],
        "by_one_speaker": [
            {"speaker": name, "talks": _ids((earlier, talk))} for name, earlier, talk in found.by_one_speaker
        ],
    }


def _ids(talks: Sequence[Talk]) -> list[str]:
    return [talk.id for talk in talks]


def _local(moment: datetime, conference: Conference) -> str:
    return conference.local(moment).isoformat(timespec="seconds")
