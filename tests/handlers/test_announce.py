from datetime import datetime

import pytest

from bot.delivery.broadcasts import AnnouncementAudience
from bot.errors import InvalidForm
from bot.handlers.announce import TEXT_CHARACTERS, AnnouncementDraft, parse_announcement
from bot.schedule.models import Schedule, short_id
from tests.schedules import a_schedule, a_talk, a_track, london


def _schedule() -> Schedule:
    return a_schedule(a_talk("Event Flows", track=a_track()))


def _draft(text: str = "Lunch is served.", whom: str = "channels") -> AnnouncementDraft:
    return parse_announcement("k7", {"text": text, "whom": whom}, _schedule(), london("10:40"))


def _wrong(text: str = "Lunch is served.", whom: str = "channels") -> set[str]:
    with pytest.raises(InvalidForm) as caught:
        _draft(text, whom)
    return set(caught.value.problems)


def test_a_draft_is_for_all_channels_those_of_a_track_or_the_savers_of_a_talk() -> None:
    assert _draft() == AnnouncementDraft("k7", "Lunch is served.", AnnouncementAudience())
    assert _draft(whom=f"track {short_id('microservices')}").recipients == AnnouncementAudience(track="microservices")
    assert _draft(whom=f"talk {short_id('event-flows')}").recipients == AnnouncementAudience(talk="event-flows")


@pytest.mark.parametrize("whom", ["", "everybody", "track", "track gone", "talk 0123456789abcdef", "channels now"])
def test_a_draft_without_known_recipients_is_refused(whom: str) -> None:
    assert _wrong(whom=whom) == {"whom"}


def test_an_empty_or_too_long_text_is_refused() -> None:
    assert _wrong(" \n\x00") == {"text"}
    assert _wrong("x" * (TEXT_CHARACTERS + 1)) == {"text"}
    assert _wrong("", "") == {"text", "whom"}


def test_a_draft_survives_a_round_trip_in_a_views_metadata() -> None:
    draft = _draft('"\n' * (TEXT_CHARACTERS // 2 - 1) + "é🎒", f"talk {short_id('event-flows')}")
    assert AnnouncementDraft.from_json(draft.to_json()) == draft
    assert len(draft.to_json()) < 3_000


def _due(day: str, at: str) -> datetime | None:
    fields = {"text": "Lunch", "whom": "everyone", "day": day, "at": at}
    draft = parse_announcement("k1", fields, _schedule(), london("10:40"))
    assert AnnouncementDraft.from_json(draft.to_json()) == draft
    return draft.due


def test_an_announcement_is_due_now_later_today_or_on_another_day() -> None:
    assert _due("", "") == _due("2019-03-05", "") is None
    assert _due("", "12:30") == _due("2019-03-05", "12:30") == london("12:30")
    assert _due("2019-03-06", "09:00") == london("09:00", day="2019-03-06")


@pytest.mark.parametrize(
    ("day", "at"),
    [("", "10:40"), ("", "09:00"), ("", "25:00"), ("", "soon"), ("2019-03-04", "12:30"), ("2019-03-06", "")],
)
def test_a_time_that_has_passed_and_a_day_without_a_time_are_refused(day: str, at: str) -> None:
    with pytest.raises(InvalidForm) as caught:
        _due(day, at)
    assert caught.value.problems.keys() == {"at"}


def test_a_time_that_the_clocks_skip_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidForm, match="skip this time"):
        _due("2019-03-31", "01:30")
