from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.errors import InvalidForm, TalkGone
from bot.handlers.organise.form import Action, NoChange, OrganiserForm, parse_action
from bot.schedule.models import Schedule, short_id
from bot.schedule.organiser_actions import OrganiserAction
from tests.schedules import a_conference, a_room, a_schedule, a_talk, a_track, london

FLEMING, WHITTLE = a_room(), a_room("Whittle", "2nd floor")

NOW = london("10:40")

MOVE = {"day": "2019-03-05", "time": "15:10", "minutes": "50", "room": short_id(FLEMING.id)}


def _schedule() -> Schedule:
    return a_schedule(
        a_talk("Over", "09:00", room=FLEMING),
        a_talk("Event Flows", "14:55", room=FLEMING, track=a_track()),
        a_talk("Elsewhere", "14:55", room=WHITTLE),
    )


def _parsed(action: str, talk: str = "event-flows", **fields: str) -> OrganiserAction:
    return parse_action(OrganiserForm(Action(action), talk, "k7", fields), _schedule(), NOW)


def _problems(action: str, talk: str = "event-flows", **fields: str) -> dict[str, str]:
    with pytest.raises(InvalidForm) as caught:
        _parsed(action, talk, **fields)
    return caught.value.problems


def test_a_form_survives_a_round_trip_as_compact_json() -> None:
    form = OrganiserForm(Action.NOTE, "event-flows", "k7", {"words": "“Bring a laptop” 🎒"})
    assert OrganiserForm.from_json(form.to_json()) == form
    assert "🎒" in form.to_json()


def test_the_time_of_a_move_is_the_venues_time() -> None:
    [edit] = _parsed("move", **MOVE).overrides
    assert edit.after.start == london("15:10")
    assert edit.after.end == london("16:00")
    assert edit.after.room is None


def test_a_known_room_is_chosen_by_its_id_and_a_new_one_by_its_name() -> None:
    [known] = _parsed("move", **MOVE | {"time": "14:55", "room": short_id(WHITTLE.id)}).overrides
    [new] = _parsed("move", **MOVE | {"time": "14:55", "room": "+ Garden tent "}).overrides
    assert (known.after.room, new.after.room) == ("Whittle", "Garden tent")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", "0"),
        ("minutes", "-5"),
        ("minutes", "1e3"),
        ("minutes", "٥"),
        ("minutes", "999999"),
        ("day", "tomorrow"),
        ("day", ""),
        ("time", ""),
        ("time", "25:00"),
        ("time", "09:00"),  # over by now
        ("room", "0123456789abcdef"),
    ],
)
def test_an_invalid_value_is_reported_at_its_field(field: str, value: str) -> None:
    assert set(_problems("move", **MOVE | {field: value})) == {field}


def test_all_problems_of_a_form_are_reported_at_once() -> None:
    assert set(_problems("add", title=" ", day="x", time="x", minutes="x")) == {"title", "day", "time", "minutes"}


def test_a_session_may_have_begun_but_not_be_over() -> None:
    begun = MOVE | {"time": "10:30", "minutes": "30"}
    assert _parsed("move", **begun).overrides
    assert "10:40" in _problems("move", **begun | {"minutes": "10"})["time"]


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    spring = a_conference(days=(date(2019, 3, 31),), timezone=ZoneInfo("Europe/London"))
    schedule = a_schedule(a_talk("Event Flows", london("10:00", "2019-03-31")), conference=spring)
    form = OrganiserForm(Action.MOVE, "event-flows", "k7", {"day": "2019-03-31", "time": "01:30", "minutes": "50"})
    with pytest.raises(InvalidForm) as caught:
        parse_action(form, schedule, NOW)
    assert set(caught.value.problems) == {"time"}


