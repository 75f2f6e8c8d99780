"""The included schedule agrees with the conference's web page."""

import re
from datetime import date

import pytest

from bot.schedule.models import Schedule
from bot.schedule.yaml.load import load_with_problems
from bot.settings import SHIPPED_SCHEDULE
from tests.conftest import QCON, ROOT
from tests.schedules import london

PAGE = ROOT.parent / "shared" / "seed" / "track-page.txt"


def test_the_shipped_schedule_has_neither_errors_nor_warnings() -> None:
    schedule, problems = load_with_problems(QCON.read_bytes(), QCON.name)
    assert schedule
    assert problems == ()


def test_the_settings_use_the_shipped_schedule() -> None:
    assert QCON.samefile(SHIPPED_SCHEDULE)


def test_the_conference_lasts_three_days_in_london(qcon: Schedule) -> None:
    assert qcon.conference.name == "QCon London 2019"
    assert qcon.conference.timezone.key == "Europe/London"
    assert qcon.conference.days == (date(2019, 3, 4), date(2019, 3, 5), date(2019, 3, 6))


@pytest.mark.parametrize(
    ("id", "start", "end", "speakers"),
    [
        ("complex-event-flows", "10:35", "11:25", ["Bernd Ruecker"]),
        ("reactive-systems-architecture", "11:50", "12:40", ["Jan Machacek", "Matthew Squire"]),
        ("what-lies-between", "13:40", "14:30", ["Colin Breck"]),
        ("infrastructure-code", "14:55", "15:45", ["Yevgeniy Brikman"]),
        ("production-excellence", "17:25", "18:15", ["Liz Fong-Jones"]),
    ],
)
def test_each_talk_has_its_time_place_and_speakers(
    qcon: Schedule, id: str, start: str, end: str, speakers: list[str]
) -> None:
    talk = qcon.talk_by_id[id]
    assert (talk.start, talk.end) == (london(start), london(end))
    assert [speaker.name for speaker in talk.speakers] == speakers
    assert talk.room
    assert talk.room.place == "Fleming, 3rd floor"
    assert talk.track == qcon.track_by_id["operationalizing-microservices"]


def test_the_track_has_its_day_room_and_host(qcon: Schedule) -> None:
    (track,) = qcon.tracks
    (host,) = track.host
    assert track.title == "Operationalizing Microservices: Design, Deliver, Operate"
    assert (track.day, track.room) == (date(2019, 3, 5), qcon.room_by_id["fleming"])
    assert (host.name, host.role, host.affiliation) == ("Jonas Bonér", "Founder & CTO / Creator of Akka", "Lightbend")


def test_the_shipped_schedule_has_every_title_and_paragraph_of_the_web_page(qcon: Schedule) -> None:
    if not PAGE.exists():
        pytest.skip("needs ../shared/seed/track-page.txt, which is not part of this repository")
    texts = {paragraph for text in _texts(qcon) for paragraph in text.split("\n\n")}
    page = [line.replace("\xa0", " ").strip() for line in PAGE.read_text(encoding="utf-8").splitlines()]
    missing = [line for line in page if line and line not in texts and not _is_frame(line)]
    assert missing == []
    assert texts - set(page) == set()


def _texts(schedule: Schedule) -> list[str]:
    track = schedule.tracks[0]
    talks = [text for talk in schedule.talks for text in (talk.title, talk.abstract)]
    return [track.description, *(speaker.bio for speaker in schedule.speakers if speaker.bio), *talks]


def _is_frame(line: str) -> bool:
    """True for lines that other tests compare with the page: times, headings and roles."""
    headings = r"You are viewing|Track: |Location: |Day of week: |Track Host: |Last Year|(Mon|Tues|Wednes)day, "
    people = r"Founder & CTO @|[A-Z]\w+ [A-Z][\w-]+, "
    return bool(re.match(rf"{headings}|\d+:\d\d[ap]m - |{people}", line))
