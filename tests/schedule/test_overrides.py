import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from bot.schedule.models import Info, Talk
from bot.schedule.overrides import (
    ADDED_PREFIX,
    Conflict,
    MergedSchedule,
    Override,
    addition,
    answer_override,
    cancelled_additions,
    merge_overrides,
    override_from_json,
    override_of,
    override_to_json,
)
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

ANN, FLEMING, WHITTLE = a_speaker("Ann"), a_room("Fleming"), a_room("Whittle")

TALK = a_talk("Event Flows", room=FLEMING, speakers=(ANN,))

MINUTE = timedelta(minutes=1)

OTHER = a_talk("Closures", "11:50", room=WHITTLE)

SOURCE = a_schedule(TALK, OTHER)


def edited(*edits: Override, source: tuple[Talk, ...] = (TALK, OTHER)) -> Talk:
    """Apply overrides and return TALK."""
    return merge_overrides(a_schedule(*source), edits).schedule.talk_by_id[TALK.id]


def test_every_part_of_a_talk_can_be_changed() -> None:
    later = override_of(TALK, start=london("15:10"), end=london("16:00"))
    assert edited(later) == replace(TALK, start=london("15:10"), end=london("16:00"))
    override = override_of(TALK, title="Flows", note="Bring a laptop.", full=True)
    assert edited(override) == replace(TALK, title="Flows", note="Bring a laptop.", full=True)
    assert edited(override_of(TALK, cancelled=True, recording="https://example.org/video")).cancelled


def test_a_room_is_known_by_its_name_and_a_new_one_is_added() -> None:
    assert edited(override_of(TALK, room="Whittle")).room == WHITTLE
    merged = merge_overrides(
        SOURCE, [override_of(TALK, room="Open space"), override_of(OTHER, room="Open space")]
    ).schedule
    assert [room.name for room in merged.rooms] == ["Fleming", "Whittle", "Open space"]
    assert {talk.room for talk in merged.talks} == {merged.rooms[-1]}
    assert edited(override_of(TALK, room="")).room is None


def test_speakers_are_known_by_their_names_and_new_ones_are_added() -> None:
    merged = merge_overrides(SOURCE, [override_of(TALK, speakers=("Bob", "Ann"))]).schedule
    assert [speaker.name for speaker in merged.talk_by_id[TALK.id].speakers] == ["Bob", "Ann"]
    assert merged.speakers[0] == ANN
    assert len(merged.speakers) == 2


def test_a_session_can_be_added_and_then_changed_like_any_other() -> None:
    added = addition(7, "Open space", london("12:45"), london("13:30"), "Whittle", ["Ann"])
    once = merge_overrides(SOURCE, [added]).schedule
    session = once.talk_by_id[f"{ADDED_PREFIX}7"]
    assert (session.title, session.room, session.speakers) == ("Open space", WHITTLE, (ANN,))
    later = merge_overrides(SOURCE, [added, override_of(session, start=london("13:00"))])
    assert later.schedule.talk_by_id[session.id].start == london("13:00")
    assert later.conflicts == ()


def test_an_added_session_that_was_undone_stays_listed_as_cancelled() -> None:
    added = addition(7, "Open space", london("12:45"), london("13:30"), "", [])
    (session,) = merge_overrides(
        a_schedule(TALK), cancelled_additions([added, override_of(TALK, full=True)])
    ).schedule.talks[1:]
    assert (session.title, session.cancelled) == ("Open space", True)


def test_an_override_of_an_added_session_has_no_effect_once_it_is_gone() -> None:
    session = a_talk("Open space", id=f"{ADDED_PREFIX}7")
    assert merge_overrides(SOURCE, [override_of(session, note="Upstairs")]).schedule == SOURCE


def test_the_last_of_several_overrides_counts() -> None:
    first = override_of(TALK, room="Whittle")
    assert edited(first, override_of(edited(first), room="Fleming")) == TALK


def test_overrides_still_apply_to_the_next_version_of_the_source() -> None:
    longer = replace(TALK, abstract="Now with an abstract.")
    merged = merge_overrides(a_schedule(longer, OTHER), [override_of(TALK, room="Whittle")])
    assert merged.schedule.talk_by_id[TALK.id] == replace(longer, room=WHITTLE)
    assert merged.conflicts == ()


