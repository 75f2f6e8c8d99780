from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.blockkit import talk_text
from bot.schedule.models import Conference
from tests.schedules import a_talk

LONDON = Conference("QCon", ZoneInfo("Europe/London"), (datetime(2019, 3, 5, tzinfo=UTC).date(),))

MORNING = datetime(2019, 3, 5, 10, 35, tzinfo=UTC)


def test_times_and_days_are_in_the_venues_time_zone() -> None:
    summer = datetime(2019, 4, 5, 10, 35, tzinfo=UTC)
    assert talk_text.clock_time(MORNING, LONDON) == "10:35"
    assert talk_text.clock_time(summer, LONDON) == "11:35"
    assert talk_text.day_name(MORNING, LONDON) == "Tue 5 March"


@pytest.mark.parametrize(("minutes", "span"), [(50, "10:35–11:25"), (0, "10:35")])
def test_a_moment_is_shown_with_one_time(minutes: int, span: str) -> None:
    assert talk_text.time_span(a_talk(start=MORNING, minutes=minutes), LONDON) == span


def test_the_readers_time_is_shown_only_if_it_differs() -> None:
    assert talk_text.reader_time(MORNING, LONDON, None) == ""
    assert talk_text.reader_time(MORNING, LONDON, ZoneInfo("Europe/Lisbon")) == ""
    assert talk_text.reader_time(MORNING, LONDON, ZoneInfo("Europe/Berlin")) == " (11:35 for you)"
    assert talk_text.reader_time(MORNING, LONDON, ZoneInfo("Pacific/Auckland")) == " (23:35 for you)"
    assert (
        talk_text.reader_time(MORNING + timedelta(hours=3), LONDON, ZoneInfo("Pacific/Auckland"))
        == " (Wed 02:35 for you)"
    )


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (50, "50 minutes"),
        (60, "1 hour"),
        (80, "1 hour 20 minutes"),
        (60 * 24 * 3, "3 days"),
    ],
)
def test_durations_are_written_in_words(minutes: int, words: str) -> None:
    assert talk_text.duration_text(timedelta(minutes=minutes)) == words
