import pytest

from bot.slack.limits import BURST, MAX_USERS, TYPE_AHEAD_COST, RateLimiter, TooFast


def rush(pace: RateLimiter, person: str = "U1", now: float = 0.0, cost: float = 1.0) -> int:
    """How much they get done before they have to wait."""
    done = 0
    while True:
        try:
            pace.check(person, now, cost)
        except TooFast:
            return done
        done += 1


def test_a_rush_ends_and_others_do_not_notice() -> None:
    pace = RateLimiter()
    assert rush(pace) == BURST
    pace.check("U2", 0.0)


def test_who_waits_may_go_on() -> None:
    pace = RateLimiter()
    rush(pace)
    assert rush(pace, now=3.0) == 3
    assert rush(pace, now=1_000.0) == BURST


def test_letters_typed_into_a_menu_weigh_less() -> None:
    assert rush(RateLimiter(), cost=TYPE_AHEAD_COST) == BURST / TYPE_AHEAD_COST


def test_they_are_told_once_a_rush() -> None:
    pace = RateLimiter()
    for _ in range(int(BURST)):
        pace.check("U1", 0.0)
    with pytest.raises(TooFast) as first:
        pace.check("U1", 0.0)
    with pytest.raises(TooFast) as second:
        pace.check("U1", 0.0)
    assert (first.value.notified, second.value.notified) == (False, True)


def test_only_so_many_people_are_remembered() -> None:
    pace = RateLimiter()
    rush(pace, "U0")
    for number in range(1, MAX_USERS + 1):
        pace.check(f"U{number}", 0.0)
    assert rush(pace, "U0") == BURST