def test_a_source_that_now_agrees_with_an_override_is_no_conflict() -> None:
    caught_up = replace(TALK, room=WHITTLE)
    assert merge_overrides(a_schedule(caught_up, OTHER), [override_of(TALK, room="Whittle")]).conflicts == ()


def test_an_override_stays_and_is_a_conflict_if_the_source_changes_the_same_field() -> None:
    elsewhere = replace(TALK, room=a_room("Turing"), start=london("10:40"))
    merged = merge_overrides(a_schedule(elsewhere, OTHER), [override_of(TALK, room="Whittle")])
    assert merged.schedule.talk_by_id[TALK.id] == replace(elsewhere, room=WHITTLE)
    assert merged.conflicts == (Conflict(TALK.id, ("room",)),)


LONGER = override_of(TALK, end=TALK.end + 30 * MINUTE)


@pytest.mark.parametrize("clock", ["08:00", "17:00"], ids=["earlier", "later"])
def test_a_longer_talk_stays_longer_wherever_the_source_moves_it(clock: str) -> None:
    moved = a_talk("Event Flows", clock)
    merged = merge_overrides(a_schedule(moved), [LONGER])
    assert merged.schedule.talks == (replace(moved, end=moved.start + 80 * MINUTE),)
    assert merged.conflicts == ()


def test_a_delayed_talk_gets_the_length_that_the_source_gives_it() -> None:
    delayed = override_of(TALK, start=TALK.start + 30 * MINUTE, end=TALK.end + 30 * MINUTE)
    shorter = replace(TALK, end=TALK.start + 20 * MINUTE)
    assert edited(delayed, source=(shorter,)).length == 20 * MINUTE


def test_another_length_in_the_source_is_a_conflict() -> None:
    shorter = replace(TALK, end=TALK.start + 20 * MINUTE)
    merged = merge_overrides(a_schedule(shorter), [LONGER])
    assert merged.schedule.talks[0].length == 80 * MINUTE
    assert merged.conflicts == (Conflict(TALK.id, ("length",)),)


def test_the_first_of_two_moves_can_be_taken_back() -> None:
    later = replace(TALK, start=london("17:00"), end=london("17:50"))
    shorter = override_of(later, end=london("17:30"))
    assert edited(shorter) == replace(TALK, end=TALK.start + 30 * MINUTE)


def from_version_1_0_0(field: str, was: datetime, now: datetime) -> Override:
    """An override of TALK as version 1.0.0 stored it: with nothing but the end of its time that was changed."""
    return override_from_json({"talk": TALK.id, "was": {field: was.isoformat()}, "now": {field: now.isoformat()}})


@pytest.mark.parametrize("clock", ["08:00", "10:00", "17:00"])
def test_a_longer_talk_of_version_1_0_0_stays_longer_wherever_the_source_moves_it(clock: str) -> None:
    moved = a_talk("Event Flows", clock)
    longer = from_version_1_0_0("end", TALK.end, TALK.end + 30 * MINUTE)
    assert edited(longer, source=(moved,)) == replace(moved, end=moved.end + 30 * MINUTE)


def test_a_talk_that_version_1_0_0_let_begin_later_has_the_rest_of_its_length_wherever_the_source_moves_it() -> None:
    shorter = from_version_1_0_0("start", TALK.start, TALK.start + 40 * MINUTE)
    assert edited(shorter) == replace(TALK, start=TALK.start + 40 * MINUTE)
    moved = a_talk("Event Flows", "17:00")
    merged = merge_overrides(a_schedule(moved), [shorter])
    assert merged.schedule.talks[0] == replace(moved, start=TALK.start + 40 * MINUTE, end=TALK.end)
    assert merged.conflicts == (Conflict(TALK.id, ("start",)),)
    brief = replace(TALK, end=TALK.start + 10 * MINUTE)
    assert edited(shorter, source=(replace(brief, start=brief.start + MINUTE),)).length == 0 * MINUTE


