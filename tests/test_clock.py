import time
from datetime import UTC, datetime, timedelta

from bot.clock import Anchor, Clock, Patience

MACHINE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TUESDAY = datetime(2019, 3, 5, 10, 20, tzinfo=UTC)


def test_without_an_anchor_both_times_are_the_same() -> None:
    clock = Clock()
    assert abs(clock.conference() - clock.machine()) < timedelta(seconds=1)
    assert clock.machine_at(TUESDAY) == TUESDAY


def test_a_rehearsal_runs_faster_from_where_it_was_tied() -> None:
    clock = Clock(Anchor(MACHINE, TUESDAY, 60))
    assert clock.conference_at(MACHINE + timedelta(seconds=10)) == TUESDAY + timedelta(minutes=10)
    assert clock.machine_at(TUESDAY + timedelta(hours=1)) == MACHINE + timedelta(minutes=1)
    assert clock.machine_seconds(timedelta(hours=1)) == 60


def test_a_moment_of_shared_time_is_told_on_the_nodes_own_clock() -> None:
    clock = Clock()
    assert clock.wall_at(MACHINE) == MACHINE
    clock.set_by(TUESDAY)
    in_a_minute = clock.wall_at(TUESDAY + timedelta(minutes=1))
    assert abs(in_a_minute - clock.wall() - timedelta(minutes=1)) < timedelta(seconds=1)


def test_patience_begins_when_it_is_first_asked_for_and_leaves_a_moment() -> None:
    patience = Patience(0.3)
    time.sleep(0.4)
    assert 0.25 < patience.left() <= 0.3
    time.sleep(0.2)
    assert patience.left() == 0.2
