"""The meals and breaks of a schedule: its sessions of that name, or else the gaps in its programme."""

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from bot.questions.language import languages
from bot.schedule.models import Schedule, Talk
from bot.search.tokenizer import name_words

CHANGEOVER = timedelta(minutes=10)  # no break for coffee, but to change rooms
MOST_TITLES = 20_000  # whose meals are remembered
LONGEST_NAME = 5  # words of a session that is a meal rather than a talk about one
_GAPS = {  # from when to when, and how long at least
    "lunch": (11 * 60 + 15, 14 * 60 + 45, timedelta(minutes=20)),
    "dinner": (17 * 60, 21 * 60, timedelta(minutes=30)),
    "break": (0, 24 * 60, timedelta(minutes=10)),
    "coffee": (0, 24 * 60, timedelta(minutes=10)),
}
_EVENINGS = {"dinner": "social", "social": "dinner"}  # each instead of the other
LEAST_LUNCH = timedelta(minutes=30)  # of a break at noon that has no other name
_KINDS = {
    "meal": ("breakfast", "lunch", "dinner"),
    "break": ("break", "coffee", "lunch"),
    "coffee": ("coffee", "break"),
}


class Pause(NamedTuple):
    """A meal or a break: a session of its own, or else the time when nothing else is on."""

    start: datetime
    end: datetime
    talk: Talk | None = None
    name: str = ""  # of the meal, where the schedule has no session of that name: lunch, dinner …


def pauses(meal: str, schedule: Schedule, day: date) -> tuple[Pause, ...]:
    """The meals or breaks of that name on a day, in order: sessions, or else gaps in the programme."""
    talks = [talk for talk in schedule.talks_on(day) if not talk.cancelled]
    if meal == "meal":
        every = [pause for name in _KINDS["meal"] for pause in pauses(name, schedule, day)]
        fed = [talk for talk in talks if talk.is_break and "meal" in _meals_in(talk.title).anywhere]  # Afternoon Snacks
        every += [Pause(talk.start, talk.end, talk) for talk in fed if all(pause.talk != talk for pause in every)]
        return tuple(sorted(every, key=lambda pause: pause.start))
    named = tuple(Pause(talk.start, talk.end, talk) for talk in talks if is_meal(talk, meal))
    if not named and (other := _EVENINGS.get(meal)):
        named = tuple(Pause(talk.start, talk.end, talk, meal) for talk in talks if is_meal(talk, other))
    if named or meal not in _GAPS:
        return named
    first, last, least = _GAPS[meal]
    opens, closes = schedule.conference.at_minute(day, first), schedule.conference.at_minute(day, last)
    if meal == "lunch" and (rests := [talk for talk in talks if _may_be_lunch(talk, opens, closes)]):
        told = [talk for talk in rests if "lunch" in _meals_in(talk.abstract).anywhere]
        rest = max(told or rests, key=lambda talk: talk.length)
        return (Pause(rest.start, rest.end, rest, "" if told else "lunch"),)
    busy_until = accumulate((talk.end for talk in talks), max)
    gaps = [
        Pause(begin, talk.start, None, meal)
        for begin, talk in zip(busy_until, talks[1:], strict=False)
        if talk.start - begin >= least and begin < closes and talk.start > opens
    ]
    if meal == "lunch" and gaps:
        return (max(gaps, key=lambda gap: gap.end - gap.start),)
    return tuple(gaps)


def is_meal(talk: Talk, meal: str) -> bool:
    """Tell whether a session is a meal or a break of that name, and no talk about one."""
    kinds, title = _KINDS.get(meal, (meal,)), _meals_in(talk.title)
    if not (title.anywhere or talk.is_break):
        return False
    if talk.is_break and talk.kind in kinds:
        other = meal == "coffee" and meal not in title.anywhere and not title.anywhere.isdisjoint(_KINDS["meal"])
        return talk.kind == meal or (talk.length > CHANGEOVER and not other)
    named = title.anywhere.intersection(kinds)
    if not talk.is_break:
        named -= {"break"}  # breaking changes
    if not named or (title.length > LONGEST_NAME and not talk.is_break):
        return False
    return not talk.speakers or not title.at_the_end.isdisjoint(named)


def _may_be_lunch(talk: Talk, opens: datetime, closes: datetime) -> bool:
    """Tell whether a session is a long break around noon."""
    return talk.kind == "break" and talk.length >= LEAST_LUNCH and opens <= talk.start and talk.end <= closes


def says_meal(talk: Talk, meal: str) -> bool:
    """Tell whether the name or the kind of a session is that of a meal, and not of another break."""
    return talk.kind == meal or meal in _meals_in(talk.title).anywhere


def is_talk(talk: Talk) -> bool:
    """Tell whether people call it a talk: not a break, a dinner, a desk, nor the moment at which a hall opens."""
    if talk.is_break or talk.speakers:
        return not talk.is_break
    meal = not _meals_in(talk.title).at_the_end.isdisjoint((*_KINDS["meal"], "social"))
    return talk.start < talk.end and not meal and not _is_of_desk(talk.title)


class _MealsIn(NamedTuple):
    """The meals that a title names, and how many words it has."""

    length: int
    anywhere: frozenset[str]
    at_the_end: frozenset[str]


@lru_cache(maxsize=MOST_TITLES)
def _meals_in(title: str) -> _MealsIn:
    said, known, none = name_words(title), _meals_by_name(), frozenset[str]()
    named = [known.get(before + word, none) | known.get(word, none) for before, word in pairwise(("", *said))]
    return _MealsIn(len(title.split()), none.union(*named), named[-1] if named else none)


@lru_cache(maxsize=MOST_TITLES)
def _is_of_desk(title: str) -> bool:
    """Tell whether a title begins with a service, as in `Friday registration`: no summit with pre-registration does."""
    said = name_words(title)
    return any(said[at : at + length] in languages()[0].services for at in (0, 1) for length in (1, 2))


@cache
def _meals_by_name() -> dict[str, frozenset[str]]:
    """The meals that a name, folded and without spaces, has in any language."""
    meals: dict[str, frozenset[str]] = {}
    for language in languages():
        for phrase, meal in language.time.meals.items():
            name = "".join(phrase)
            meals[name] = meals.get(name, frozenset()) | {meal}
    return meals
