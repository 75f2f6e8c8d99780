from hypothesis import given

from bot.schedule.models import find_by_short_id, short_id
from tests.schedule.generated import ids


@given(ids)
def test_a_short_id_has_16_characters_for_any_id(id: str) -> None:
    assert len(short_id(id * 10)) == 16


def test_an_entry_is_found_by_its_short_id() -> None:
    things = {"complex-event-flows": 1, "x" * 128: 2}
    assert find_by_short_id(short_id("x" * 128), things) == 2


def test_an_unknown_short_id_finds_nothing() -> None:
    assert find_by_short_id(short_id("gone"), {"here": 1}) is None


def test_a_short_id_never_changes() -> None:
    assert short_id("complex-event-flows") == "932e81d517454ac6"  # pragma: allowlist secret
