import pytest

from bot.handlers.pace import AT_ONCE, KEPT_AT_MOST, TYPING, Pace, TooFastError


def rush(pace: Pace, person: str = "U1", now: float = 0.0, cost: float = 1.0) -> int:
    """How much they get done before they have to wait."""
    done = 0
    while True:
        try:
            pace.keep(person, now, cost)
        except TooFastError:
            return done
        done += 1


def test_a_rush_ends_and_others_do_not_notice() -> None:
    pace = Pace()
    assert rush(pace) == AT_ONCE
    pace.keep("U2", 0.0)


def test_who_waits_may_go_on() -> None:
    pace = Pace()
    rush(pace)
    assert rush(pace, now=3.0) == 3
    assert rush(pace, now=1_000.0) == AT_ONCE


def test_letters_typed_into_a_menu_weigh_less() -> None:
    assert rush(Pace(), cost=TYPING) == AT_ONCE / TYPING


def test_they_are_told_once_a_rush() -> None:
    pace = Pace()
    for _ in range(int(AT_ONCE)):
        pace.keep("U1", 0.0)
    with pytest.raises(TooFastError) as first:
        pace.keep("U1", 0.0)
    with pytest.raises(TooFastError) as second:
        pace.keep("U1", 0.0)
    assert (first.value.told, second.value.told) == (False, True)


def test_only_so_many_people_are_remembered() -> None:
    pace = Pace()
    rush(pace, "U0")
    for number in range(1, KEPT_AT_MOST + 1):
        pace.keep(f"U{number}", 0.0)
    assert rush(pace, "U0") == AT_ONCE
