"""Tell whether a new version of a schedule looks like the same conference a little later, or like a fault of its source."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from bot.schedule.diff import CancelledTalk, MovedTalk, schedule_changes
from bot.schedule.identity.settle import settle
from bot.schedule.models import Schedule

MAX_CHANGED_SHARE = 0.2  # of the talks that are not cancelled

# In a small conference a fifth is less than one talk. One may always go, and two may always change: they swap places.
MAY_ALWAYS_GO, MAY_ALWAYS_CHANGE = 1, 2


def implausible_because(last: Schedule, candidate: Schedule) -> str:
    """Say why `candidate` is probably not what became of `last`; empty if it may well be.

    The reason continues “In the new version”: `3 of 5 talks are gone`. A talk with another id may be the same one.
    """
    if set(last.conference.days).isdisjoint(candidate.conference.days):
        return f"the days are {_days_text(candidate)}, not {_days_text(last)}"
    kinds = Counter(type(change) for change in schedule_changes(last, settle(last, candidate).schedule))
    gone, moved, known = kinds[CancelledTalk], kinds[MovedTalk], len(last.given)
    share = MAX_CHANGED_SHARE * known
    if gone and not candidate.given:
        return f"all {known} talks are gone" if known > 1 else "the only talk is gone"
    if gone > max(share, MAY_ALWAYS_GO) or gone + moved > max(share, MAY_ALWAYS_CHANGE):
        return " and ".join(_counts(known, {"gone": gone, "at another time or place": moved}))
    return ""


def _counts(known: int, numbers: dict[str, int]) -> Sequence[str]:
    """Count the talks of each kind: `1 of 5 talks is gone`, `3 are at another time or place`."""
    parts: list[str] = []
    for state, number in numbers.items():
        if number:
            of = "" if parts else f" of {known} talks"
            parts.append(f"{number}{of} {'is' if number == 1 else 'are'} {state}")
    return parts


def _days_text(schedule: Schedule) -> str:
    first, last = schedule.conference.days[0], schedule.conference.days[-1]
    return _day_text(first) if first == last else f"{_day_text(first)} to {_day_text(last)}"


def _day_text(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
