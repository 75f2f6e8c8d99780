from datetime import UTC, date, datetime

import pytest

from bot.errors import ScheduleError
from bot.schedule.models import Info, Schedule
from bot.schedule.yaml.load import load, load_from_any_version, load_with_problems
from tests.schedules import london
from tests.yardstick import at_most

CONFERENCE = "conference: {name: C, timezone: Europe/London, days: [2019-03-05]}\n"

WHOLE = """\
conference:
  name: QCon
  timezone: Europe/London
  days: ['2019-03-06', 2019-03-05]
  url: https://example.org/
rooms:
- {id: fleming, name: Fleming, floor: 3}
tracks:
- {id: micro, title: Micro, day: 2019-03-05, room: fleming, host: ann, description: "Small\\r\\nthings "}
speakers:
- {id: ann, name: "Ann  Lee", role: CTO, affiliation: Acme, bio: ~}
- {id: bob, name: Bob}
talks:
- id: late
  title: >
    Lines
    folded
  subtitle: 2038
  kind: workshop
  speakers: [bob, ann]
  track: micro
  room: fleming
  start: 2019-03-05T14:00
  end: "2019-03-05 15:00"
  abstract: |
    One.

    Two.
  url: https://example.org/late
  stream: https://example.org/live
  recording: https://example.org/video
  note: Bring a laptop.
  full: yes
  cancelled: No
- {id: early, title: Early, start: 2019-03-05 09:00, end: 2019-03-05 09:30:30}
info:
- {ask: [wifi, password], answer: qcon / secret}
- {ask: toilets, answer: Upstairs}
"""


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in load_with_problems(text.encode(), "x.yaml")[1]]


def test_every_key_of_the_format_is_read() -> None:
    schedule = load(WHOLE.encode(), "x.yaml")
    early, late = schedule.talks
    ann, bob = schedule.speakers
    assert schedule.conference.days == (date(2019, 3, 5), date(2019, 3, 6))
    assert schedule.conference.url == "https://example.org/"
    assert (ann.name, ann.role, ann.affiliation, ann.bio) == ("Ann Lee", "CTO", "Acme", "")
    assert (schedule.tracks[0].host, schedule.tracks[0].description) == ((ann,), "Small\nthings")
    assert schedule.tracks[0].room == late.room == schedule.rooms[0]
    assert schedule.rooms[0].place == "Fleming, 3"
    assert (late.title, late.subtitle, late.kind, late.speakers) == ("Lines folded", "2038", "workshop", (bob, ann))
    assert (late.start, late.end) == (london("14:00"), london("15:00"))
    assert late.abstract == "One.\n\nTwo."
    assert (late.url, late.stream) == ("https://example.org/late", "https://example.org/live")
    assert (late.recording, late.note) == ("https://example.org/video", "Bring a laptop.")
    assert (late.full, late.cancelled, early.full) == (True, False, False)
    assert (early.kind, early.room, early.track, early.end) == ("talk", None, None, london("09:30:30"))
    assert schedule.info == (Info(("wifi", "password"), "qcon / secret"), Info(("toilets",), "Upstairs"))


def test_times_are_in_the_venues_time_zone_including_summer_time() -> None:
    text = CONFERENCE.replace("2019-03-05", "2019-07-01")
    schedule = load(f"{text}talks: [{{id: a, title: A, start: 2019-07-01 10:00, end: 2019-07-01 11:00}}]".encode(), "x")
    assert schedule.talks[0].start == datetime(2019, 7, 1, 9, tzinfo=UTC)


