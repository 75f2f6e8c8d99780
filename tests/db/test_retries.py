from bot.db.database import MAX_RETRIES_SAVED, PER_SECOND, RETRY_SHARE, RetryBudget


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _spent(budget: RetryBudget) -> int:
    """Spend the budget and return the number of retries it had."""
    taken = 0
    while budget.try_spend():
        taken += 1
    return taken


def test_some_may_be_tried_again_at_once_and_a_few_a_second() -> None:
    watch = Stopwatch()
    budget = RetryBudget(watch)
    assert _spent(budget) == MAX_RETRIES_SAVED
    watch.seconds += 2
    assert _spent(budget) == 2 * PER_SECOND
    watch.seconds += 3600
    assert _spent(budget) == MAX_RETRIES_SAVED


def test_of_many_that_are_tried_a_tenth_may_be_tried_again() -> None:
    budget = RetryBudget(Stopwatch())
    _spent(budget)
    for _ in range(205):
        budget.record_attempt()
    assert _spent(budget) == int(205 * RETRY_SHARE)
