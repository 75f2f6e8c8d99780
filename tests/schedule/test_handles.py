from hypothesis import given

from bot.schedule.handles import behind, handle
from tests.schedule.generated import ids


@given(ids)
def test_a_handle_is_short_whatever_the_id(id: str) -> None:
    assert len(handle(id * 10)) == 16


def test_the_thing_behind_a_handle_is_found() -> None:
    things = {"complex-event-flows": 1, "x" * 128: 2}
    assert behind(handle("x" * 128), things) == 2


def test_a_thing_that_is_gone_is_not_found() -> None:
    assert behind(handle("gone"), {"here": 1}) is None


def test_a_handle_stays_the_same_for_ever() -> None:
    assert handle("complex-event-flows") == "932e81d517454ac6"  # pragma: allowlist secret
