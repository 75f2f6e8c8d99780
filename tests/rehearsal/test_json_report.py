"""The JSON report of a rehearsal."""

import json

from bot.delivery.models import REMINDER
from bot.rehearsal.report import json_report
from bot.rehearsal.results import MissingMessage
from tests.rehearsal.messages import a_message, a_result
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

SCHEDULE = a_schedule(a_talk(room=a_room()), a_talk("Elsewhere", speakers=(a_speaker(),)))


def test_times_are_in_the_venues_time_zone_with_their_offset() -> None:
    report = json_report(a_result(SCHEDULE, a_message(channel="#general", late_s=-12), a_message()))
    assert report["timeline"] == [
        {
            "due": "2019-03-05T10:25:00+00:00",
            "kind": "reminder",
            "to": "#general",
            "messages": 1,
            "talks": ("complex-event-flows",),
            "text": a_message().text,
        },
        {
            "due": "2019-03-05T10:25:00+00:00",
            "kind": "reminder",
            "to": "people",
            "messages": 1,
            "talks": ("complex-event-flows",),
        },
    ]
    assert report["limits"]["minutes"] == [
        {
            "due": "2019-03-05T10:25:00+00:00",
            "messages": 2,
            "first": "2019-03-05T10:24:48+00:00",
            "last": "2019-03-05T10:25:00+00:00",
            "late_s": 0.0,
        }
    ]


def test_the_report_contains_missing_messages_and_doubts_and_is_valid_json() -> None:
    lost = MissingMessage(london("10:25"), REMINDER, "#general", "dead: no_text")
    report = json.loads(
        json.dumps(json_report(a_result(SCHEDULE, a_message(late_s=None), missing=(lost,), repeated=2)))
    )
    assert report["missing"] == [
        {"due": "2019-03-05T10:25:00+00:00", "kind": "reminder", "channel": "#general", "because": "dead: no_text"}
    ]
    assert (report["repeated"], report["limits"]["too_late"]) == (2, 1)
    assert report["doubts"]["without_speaker"] == ["complex-event-flows"]
    assert report["doubts"]["without_room"] == ["elsewhere"]
    assert report["totals"] == {"reminder": {"channels": 0, "people": 1}}
    assert report["supposed"] == {"attendees": 1, "saves": 8, "seed": 1, "track_channels": False, "lead": 10}
