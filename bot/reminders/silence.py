"""Whether Slack takes what is posted: while it takes nothing, a node posts one message in a while to find out."""

from bot.clock import stopwatch
from bot.slack.outcomes import Outcome, answered

MANY = 10  # in a row that came to nothing: that is not one broken message or connection
AGAIN_S = 2.0


class Silence:
    """What one node hears from Slack."""

    def __init__(self, again_s: float = AGAIN_S) -> None:
        self._again_s = again_s
        self._in_a_row = 0
        self._asked_at = 0.0

    def heard(self, outcome: Outcome) -> None:
        """This came of a post, or of an edit."""
        self._in_a_row = 0 if answered(outcome) else self._in_a_row + 1

    def most(self, room: int) -> int:
        """How many may be taken to be posted where there is room for so many."""
        if self._in_a_row < MANY:
            return room
        if stopwatch() < self._asked_at + self._again_s:
            return 0
        self._asked_at = stopwatch()
        return min(1, room)
