import pytest

from bot.slack.limits import BURST, MAX_USERS, TYPE_AHEAD_COST, RateLimiter, TooFast


class Attendees:
    """People who ask as fast as they may."""

    def __init__(self) -> None:
        self.now = 0.0
        self.limiter = RateLimiter(lambda: self.now)

    def ask_until_refused(self, person: str = "U1", cost: float = 1.0) -> int:
        """Return how many requests the person got through."""
        accepted = 0
        while True:
            try:
                self.limiter.check(person, cost)
            except TooFast:
                return accepted
            accepted += 1

    def is_told_again(self, person: str = "U1") -> bool:
        """Ask once more, which must be refused, and return whether that was told before."""
        with pytest.raises(TooFast) as refused:
            self.limiter.check(person)
        return refused.value.notified


@pytest.fixture
def attendees() -> Attendees:
    return Attendees()


def test_one_person_who_asks_too_fast_slows_nobody_else(attendees: Attendees) -> None:
    assert attendees.ask_until_refused() == BURST
    attendees.limiter.check("U2")


def test_a_person_may_ask_again_after_a_while(attendees: Attendees) -> None:
    attendees.ask_until_refused()
    attendees.now = 3.0
    assert attendees.ask_until_refused() == 3
    attendees.now = 1_000.0
    assert attendees.ask_until_refused() == BURST


def test_letters_typed_into_a_menu_cost_less(attendees: Attendees) -> None:
    assert attendees.ask_until_refused(cost=TYPE_AHEAD_COST) == BURST / TYPE_AHEAD_COST


def test_a_person_is_told_once_in_each_rush(attendees: Attendees) -> None:
    for _ in range(int(BURST)):
        attendees.limiter.check("U1")
    assert [attendees.is_told_again() for _ in range(3)] == [False, True, True]
    attendees.now = BURST / 4
    attendees.ask_until_refused()
    assert attendees.is_told_again()
    attendees.now += BURST
    attendees.limiter.check("U1")
    for _ in range(int(BURST) - 1):
        attendees.limiter.check("U1")
    assert not attendees.is_told_again()


def test_the_limiter_forgets_the_person_who_has_not_asked_for_longest(attendees: Attendees) -> None:
    attendees.ask_until_refused("U0")
    for number in range(1, MAX_USERS + 1):
        attendees.limiter.check(f"U{number}")
    assert attendees.ask_until_refused("U0") == BURST
