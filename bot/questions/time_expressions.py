"""Find expressions of time such as "tomorrow at 3", "half past two", "day 2", "after lunch"; not yet bound to a day."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from bot.questions.language import Language, Words
from bot.questions.tokens import SIGNS, STOPS, clean, tokens_of

LONGEST_PHRASE = 5  # words
_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-4])(?:[:h.](?P<minute>[0-5]\d)|h(?=$))?(?P<half>[ap]m?)?(?P<about>ish)?")
_RUN_TOGETHER = re.compile(r"(?P<hour>[01]?\d|2[0-4])(?P<minute>[0-5]\d)(?P<half>[ap]m)?(?P<about>ish)?")
_DURATION = re.compile(r"(?P<count>\d{1,3})(?P<unit>m|min|mins|h|hr|hrs)")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_NTH = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))?")
_SLASHED = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?")
_ALWAYS = "24/7"  # is no date
_HALVES = frozenset({"am", "pm", "a.m", "p.m", "a.m.", "p.m."})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """An expression of time that is not yet resolved in a calendar."""

    day: str = ""  # relative, nth, date, month, weekday, every, or slashed: day/month or month/day …
    value: tuple[int, ...] = ()  # … and its numbers
    relation: str = ""  # at, around, before, after, between, in, within
    minutes: tuple[int, ...] = ()  # since midnight; with "in" and "within", from now
    sure: bool = True  # whether morning and afternoon are told apart
    meal: str = ""  # "after lunch" names a break instead of a clock
    words: str = ""  # as they were typed
    others: tuple["TimeExpression", ...] = ()  # on further days: today or tomorrow morning

    def __bool__(self) -> bool:
        return bool(self.day or self.relation)


NO_TIME = TimeExpression()


class _Read(NamedTuple):
    """Something read off a row of words: what it adds to a Time, and the place after it."""

    adds: Mapping[str, Any]
    end: int


_Reader = Callable[[Sequence[str], int, Language], _Read | None]


def extract(words: Sequence[str], language: Language) -> tuple[TimeExpression, frozenset[int]]:
    """Extract the expression of time from folded words, with the positions of its words."""
    told, part, places, at = NO_TIME, (), set[int](), 0
    days: list[dict[str, Any]] = []
    while at < len(words):
        begins = words[at] in language.time.first or words[at][:1].isdigit()
        read = _read(words, at, language, told, part or any(day["part"] for day in days)) if begins else None
        if read is None:
            at += 1
            continue
        adds = {"part": (), **read.adds}
        if "day" in adds:
            days.append(adds)
            told = told if told.day else replace(told, day=adds["day"], value=adds["value"])
        else:
            part = adds.pop("part") or part
            told = replace(told, **adds)
        places.update(range(_with_articles(words, at, language, places), read.end))
        at = read.end
    return _on_days(told, days, part), frozenset(places)


def _on_days(told: TimeExpression, days: Sequence[Mapping[str, Any]], part: tuple[int, ...]) -> TimeExpression:
    """A time on each day; one without a part has that of the next: in `monday or tuesday morning` both, not in `tonight or tuesday`."""
    times: list[TimeExpression] = []
    for day in reversed(days):
        part = day["part"] or part
        times.insert(0, _in_part(replace(told, day=day["day"], value=day["value"]), part))
    return replace(times[0], others=tuple(times[1:])) if times else _in_part(told, part)


def _in_part(told: TimeExpression, part: tuple[int, ...]) -> TimeExpression:
    """Apply a part of the day to a time: `at 8 tonight` is 20:00."""
    if not part:
        return told
    if not told.relation:
        return replace(told, relation="between", minutes=part)
    if told.sure or told.meal or told.relation in ("in", "within"):
        return told
    late = tuple(_late(minute, part) if minute < 12 * 60 <= part[0] else minute for minute in told.minutes)
    if told.relation == "before" and late[0] <= part[0]:
        return replace(told, relation="between", minutes=part)
    return replace(told, minutes=late, sure=True)


def _late(minute: int, part: tuple[int, ...]) -> int:
    """The time on a clock of 12 hours within a part of the day: tonight, 8 is 20:00 and 1 is after midnight."""
    later = (minute + 12 * 60, minute + 24 * 60)
    return next((time for time in later if part[0] <= time <= part[-1]), later[0])


def time_of(text: str) -> TimeExpression:
    """The expression of time in a whole text, as in `5 march` or `day 2`."""
    tokens, language = tokens_of(clean(text))
    return extract([token.word for token in tokens], language)[0]


def _read(words: Sequence[str], at: int, language: Language, told: TimeExpression, in_part: object) -> _Read | None:
    """The time expression that begins here, of the kinds that were not told yet."""
    days = (_near, _weekday) if told.day else (_near, _day, _dated, _dated_in_numbers, _weekday)
    times = () if told.relation else (_span_from_now, _meal, _between, _at)
    readers: tuple[_Reader, ...] = (*days, *times, *(() if in_part else (_part,)))
    return next((found for read in readers if (found := read(words, at, language))), None)


def _phrase(words: Sequence[str], at: int, table: Mapping[Words, T]) -> tuple[T, int] | None:
    """The longest phrase of a table that begins here, and the place after it."""
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        value = table.get(tuple(words[at : at + length]))
        if value is not None:
            return value, at + length
    return None


def _one_of(words: Sequence[str], at: int, language: Language, name: str) -> int:
    """The place after a phrase of this name that begins here; 0 for none."""
    phrases = language.time.phrases.get(name, frozenset())
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        if tuple(words[at : at + length]) in phrases:
            return at + length
    return 0


def _with_articles(words: Sequence[str], at: int, language: Language, taken: Collection[int]) -> int:
    """The start of an expression, including an `on the` before it."""
    articles = language.time.phrases["articles"]
    while at and at - 1 not in taken and (words[at - 1],) in articles:
        at -= 1
    return at


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _number(word: str, language: Language) -> int | None:
    return int(word) if word.isdigit() and len(word) < 4 else language.numbers.get(word)


# Days


def _near(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`today`, `tomorrow morning`, `tonight`, `this evening`."""
    if found := _phrase(words, at, language.time.near):
        minutes, end = found
        return _Read({"day": "relative", "value": (0,), "part": minutes}, end)
    if (end := _one_of(words, at, language, "this")) and (part := _phrase(words, end, language.time.parts)):
        return _Read({"day": "relative", "value": (0,), "part": part[0]}, part[1])
    if found_day := _phrase(words, at, language.time.days):
        off, end = found_day
        adds = {"day": "relative", "value": (off,)}
        if part := _phrase(words, end, language.time.parts):
            return _Read(adds | {"part": part[0]}, part[1])
        return _Read(adds, end)
    return None


