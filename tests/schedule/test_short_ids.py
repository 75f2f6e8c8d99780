from hypothesis import given

from bot.schedule.models import find_by_short_id, short_id
from tests.schedule.generated import ids


@given(ids)
def test_a_handle_is_short_whatever_the_id(id: str) -> None:
    assert len(short_id(id * 10)) == 16


def test_the_thing_behind_a_handle_is_found() -> None:
    things = {"complex-event-flows": 1, "x" * 128: 2}
    assert find_by_short_id(short_id("x" * 128), things) == 2


def test_a_thing_that_is_gone_is_not_found() -> None:
    assert find_by_short_id(short_id("gone"), {"here": 1}) is None


def test_a_handle_stays_the_same_for_ever() -> None:
    assert short_id("complex-event-flows") == "932e81d517454ac6"  # pragma: allowlist secret
