import pytest

from bot.token_bucket import TokenBucket


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def bucket(watch: Stopwatch) -> TokenBucket:
    return TokenBucket(30.0, 2.0, watch)


def _emptied(bucket: TokenBucket) -> int:
    """Take all tokens, one by one, and return their number."""
    taken = 0
    while bucket.take():
        taken += 1
    return taken


def test_a_bucket_starts_full_gains_tokens_with_time_and_never_overflows(bucket: TokenBucket, watch: Stopwatch) -> None:
    assert _emptied(bucket) == 30
    watch.seconds += 2
    assert _emptied(bucket) == 4
    watch.seconds += 3600
    assert _emptied(bucket) == 30


def test_shares_of_tokens_that_are_added_sum_up_to_whole_ones(bucket: TokenBucket) -> None:
    _emptied(bucket)
    for _ in range(205):
        bucket.add(0.1)
    assert _emptied(bucket) == 20


def test_added_tokens_do_not_overflow_the_bucket(bucket: TokenBucket) -> None:
    bucket.add(100.0)
    assert _emptied(bucket) == 30


def test_a_cost_that_is_too_high_takes_nothing(bucket: TokenBucket) -> None:
    assert not bucket.take(31.0)
    assert bucket.take(29.5)
    assert not bucket.take()
    assert bucket.take(0.5)
