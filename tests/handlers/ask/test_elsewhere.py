"""Answers to readers whose date or clock differs from the venue's."""

import json
from zoneinfo import ZoneInfo

import pytest

from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.layout import strip_mrkdwn
from bot.handlers.ask.messages import answer_message
from bot.questions.answer import answer
from bot.questions.models import Reader
from bot.questions.parse import parse
from bot.schedule.models import Schedule
from bot.search.index import build
from tests.schedules import london

NEW_YORK, TOKYO, LISBON = (ZoneInfo(name) for name in ("America/New_York", "Asia/Tokyo", "Europe/Lisbon"))


def asked(question: str, qcon: Schedule, zone: ZoneInfo, clock: str = "12:00", day: str = "2019-03-05") -> list[str]:
    now, reader = london(clock, day), Reader(zone)
    given = answer(parse(question), qcon, build(qcon), now).answer
    return strip_mrkdwn(answer_message(given, RenderContext(qcon, now, reader)).text).splitlines()


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("what's on now", "Now · Tue 5 March · 11:50–12:40 London time (06:50 for you) · Fleming, 3rd floor"),
        ("what's next", "Tue 5 March · 13:40–14:30 London time (08:40 for you) · Fleming, 3rd floor"),
        ("what's on today", "5 talks, on Tue 5 March (London time) · Fleming, 3rd floor"),
        ("what's on tomorrow", "Nothing on Wed 6 March (London time)."),
        ("what's on today after 22:00", "Nothing on Tue 5 March from 22:00 (London time)."),
        ("when is lunch", "Lunch on Tue 5 March 12:40–13:40 London time (07:40 for you): nothing else is on then"),
        ("when is complex event flows", "Tue 5 March, 10:35–11:25 London time (05:35 for you) · Fleming, 3rd floor"),
        ("is complex event flows still on", "No, it ended on Tue 5 March at 11:25 London time (06:25 for you)."),
        ("when does it end", "Tue 5 March, 18:15 London time (13:15 for you) · Fleming, 3rd floor · the day ends"),
        ("talks about microservices", "5 talks on microservices (London time)"),
        (
            "what's on friday",
            "Fri 8 March isn't a day of QCon London 2019: Mon 4 March to Wed 6 March 2019 (London time).",
        ),
    ],
)
def test_a_reader_in_another_zone_gets_the_date_and_the_city_of_each_time(
    question: str, first: str, qcon: Schedule
) -> None:
    assert asked(question, qcon, NEW_YORK)[0] == first


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("where is fleming", "Times are London time."),
        ("who is bernd ruecker", "Times are London time."),
        ("track operationalizing microservices", "Times are London time."),
        ("what's on february 30", "Mon 4 March to Wed 6 March 2019 (London time)."),
        ("how long until the next talk", "until 13:40 London time (08:40 for you)"),
        ("how long until the day ends", "until 18:15 London time (13:15 for you)"),
    ],
)
def test_every_answer_to_a_reader_in_another_zone_names_the_citys_time(
    question: str, told: str, qcon: Schedule
) -> None:
    text = "\n".join(asked(question, qcon, NEW_YORK))
    assert told in text
    assert text.count("London time") == 1 or "for you" in told
    assert "London time" not in "\n".join(asked(question, qcon, LISBON))


def test_the_end_of_a_running_talk_is_given_in_both_time_zones(qcon: Schedule) -> None:
    now, reader = london("11:00"), Reader(NEW_YORK)
    given = answer(parse("what's on today"), qcon, build(qcon), now).answer
    rows = json.dumps(answer_message(given, RenderContext(qcon, now, reader)).blocks, ensure_ascii=False)
    assert "*On now until 11:25 (06:25 for you)*" in rows


def test_the_first_and_last_day_of_the_conference_are_named_in_the_citys_time(qcon: Schedule) -> None:
    [before, *_] = asked("what's next", qcon, NEW_YORK, day="2019-02-20")
    assert before == "QCon London 2019 hasn't started yet. The first session is on Tue 5 March 2019 (London time)."
    [after, *_] = asked("what's next", qcon, NEW_YORK, day="2019-03-20")
    assert after.startswith("QCon London 2019 ended on Wed 6 March 2019 (London time).")


def test_an_answer_that_nothing_is_on_names_both_times(qcon: Schedule) -> None:
    first, *_ = asked("what's on now", qcon, TOKYO, "16:00", "2019-03-04")
    assert first == "Nothing is on at 16:00 London time (Tue 01:00 for you) on Mon 4 March."


def test_a_reader_in_another_zone_with_the_same_time_gets_plain_times(qcon: Schedule) -> None:
    assert asked("what's on today", qcon, LISBON)[0] == "5 talks, today · Fleming, 3rd floor"
    assert asked("what's on tomorrow", qcon, LISBON) == ["Nothing tomorrow."]
