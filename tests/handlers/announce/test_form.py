import pytest

from bot.errors import InvalidForm
from bot.handlers.announce.form import TEXT_CHARACTERS, AnnouncementDraft, parse_announcement
from bot.schedule.models import Schedule, short_id
from tests.schedules import a_schedule, a_talk, a_track, london


def _schedule() -> Schedule:
    return a_schedule(a_talk("Event Flows", track=a_track()))


def _draft(text: str = "Lunch is served.", whom: str = "channels") -> AnnouncementDraft:
    return parse_announcement("k7", text, whom, _schedule())


def _wrong(text: str = "Lunch is served.", whom: str = "channels") -> set[str]:
    with pytest.raises(InvalidForm) as caught:
        _draft(text, whom)
    return set(caught.value.problems)


def test_a_draft_is_to_all_channels_to_those_of_a_track_or_to_those_who_saved_a_talk() -> None:
    assert _draft() == AnnouncementDraft("k7", "Lunch is served.")
    assert _draft(whom=f"track {short_id('microservices')}").track == "microservices"
    assert _draft(whom=f"talk {short_id('event-flows')}").talk == "event-flows"


@pytest.mark.parametrize("whom", ["", "everybody", "track", "track gone", "talk 0123456789abcdef", "channels now"])
def test_it_must_be_known_to_whom(whom: str) -> None:
    assert _wrong(whom=whom) == {"whom"}


def test_there_must_be_something_to_read_and_not_too_much() -> None:
    assert _wrong(" \n\x00") == {"text"}
    assert _wrong("x" * (TEXT_CHARACTERS + 1)) == {"text"}
    assert _wrong("", "") == {"text", "whom"}


def test_a_draft_is_kept_in_a_views_little_room_and_read_again() -> None:
    draft = _draft('"\n' * (TEXT_CHARACTERS // 2 - 1) + "é🎒", f"talk {short_id('event-flows')}")
    assert AnnouncementDraft.from_json(draft.to_json()) == draft
    assert len(draft.to_json()) < 3_000


def test_a_time_later_today_is_when_it_goes_out() -> None:
    now = london("10:40")
    draft = parse_announcement("k1", "Lunch", "everyone", _schedule(), "12:30", now)
    assert draft.due == london("12:30")
    assert AnnouncementDraft.from_json(draft.to_json()) == draft
    for at in ("10:40", "09:00", "25:00", "soon"):
        with pytest.raises(InvalidForm) as caught:
            parse_announcement("k1", "Lunch", "everyone", _schedule(), at, now)
        assert "at" in caught.value.problems
