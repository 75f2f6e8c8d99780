"""Real time, conference time and deadlines."""

import time
from datetime import UTC, datetime, timedelta

from bot.clock import Clock, Deadline, SimulatedClock

REAL = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

TUESDAY = datetime(2019, 3, 5, 10, 20, tzinfo=UTC)


def test_without_an_anchor_both_times_are_the_same() -> None:
    clock = Clock()
    assert abs(clock.conference_now() - clock.real_now()) < timedelta(seconds=1)
    assert clock.real_time_at(TUESDAY) == TUESDAY


def test_a_simulated_clock_runs_faster_from_its_anchor() -> None:
    clock = Clock(SimulatedClock(REAL, TUESDAY, 60))
    assert clock.conference_at(REAL + timedelta(seconds=10)) == TUESDAY + timedelta(minutes=10)
    assert clock.real_time_at(TUESDAY + timedelta(hours=1)) == REAL + timedelta(minutes=1)
    assert clock.real_seconds(timedelta(hours=1)) == 60


def test_after_a_jump_the_past_stays_when_it_was() -> None:
    jumped = SimulatedClock(REAL + timedelta(minutes=1), TUESDAY + timedelta(hours=3), 10)
    clock = Clock()
    clock.follow(SimulatedClock(REAL, TUESDAY), jumped)
    assert clock.conference_at(REAL - timedelta(seconds=5)) == TUESDAY - timedelta(seconds=5)
    assert clock.conference_at(REAL + timedelta(seconds=59)) == TUESDAY + timedelta(seconds=59)
    assert clock.conference_at(REAL + timedelta(minutes=2)) == jumped.simulated + timedelta(minutes=10)
    assert clock.real_time_at(jumped.simulated + timedelta(minutes=10)) == REAL + timedelta(minutes=2)


def test_shared_time_is_converted_to_the_process_own_clock() -> None:
    clock = Clock()
    assert clock.system_time_of(REAL) == REAL
    clock.sync_to(TUESDAY)
    in_a_minute = clock.system_time_of(TUESDAY + timedelta(minutes=1))
    assert abs(in_a_minute - clock.system_now() - timedelta(minutes=1)) < timedelta(seconds=1)


def test_a_deadline_starts_at_its_first_use_and_always_leaves_a_moment() -> None:
    deadline = Deadline(0.3)
    time.sleep(0.4)
    assert 0.25 < deadline.remaining() <= 0.3
    time.sleep(0.2)
    assert deadline.remaining() == 0.2
