"""Nobody may ask so fast that others wait: a pace for each person, kept by each node for itself."""

from collections import OrderedDict
from dataclasses import dataclass

from bot.errors import BotError

AT_ONCE = 20.0  # requests that come in a rush
PER_SECOND = 1.0  # and steadily
TYPING = 0.2  # of a request: a letter typed into a menu
KEPT_AT_MOST = 10_000  # people; who was quiet for longest is forgotten first


class TooFastError(BotError):
    """That was a lot at once. Give me a few seconds, then go on."""

    def __init__(self, *, told: bool) -> None:
        """`told` says that they know already: to tell them each time would be a rush of our own."""
        super().__init__(self.__doc__)
        self.told = told


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float
    told: bool = False


class Pace:
    """How much each person may still do; seconds are a stopwatch's."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, _Allowance] = OrderedDict()

    def keep(self, person: str, now: float, cost: float = 1.0) -> None:
        """Let the person do something of this cost. Raises TooFastError where they have to wait."""
        mine = self._people.setdefault(person, _Allowance(AT_ONCE, now))
        self._people.move_to_end(person)
        if len(self._people) > KEPT_AT_MOST:
            self._people.popitem(last=False)
        mine.left = min(AT_ONCE, mine.left + (now - mine.at) * PER_SECOND)
        mine.at = now
        if mine.left < cost:
            told, mine.told = mine.told, True
            raise TooFastError(told=told)
        mine.left -= cost
        mine.told = mine.told and mine.left < AT_ONCE / 2
