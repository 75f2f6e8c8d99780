"""Whether Slack takes what is posted: while it takes nothing, a node posts one message in a while to find out."""

from bot.clock import monotonic
from bot.slack.outcomes import CallResult, reached_slack

FAILURES_TO_OPEN = 10  # in a row that came to nothing: that is not one broken message or connection
RETRY_AFTER_S = 2.0


class CircuitBreaker:
    """What one node hears from Slack."""

    def __init__(self, retry_after_s: float = RETRY_AFTER_S) -> None:
        self._retry_after_s = retry_after_s
        self._failures = 0
        self._tried_at = 0.0

    def record(self, outcome: CallResult) -> None:
        """This came of a post, or of an edit."""
        self._failures = 0 if reached_slack(outcome) else self._failures + 1

    def allowed(self, free: int) -> int:
        """How many may be taken to be posted where there is room for so many."""
        if self._failures < FAILURES_TO_OPEN:
            return free
        if monotonic() < self._tried_at + self._retry_after_s:
            return 0
        self._tried_at = monotonic()
        return min(1, free)
