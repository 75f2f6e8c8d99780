import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given

from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load, load_from_any_version
from tests.schedule.generated import schedules
from tests.schedules import a_schedule, a_talk
from tests.yardstick import at_most


@pytest.mark.parametrize("read", [load, load_from_any_version])
@given(schedule=schedules())
def test_any_schedule_is_read_back_equal(read: Callable[[bytes, str], Schedule], schedule: Schedule) -> None:
    read_back = read(dump(schedule), "x")

    assert read_back == schedule
    assert (read_back.former_rooms, read_back.former_tracks) == (
        schedule.former_rooms,
        schedule.former_tracks,
    )  # `==` ignores them


def test_real_schedules_come_back_equal(qcon: Schedule, fosdem: Schedule) -> None:
    assert load(dump(qcon), "x") == qcon
    assert load(dump(fosdem), "x") == fosdem


def test_writing_a_revision_that_was_read_gives_the_same_bytes(qcon: Schedule) -> None:
    assert dump(load(dump(qcon), "x")) == dump(qcon)


@pytest.mark.slow
def test_a_revision_is_no_bigger_than_its_file_and_read_as_fast(fosdem: Schedule, fosdem_bytes: bytes) -> None:
    written = dump(fosdem)
    assert len(written) < len(fosdem_bytes)
    assert at_most(0.5, lambda: load(written, "x")) == fosdem


def test_each_entry_takes_one_line_so_that_revisions_can_be_compared() -> None:
    written = dump(a_schedule(a_talk("One"), a_talk("Two", "11:50"))).decode()
    assert [line for line in written.splitlines() if "One" in line] == [
        '{"id": "one", "title": "One", "start": "2019-03-05 10:35", "end": "2019-03-05 11:25"},'
    ]


@pytest.mark.parametrize("read", [load, load_from_any_version])
def test_characters_that_yaml_forbids_are_removed_before_writing(read: Callable[[bytes, str], Schedule]) -> None:
    schedule = a_schedule(a_talk("Bell", abstract="ring\x07 \x00 \x9f \ud800 \ufffe \u2028 \ufeff"))
    talk = read(dump(schedule), "x").talks[0]
    assert talk == dataclasses.replace(schedule.talks[0], abstract="ring     \u2028 \ufeff")


def test_a_schedule_without_talks_is_read_back_equal() -> None:
    assert load(dump(a_schedule()), "x") == a_schedule()


@pytest.mark.parametrize("note", ["", "Bring a laptop.\n\nAnd a friend."])
def test_a_reason_is_stored_with_the_note_since_an_older_version_reads_it_there(note: str) -> None:
    talk = dataclasses.replace(a_talk(), reason="The speaker is ill.", note=note)
    document = dump(a_schedule(talk))
    assert b"reason:" not in document
    (stored,) = load(document, "a.yaml").talks
    assert (stored.reason, stored.note) == (talk.reason, note)