def test_a_delay_needs_at_most_600_minutes_and_a_talk_that_is_not_over() -> None:
    assert _parsed("delay", minutes="15").description == "delayed “Event Flows” by 15 minutes"
    assert set(_problems("delay", minutes="601")) == {"minutes"}
    assert "over" in _problems("delay", "over", minutes="15")["minutes"]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("everywhere", "delayed 2 sessions by 15 minutes"),
        (f"room {short_id(FLEMING.id)}", "delayed “Event Flows” by 15 minutes"),
        (f"track {short_id(a_track().id)}", "delayed “Event Flows” by 15 minutes"),
    ],
)
def test_upcoming_sessions_of_a_room_a_track_or_everywhere_are_delayed_together(where: str, words: str) -> None:
    assert _parsed("delay-several", "", minutes="15", day="2019-03-05", where=where).description == words


@pytest.mark.parametrize("where", ["", "room gone", "track gone", "planet earth"])
def test_a_delay_of_an_unknown_room_or_track_is_refused(where: str) -> None:
    assert set(_problems("delay-several", "", minutes="15", day="2019-03-05", where=where)) == {"where"}


def test_a_delay_of_a_day_without_upcoming_sessions_is_refused() -> None:
    assert set(_problems("delay-several", "", minutes="15", day="2019-03-06", where="everywhere")) == {"where"}


def test_speakers_are_read_one_per_line_without_duplicates() -> None:
    [edit] = _parsed("speakers", names=" Amara  Okafor \n\nKenji Mori\nAmara Okafor").overrides
    assert edit.after.speakers == ("Amara Okafor", "Kenji Mori")
    assert set(_problems("speakers", names=" \n ")) == {"names"}
    assert set(_problems("speakers", names="\n".join(f"Speaker {n}" for n in range(21)))) == {"names"}


def test_a_note_is_cleaned_and_limited_to_1000_characters() -> None:
    [edit] = _parsed("note", words=" Bring a\x00 laptop.\r\nAnd cable. ").overrides
    assert edit.after.note == "Bring a laptop.\nAnd cable."
    assert set(_problems("note", words="x" * 1_001)) == {"words"}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "example.org", "https://a b", "https://x|<!here>"])
def test_a_link_is_an_address_on_the_web(address: str) -> None:
    assert set(_problems("links", stream=address)) == {"stream"}
    [edit] = _parsed("links", recording="https://example.org/flows").overrides
    assert dict(edit.after.present) == {"recording": "https://example.org/flows"}


def test_an_open_space_is_added() -> None:
    fields = MOVE | {"title": "Open space: sagas", "names": "Amara Okafor", "room": "+Garden tent"}
    [edit] = _parsed("add", "", **fields).overrides
    assert (edit.talk, edit.after.title, edit.after.room) == ("added:k7", "Open space: sagas", "Garden tent")


@pytest.mark.parametrize("action", ["reinstate", "not-full", "note"])
def test_an_action_that_would_change_nothing_is_refused(action: str) -> None:
    with pytest.raises(NoChange):
        _parsed(action)


def test_an_action_on_a_talk_that_left_the_schedule_is_refused() -> None:
    with pytest.raises(TalkGone):
        _parsed("cancel", "gone")


def test_every_action_on_a_talk_is_understood() -> None:
    fields = MOVE | {"names": "Amara Okafor", "words": "Because.", "stream": "https://example.org/live"}
    for action in (
        Action.DELAY,
        Action.MOVE,
        Action.CANCEL,
        Action.FULL,
        Action.SPEAKERS,
    ):
        assert _parsed(action, **fields).overrides


@pytest.mark.parametrize(("action", "fields"), [("delay", {"minutes": "10"}), ("move", MOVE), ("cancel", {})])
def test_a_change_keeps_the_reason_that_everyone_reads(action: str, fields: dict[str, str]) -> None:
    [edit] = _parsed(action, **fields, words="The speaker’s train is late.").overrides
    assert edit.after.reason == "The speaker’s train is late."
    [silent] = _parsed(action, **fields).overrides
    assert silent.after.reason is None