def test_any_changes_of_a_time_can_be_merged_with_any_time_of_the_source_and_any_of_them_undone() -> None:
    random = Random(7)

    def any_time() -> tuple[datetime, datetime]:
        start = TALK.start + random.randrange(-300, 300) * MINUTE
        return start, start + random.randrange(120) * MINUTE

    for _ in range(200):
        edits: list[Override] = []
        for _ in range(4):
            talk, (start, end) = edited(*edits), any_time()
            edits.append(
                random.choice(
                    [
                        override_of(talk, start=start, end=end),
                        override_of(talk, end=talk.start + (end - start)),
                        from_version_1_0_0("end", talk.end, talk.start + (end - start)),
                        from_version_1_0_0("start", talk.start, talk.end - (end - start)),
                    ]
                )
            )
        start, end = any_time()
        left = random.sample(edits, random.randint(1, 4))
        merged = merge_overrides(a_schedule(replace(TALK, start=start, end=end)), left).schedule
        assert load(dump(merged), "x") == merged


def test_a_source_that_has_the_length_of_an_override_of_version_1_0_0_is_no_conflict() -> None:
    longer = replace(TALK, end=TALK.end + 30 * MINUTE)
    merged = merge_overrides(a_schedule(longer), [from_version_1_0_0("end", TALK.end, longer.end)])
    assert merged == MergedSchedule(a_schedule(longer))


def test_the_note_of_a_change_that_version_1_0_0_stored_is_its_reason() -> None:
    off = {"talk": TALK.id, "was": {"cancelled": False, "note": ""}, "now": {"cancelled": True, "note": "Ill, sorry."}}
    edits = [override_of(TALK, note="Upstairs"), override_from_json(off)]
    talk = edited(*edits)
    assert (talk.note, talk.reason) == ("Upstairs", "Ill, sorry.")
    assert edited(*edits, override_of(talk, cancelled=False)) == replace(TALK, note="Upstairs")


def test_an_override_of_a_talk_that_left_the_source_is_a_conflict() -> None:
    (conflict,) = merge_overrides(a_schedule(OTHER), [override_of(TALK, room="Whittle")]).conflicts
    assert conflict.gone
    assert conflict.talk == TALK.id


def test_an_organisers_answer_comes_first_survives_new_versions_and_can_be_removed() -> None:
    wifi, lunch = Info(("wifi", "ssid"), "QCon"), Info(("lunch",), "2nd floor")
    source = a_schedule(TALK, info=(lunch, wifi))
    changed = answer_override(wifi.ask, "QCon", "QCon 2")
    assert merge_overrides(source, [changed]).schedule.info == (Info(wifi.ask, "QCon 2"), lunch)
    renamed = replace(source, info=(Info(("wifi",), "QCon"),))
    assert merge_overrides(renamed, [changed]) == MergedSchedule(replace(source, info=(Info(wifi.ask, "QCon 2"),)))
    removed = answer_override(wifi.ask, "QCon 2", "")
    assert merge_overrides(source, [changed, removed]).schedule.info == (lunch,)


def test_another_answer_in_the_source_is_a_conflict() -> None:
    changed = answer_override(("wifi",), "", "QCon 2")
    assert merge_overrides(SOURCE, [changed]).conflicts == ()
    source = replace(SOURCE, info=(Info(("wifi",), "QCon 3"),))
    assert merge_overrides(source, [changed]).conflicts == (Conflict("?wifi", ("note",)),)


def test_a_schedule_with_overrides_can_be_written_and_read_again() -> None:
    edits = [
        override_of(TALK, room="Open space", speakers=("Ünal Ğ",), full=True),
        addition("a", "Ad hoc", london("12:00"), london("12:30"), "", []),
    ]
    merged = merge_overrides(SOURCE, edits).schedule
    assert load(dump(merged), "x") == merged


@pytest.mark.parametrize(
    "made",
    [
        override_of(TALK, start=london("15:10"), end=london("16:00")),
        override_of(TALK, "The speaker is ill.", cancelled=True),
        override_of(TALK, note="Bring a laptop."),
        override_of(TALK, speakers=("Ann", "Bob"), note="", full=False),
        addition(3, "Open space", london("12:45"), london("13:30"), "", ["Ann"]),
    ],
)
def test_an_override_survives_a_round_trip_as_json(made: Override) -> None:
    assert override_from_json(json.loads(json.dumps(override_to_json(made)))) == made
