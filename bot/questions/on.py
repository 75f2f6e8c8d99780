"""What is on now, next, and after something."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.questions.answers import OnNext, OnNow, Reply, Scope
from bot.questions.asking import Asking
from bot.questions.question import Ask
from bot.schedule.models import Talk

JUST_BEGUN = timedelta(minutes=10)  # "next" includes what one can still join


def now(asking: Asking, talks: Sequence[Talk], scope: Scope) -> Reply:
    """What runs at this moment among `talks`, and what starts next."""
    given = [talk for talk in talks if not talk.cancelled]
    running = tuple(talk for talk in given if talk.is_on(asking.now))
    then = starting(given, asking.now)
    return asking.reply(OnNow(running, then, scope), [talk for talk in running if not talk.is_break] or then)


def following(asking: Asking, talks: Sequence[Talk], scope: Scope) -> Reply:
    """What starts next among `talks`, or began within the last ten minutes; a break before it is told too."""
    joinable = asking.now - JUST_BEGUN
    given = [talk for talk in talks if not talk.cancelled]
    found = starting([talk for talk in given if not talk.is_break], joinable, inclusive=True)
    pause = next((talk for talk in given if talk.is_break and talk.end > asking.now), None)
    if pause and found and pause.start > found[0].start:
        pause = None
    ask = Ask.HOW_LONG if asking.question.ask is Ask.HOW_LONG else Ask.LIST
    return asking.reply(OnNext(found, pause, scope=scope, ask=ask), found)


def after(asking: Asking, talk: Talk, talks: Sequence[Talk], scope: Scope) -> Reply:
    """What starts next once a talk is over."""
    given = [other for other in talks if not other.cancelled and other.id != talk.id]
    found = starting([other for other in given if not other.is_break], talk.end, inclusive=True)
    pause = next((other for other in given if other.is_break and talk.end <= other.start < talk.end + JUST_BEGUN), None)
    return asking.reply(OnNext(found, pause, after=talk, scope=scope), found or (talk,))


def starting(talks: Sequence[Talk], moment: datetime, *, inclusive: bool = False) -> tuple[Talk, ...]:
    """The talks of the first start after a moment; `inclusive` counts those that start right then."""
    ahead = [talk for talk in talks if talk.start > moment or (inclusive and talk.start == moment)]
    return tuple(talk for talk in ahead if talk.start == ahead[0].start) if ahead else ()