def _day(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`day 2`, `the first day`, `2019-03-05`."""
    if iso := _ISO.fullmatch(words[at]):
        return _Read({"day": "date", "value": (int(iso["day"]), int(iso["month"]), int(iso["year"]))}, at + 1)
    following = _word(words, at + 1)
    if _one_of(words, at, language, "day"):
        number = _number(following, language)
        if number is not None and _word(words, at + 2) not in language.time.months:
            return _Read({"day": "nth", "value": (number,)}, at + 2)
    ordinal = 1 if words[at] == "opening" else language.ordinals.get(words[at])
    if ordinal and ordinal > -2 and _one_of(words, at + 1, language, "day"):
        return _Read({"day": "nth", "value": (ordinal,)}, at + 2)
    return None


def _dated(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`5 march`, `march 5th`, `the 5th of march`, `am 5. märz`, `in july 2031`, `the 5th`."""
    months = language.time.months
    nth = _NTH.fullmatch(words[at])
    if nth or (words[at].isdigit() and len(words[at]) < 3):
        day = int(nth["day"] if nth else words[at])
        end = at + 1
        while _word(words, end) in (".", "of", "de"):
            end += 1
        if month := months.get(_word(words, end), 0):
            return _date_with_year(words, day, month, end + 1)
        return _Read({"day": "date", "value": (day, 0)}, at + 1) if nth and _is_day_alone(words, at, language) else None
    month = months.get(words[at], 0)
    if not month:
        return None
    following = _word(words, at + 1)
    following = _word(words, at + 2) if following == "the" else following
    day_after = _NTH.fullmatch(following)
    if day_after or (following.isdigit() and len(following) < 3):
        day = int(day_after["day"] if day_after else following)
        return _date_with_year(words, day, month, at + 2 + (_word(words, at + 1) == "the"))
    if _word(words, at - 1) in language.leads["month"]:
        year = following if len(following) == 4 and following.isdigit() else ""
        return _Read({"day": "month", "value": (month, int(year or 0))}, at + 1 + bool(year))
    return None


def _dated_in_numbers(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`5.3.`, `on 5.3`, `05.03.2019`, and with slashes where they stand for a date: `on 5/3`, `3/5/2019`."""
    is_led = _word(words, at - 1) in language.leads["date"]
    if dotted := _DOTTED.fullmatch(words[at]):
        is_ended = _word(words, at + 1) == "."
        is_clock = _CLOCK.fullmatch(words[at]) and not (is_led and is_ended and int(dotted["month"]) <= 12)
        if dotted["year"] or (not is_clock and (is_led or is_ended)):
            return _Read({"day": "date", "value": _day_month_year(dotted)}, at + 1 + is_ended)
        return None
    for end in (min(at + 5, len(words)), at + 1):  # a date with a year is cut at its slashes
        written = "".join(words[at:end])
        slashed = _SLASHED.fullmatch(written) if written != _ALWAYS else None
        if slashed and (slashed["year"] or (is_led and not _word(words, end).isalpha())):
            return _Read({"day": "slashed", "value": _day_month_year(slashed)}, end)
    return None


def _day_month_year(date: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(number) for number in date.group("day", "month", "year") if number)


def _date_with_year(words: Sequence[str], day: int, month: int, at: int) -> _Read:
    """The date of this day and month, with the year that may follow at a place: `5 march 2019`, `march 5, 2019`."""
    comma = at + (_word(words, at) == ",")
    year = _word(words, comma)
    if len(year) == 4 and year.isdigit():
        return _Read({"day": "date", "value": (day, month, int(year))}, comma + 1)
    return _Read({"day": "date", "value": (day, month)}, at)


def _is_day_alone(words: Sequence[str], at: int, language: Language) -> bool:
    following = _word(words, at + 1)
    return _word(words, at - 1) in language.leads["day"] and (not following.isalpha() or following in language.grammar)


def _weekday(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`tuesday`, `on sat`, `fri 14:00`, `sat 1 february`; a short one only where it can be nothing else."""
    word, time = words[at], language.time
    number = time.weekdays.get(word)
    number = time.weekdays.get(word.removesuffix("s")) if number is None else number
    if (number is not None or word in time.short_weekdays) and (date := _date_after(words, at + 1, language)):
        return date
    if number is not None:
        return _weekday_with_part(words, at, number, language)
    number = time.short_weekdays.get(word)
    before, following = _word(words, at - 1), _word(words, at + 1)
    if number is None or (before,) in time.phrases["sitting"]:
        return None
    led = before in language.leads["weekday"]
    short_word, noun = (word,) in time.phrases["short_words"], (word,) in time.phrases["nouns"]
    timed = bool(following) and (
        following[:1].isdigit()
        or (following,) in time.parts
        or bool(_one_of(words, at + 1, language, "at"))
        or any(_one_of(words, at + 1, language, name) for name in ("before", "after", "around"))
    )
    last = following in ("", ",", *STOPS) or _is_before_another_day(words, at + 1, language)
    last = last and (not short_word or (noun and (before,) not in time.phrases["before_nouns"]))
    first = not before and not short_word
    return _weekday_with_part(words, at, number, language) if led or timed or first or last else None


def _is_before_another_day(words: Sequence[str], at: int, language: Language) -> bool:
    """Tell whether a connector and a weekday stand here: `sat or sun`, `sat & sun`."""
    word, following = _word(words, at), _word(words, at + 1)
    joins = any(role == "connector" for role, _ in language.phrases.get(word, {}).get((word,), ()))
    is_day = following in language.time.weekdays or following in language.time.short_weekdays
    return is_day and (joins or word in SIGNS or bool(_one_of(words, at, language, "and")))


def _date_after(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """The date that follows a weekday: `tuesday, march 5`, `sat the 1st of february`, `dienstag, den 5. märz`."""
    while _word(words, at) in (",", "the", "den", "der"):
        at += 1
    return _dated(words, at, language) if at < len(words) else None


def _weekday_with_part(words: Sequence[str], at: int, number: int, language: Language) -> _Read:
    """`friday`, `friday evening`."""
    adds = {"day": "weekday", "value": (number,)}
    part = _phrase(words, at + 1, language.time.parts)
    return _Read(adds | {"part": part[0]}, part[1]) if part else _Read(adds, at + 1)


# Times of the day


def _part(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`in the evening`, `evening talks`, `morning` by itself; but not the evening star."""
    part = _phrase(words, at, language.time.parts)
    if part is None:
        return None
    minutes, end = part
    before, following = _word(words, at - 1), _word(words, end)
    led = before in language.leads["part"] and _word(words, at - 2) in language.leads["part"] | {"", "on"}
    free = not following or not following.isalpha() or following in language.known or following in language.weak
    free = free or (following,) in language.time.meals
    return _Read({"part": minutes}, end) if free or led else None


def _span_from_now(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`in 20 minutes`, `in half an hour`, `in the next hour`."""
    for name in ("within", "in"):
        start = _one_of(words, at, language, name)
        if not start:
            continue
        if span := duration(words, start, language):
            return _Read({"relation": name, "minutes": (span[0],)}, span[1])
        if name == "within" and (end := _one_of(words, start, language, "hours")) and words[end - 1] != "h":
            return _Read({"relation": "within", "minutes": (60,)}, end)
    return None


def duration(words: Sequence[str], at: int, language: Language) -> tuple[int, int] | None:
    """`20 minutes`, `two hours`, `half an hour`, `90min` as minutes, and the place after it."""
    if joined := _DURATION.fullmatch(_word(words, at)):
        return int(joined["count"]) * (60 if joined["unit"].startswith("h") else 1), at + 1
    while _word(words, at) in ("about", "the", "next"):
        at += 1
    if end := _one_of(words, at, language, "half_hour"):
        return 30, end
    count = 1 if _one_of(words, at, language, "an") else _number(_word(words, at), language)
    if count is None:
        return None
    if end := _one_of(words, at + 1, language, "hours"):
        return count * 60, end
    if end := _one_of(words, at + 1, language, "minutes"):
        return count, end
    return None


def _meal(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`after lunch`, `before the coffee break`, `during dinner`."""
    for relation, name in (("before", "before"), ("after", "after"), ("at", "during")):
        start = _one_of(words, at, language, name)
        if not start or words[at] in ("by", "from", "past", "since", "at", "von"):
            continue
        while (_word(words, start),) in language.time.phrases["articles"]:
            start += 1
        part = _phrase(words, start, language.time.parts)
        for after, minutes in ((part[1], part[0]), (start, ())) if part else ((start, ()),):
            if meal := _phrase(words, after, language.time.meals):
                return _Read({"relation": relation, "meal": meal[0], "minutes": minutes}, meal[1])
    return None


def _between(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`between 2 and 4`, `from 14:00 to 15:30`, `14:00-15:30`, and `from ten to twelve`, which does not begin at 11:50."""
    start = _one_of(words, at, language, "between") or at
    plainly = _numbers(words, start, language, led=False) if start > at else None
    readings = (_clock(words, start, language), plainly)
    return next((read for first in readings if first and (read := _until(words, at, start, first, language))), None)


def _until(words: Sequence[str], at: int, start: int, first: "_Clock", language: Language) -> _Read | None:
    """The time between a clock, which `between` or `from` may lead, and the one that is joined to it."""
    dash = _word(words, first.end) in ("-", "–", "—")
    join = first.end + 1 if dash else _one_of(words, first.end, language, "and")
    last = _clock(words, join, language) if join else None
    if last is None:
        return None
    explicit = start > at or ((first.explicit and last.explicit) or (dash and (first.explicit or last.explicit)))
    if not explicit or (start == at and not dash and not (first.explicit and last.explicit)):
        return None
    adds = {"relation": "between", "minutes": (first.minutes, last.minutes), "sure": first.sure and last.sure}
    return _Read(adds, last.end)


_RELATIONS = ("around", "before", "after", "at")


def _at(words: Sequence[str], at: int, language: Language) -> _Read | None:
    """`at 3`, `before 14:00`, `around noon`, `9:30am`, `half past two`, `3ish`."""
    relation, start = "", at
    while step := next(((name, end) for name in _RELATIONS if (end := _one_of(words, start, language, name))), None):
        relation, start = relation or step[0], step[1]
    while start > at and _word(words, start) in ("the", "ca", "about", "around"):
        relation, start = ("around" if words[start] in ("about", "around", "ca") else relation), start + 1
    clock = _clock(words, start, language, led=start > at)
    if clock is None or not (clock.explicit or start > at):
        return None
    if relation == "around" and words[at] == "about" and not clock.explicit:
        return None
    if clock.about:
        relation = "around"
    adds = {"relation": relation or "at", "minutes": (clock.minutes,), "sure": clock.sure}
    return _Read(adds, clock.end)


class _Clock(NamedTuple):
    minutes: int  # since midnight
    end: int
    sure: bool  # whether morning and afternoon are told apart
    explicit: bool  # whether it is a time by itself: `14:00`, `3pm`, `noon`, not a bare `3`
    about: bool = False


def _clock(words: Sequence[str], at: int, language: Language, *, led: bool = False) -> _Clock | None:
    if not 0 <= at < len(words):
        return None
    if noon := _phrase(words, at, language.time.clocks):
        return _Clock(noon[0], noon[1], sure=True, explicit=True)
    clock = _half_or_quarter(words, at, language, led=led) or _numbers(words, at, language, led=led)
    lasts = clock and not clock.explicit and _one_of(words, clock.end, language, "minutes")
    return None if lasts else clock  # after five minutes


def _numbers(words: Sequence[str], at: int, language: Language, *, led: bool) -> _Clock | None:
    """`14:00`, `3pm`, `3 pm`, `14 uhr 30`, `3ish`; after "at" also `630` and `three`."""
    word = _word(words, at).rstrip(".")
    number = language.numbers.get(word)
    match = _CLOCK.fullmatch(str(number) if number and number < 13 else word)
    if match is None and led:
        match = _RUN_TOGETHER.fullmatch(word)
    if match is None:
        return None
    got = match.groupdict()
    hour, end = int(got["hour"]), at + 1
    half, minute, named = got["half"], got.get("minute"), False
    if half in ("a", "p") and not minute:
        return None
    if not half and _word(words, end) in _HALVES:
        half, end = words[end][0], end + 1
    if hours := _one_of(words, end, language, "hour_words"):
        named, end = True, hours
        if minute is None and _word(words, end).isdigit() and len(words[end]) == 2:
            minute, end = words[end], end + 1
    about = bool(got.get("about"))
    if _word(words, end) == "ish":
        about, end = True, end + 1
    told = bool(half or named or about)
    explicit = told or bool(minute and not number)
    if "." in words[at] and not half and not led:
        explicit = False  # 3.0 is rather a version
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    sure = bool(half) or hour > 12 or hour == 0 or words[at].startswith("0")
    return _Clock(hour * 60 + int(minute or 0), end, sure, explicit, about)


def _may_follow(word: str, language: Language) -> bool:
    """Tell whether a word after `half two` leaves it a time: `half two in Hall B`, `half two what is on`."""
    asks = any(role == "ask" for meanings in language.phrases.get(word, {}).values() for role, _ in meanings)
    return asks or word in ("", "in", "on", "at", *STOPS)


def _half_or_quarter(words: Sequence[str], at: int, language: Language, *, led: bool) -> _Clock | None:
    """`half past two`, `quarter to 3pm`, `ten past four`; `halb drei`, `viertel nach vier`."""
    time = language.time
    if half := _phrase(words, at, time.half):
        base = _numbers(words, half[1], language, led=True)
        british = words[at] == "half" and half[1] == at + 1 and not led  # half 2 in Hall B
        if base is None or (british and not _may_follow(_word(words, base.end), language)):
            return None
        return base._replace(minutes=base.minutes + half[0], explicit=True)
    if end := _one_of(words, at, language, "three_quarters"):
        base = _numbers(words, end, language, led=True)
        return base and base._replace(minutes=base.minutes - 15, explicit=True)
    off, end = 15, _one_of(words, at, language, "quarter")
    if not end:
        off, end = _number(words[at], language) or 0, at + 1
        end = _one_of(words, end, language, "minutes") or end
    sign = time.past.get(_word(words, end))
    if not off or sign is None:
        return None
    base = _numbers(words, end + 1, language, led=True)
    if base is None or (off != 15 and (off > 29 or (words[at].isdigit() and off % 5))):
        return None
    return base._replace(minutes=base.minutes + sign * off, explicit=True)