def test_all_problems_are_reported_at_once_with_place_and_advice() -> None:
    with pytest.raises(ScheduleError) as caught:
        load(
            b"""\
conference: {name: C, timezone: Europe/Lundon, days: [2019-03-05]}
rooms: [{id: fleming, name: Fleming}]
talks:
- id: a
  titel: A
  room: flemming
  start: 2019-03-05 10:00
  end: 2019-03-05 09:00
""",
            "x.yaml",
        )
    assert str(caught.value).splitlines() == [
        "x.yaml:1:33: error: There is no time zone `Europe/Lundon`. Did you mean `Europe/London`?",
        "x.yaml:4:3: error: A talk needs `title:`. Add it.",
        "x.yaml:5:3: error: `titel` isn't a key of a talk. Did you mean `title`?",
        "x.yaml:6:9: error: No entry in `rooms` has the id `flemming`. Did you mean `fleming`?",
        "x.yaml:8:8: error: The talk ends before it starts. If it ends after midnight, write the next day.",
    ]
    assert {problem.severity for problem in caught.value.problems} == {"error"}


def test_a_schedule_with_warnings_can_be_used() -> None:
    schedule, problems = load_with_problems(f"{CONFERENCE}talks: []".encode(), "x.yaml")
    assert schedule
    assert [str(problem) for problem in problems] == ["x.yaml:1:1: warning: There are no talks yet."]


@pytest.mark.parametrize(
    "value", ["conference", "- a\n- b", "42", "~", "---", "# only a comment", "", "\ufeff", "{}", "[]", "talks: []"]
)
def test_a_file_that_is_not_a_schedule_is_refused_in_words(value: str) -> None:
    schedule, problems = load_with_problems(value.encode(), "x.yaml")
    assert schedule is None
    assert all(len(problem.text) > 20 for problem in problems)
    assert problems


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert load(b"\xef\xbb\xbf" + WHOLE.encode(), "x").talks


def test_at_most_500_problems_are_listed() -> None:
    talks = "".join(f"- {{id: t{n}, title: T, start: x, end: x}}\n" for n in range(2_000))
    told = problems_of(f"{CONFERENCE}talks:\n{talks}")
    assert len(told) == 501
    assert told[-1].endswith("3500 more, not listed here.")


@pytest.mark.slow
def test_fosdem_is_read_in_half_a_second(fosdem_bytes: bytes) -> None:
    schedule, problems = at_most(0.5, lambda: load_with_problems(fosdem_bytes, "fosdem.yaml"))
    assert schedule
    assert (len(schedule.talks), len(schedule.speakers)) == (872, 841)
    assert [problem.severity for problem in problems] == ["warning"] * 3


def test_talks_are_in_order(fosdem: Schedule) -> None:
    assert list(fosdem.talks) == sorted(fosdem.talks, key=lambda talk: talk.start)


def test_keys_of_a_newer_bot_are_ignored_in_revisions_but_refused_in_files() -> None:
    newer = WHOLE.replace("floor: 3", "floor: 3, scent: lilac").replace(
        "\nrooms:", "\nweather: [{day: 2019-03-05}]\nrooms:"
    )
    assert load_from_any_version(newer.encode(), "revision 7") == load(WHOLE.encode(), "revision 7")
    with pytest.raises(ScheduleError, match="scent"):
        load(newer.encode(), "x.yaml")
    with pytest.raises(ScheduleError, match="fleming"):
        load_from_any_version(WHOLE.replace("id: fleming, ", "").encode(), "revision 7")


@pytest.mark.parametrize("seats", ["1000001", "10000000", "9" * 5_000])
def test_a_room_may_not_have_more_than_a_million_seats(seats: str) -> None:
    with pytest.raises(ScheduleError, match="whole number from 1 to 1,000,000"):
        load(WHOLE.replace("floor: 3", f"floor: 3, seats: {seats}").encode(), "x.yaml")


def test_a_room_with_other_seats_makes_another_version() -> None:
    small, large = (load(WHOLE.replace("floor: 3", f"floor: 3, seats: {number}").encode(), "x") for number in (5, 9))
    assert small != large


def test_a_title_that_says_so_cancels_its_talk() -> None:
    talk = "{id: a, title: '[cancelled] Rust', start: 2019-03-05T10:00, end: 2019-03-05T10:30}"
    [read] = load(f"{CONFERENCE}talks: [{talk}]\n".encode(), "x").talks
    assert (read.title, read.cancelled) == ("Rust", True)
