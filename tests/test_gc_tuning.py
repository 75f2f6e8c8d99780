import gc
from collections.abc import Iterator

import pytest

from bot.gc_tuning import gc_paused


@pytest.fixture(autouse=True)
def _collecting_afterwards() -> Iterator[None]:
    yield
    gc.enable()


def _fail() -> None:
    with gc_paused():
        assert not gc.isenabled()
        raise ZeroDivisionError


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_pauses_and_is_as_it_was_before_whatever_happens(collecting: bool) -> None:
    (gc.enable if collecting else gc.disable)()
    with pytest.raises(ZeroDivisionError):
        _fail()
    assert gc.isenabled() is collecting
