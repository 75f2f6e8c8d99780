"""Find expressions of time such as "tomorrow at 3", "half past two", "day 2", "after lunch"; not yet bound to a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.questions.dates_and_times import ClockTime, Day, Scanner, clock_at, day_at, duration_at, plain_clock
from bot.questions.language import Language
from bot.questions.tokens import clean, tokens_of

_RELATIONS = ("around", "before", "after", "at")


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """An expression of time that is not yet resolved in a calendar."""

    day: str = ""  # relative, nth, date, month, weekday, every, or slashed: day/month or month/day …
    value: tuple[int, ...] = ()  # … and its numbers
    relation: str = ""  # at, around, before, after, between, in, within
    minutes: tuple[int, ...] = ()  # since midnight; with "in" and "within", from now
    sure: bool = True  # whether morning and afternoon are told apart
    meal: str = ""  # "after lunch" names a break instead of a clock
    others: tuple["TimeExpression", ...] = ()  # further times: today or tomorrow morning, before or after lunch

    def __bool__(self) -> bool:
        return bool(self.day or self.relation)

    @property
    def every(self) -> tuple["TimeExpression", ...]:
        """Itself and the further times, each by itself."""
        return (replace(self, others=()), *self.others) if self.others else (self,)

    @property
    def differs_within_days(self) -> bool:
        """Tell whether its times are different parts or hours of a day."""
        return len({(time.relation, time.minutes) for time in self.every}) > 1


NO_TIME = TimeExpression()

_Read = tuple[TimeExpression, int] | None  # a time of the day, and the place after it


def time_of(text: str) -> TimeExpression:
    """The expression of time in a whole text, as in `5 march` or `day 2`."""
    tokens, language = tokens_of(clean(text))
    return extract([token.word for token in tokens], language)[0]


def extract(words: Sequence[str], language: Language) -> tuple[TimeExpression, frozenset[int]]:
    """Extract the expression of time from folded words, with the positions of its words."""
    scan = Scanner(words, language)
    days, time, parts = list[Day](), NO_TIME, list[tuple[int, ...]]()
    places, at = set[int](), 0
    while at < len(words):
        begins, end = words[at] in language.time.first or words[at][:1].isdigit(), 0
        if begins and (day := day_at(scan, at, another=bool(days))):
            days.append(day)
            end = day.end
        elif begins and not time.relation and (read := _time_of_day(scan, at)):
            time, end = read
        elif begins and (found := _part(scan, at)) and (_is_alternative(scan, at) or not (parts or _in_parts(days))):
            if not parts and _in_parts(days):  # this morning or afternoon
                parts.append(days[-1].part)
                days[-1] = days[-1]._replace(part=())
            parts.append(found[0])
            end = found[1]
        if end:
            places.update(range(_with_articles(scan, at, places), end))
        at = max(end, at + 1)
    times = [one for side in time.every for part in parts or [()] for one in _on_days(side, days, part)]
    return (replace(times[0], others=tuple(times[1:])) if times[1:] else times[0]), frozenset(places)


def _in_parts(days: Sequence[Day]) -> bool:
    return any(day.part for day in days)


def _is_alternative(scan: Scanner, at: int) -> bool:
    """Tell whether an "or" joins a part of the day to what is before: `in the morning or in the afternoon`."""
    before, articles = at - 1, scan.language.time.phrases["articles"]
    while scan.word(before) in scan.language.leads["part"] or (scan.word(before),) in articles:
        before -= 1
    return _is_or(scan, before)


def _is_or(scan: Scanner, at: int) -> bool:
    return scan.word(at) == "/" or any(cue.value == "or" for cue in scan.language.cues([scan.word(at)]))


def _with_articles(scan: Scanner, at: int, taken: Collection[int]) -> int:
    """The start of an expression, including an `on the` before it."""
    articles = scan.language.time.phrases["articles"]
    while at and at - 1 not in taken and (scan.word(at - 1),) in articles:
        at -= 1
    return at


def _on_days(time: TimeExpression, days: Sequence[Day], part: tuple[int, ...]) -> Sequence[TimeExpression]:
    """A time on each of these days. A day without a part, such as morning, has that of the next day.

    In `monday or tuesday morning` both are mornings; in `tonight or tuesday` the second day is a whole one.
    """
    times: list[TimeExpression] = []
    for day in reversed(days):
        part = day.part or part
        times.insert(0, _in_part(replace(time, day=day.kind, value=day.value), part))
    return times or [_in_part(time, part)]


def _in_part(time: TimeExpression, part: tuple[int, ...]) -> TimeExpression:
    """Apply a part of the day to a time: `at 8 tonight` is 20:00."""
    if not part:
        return time
    if not time.relation:
        return replace(time, relation="between", minutes=part)
    if time.sure or time.meal or time.relation in ("in", "within"):
        return time
    late = tuple(_late(minute, part) if minute < 12 * 60 <= part[0] else minute for minute in time.minutes)
    if time.relation == "before" and late[0] <= part[0]:
        return replace(time, relation="between", minutes=part)
    return replace(time, minutes=late, sure=True)


def _late(minute: int, part: tuple[int, ...]) -> int:
    """The time on a clock of 12 hours within a part of the day: tonight, 8 is 20:00 and 1 is after midnight."""
    later = (minute + 12 * 60, minute + 24 * 60)
    return next((time for time in later if part[0] <= time <= part[-1]), later[0])


def _part(scan: Scanner, at: int) -> tuple[tuple[int, ...], int] | None:
    """`in the evening`, `evening talks`, `morning` by itself; but not the evening star."""
    language, part = scan.language, scan.longest(at, scan.language.time.parts)
    if part is None:
        return None
    before, following = scan.word(at - 1), scan.word(part[1])
    led = before in language.leads["part"] and scan.word(at - 2) in language.leads["part"] | {"", "on"}
    free = not following.isalpha() or following in language.known or following in language.weak
    return part if free or led or (following,) in language.time.meals else None


def _time_of_day(scan: Scanner, at: int) -> _Read:
    return _either_side(scan, at) or _span_from_now(scan, at) or _meal(scan, at) or _between(scan, at) or _at(scan, at)


def _either_side(scan: Scanner, at: int) -> _Read:
    """`before or after lunch`, `after or before 3`: both."""
    for one, other in (("before", "after"), ("after", "before")):
        join = scan.after(at, one)
        joined = join and _is_or(scan, join) and scan.after(join + 1, other)
        if joined and (read := _meal(scan, join + 1) or _at(scan, join + 1)):
            return replace(read[0], others=(replace(read[0], relation=one),)), read[1]
    return None


def _span_from_now(scan: Scanner, at: int) -> _Read:
    """`in 20 minutes`, `in half an hour`, `in the next hour`."""
    for name in ("within", "in"):
        if start := scan.after(at, name):
            if span := duration_at(scan, start):
                return TimeExpression(relation=name, minutes=(span[0],)), span[1]
            end = scan.after(start, "hours")
            if name == "within" and end and scan.word(end - 1) != "h":
                return TimeExpression(relation=name, minutes=(60,)), end
    return None


def _meal(scan: Scanner, at: int) -> _Read:
    """`after lunch`, `before the coffee break`, `during dinner`, `after the morning tea`."""
    time = scan.language.time
    for relation, name in (("before", "before"), ("after", "after"), ("at", "during")):
        start = scan.after(at, name)
        if not start:
            continue
        start = scan.skip(start, "articles", "this")
        part = scan.longest(start, time.parts)
        if part and (meal := scan.longest(part[1], time.meals)):
            return TimeExpression(relation=relation, meal=meal[0], minutes=part[0]), meal[1]
        if meal := scan.longest(start, time.meals):
            return TimeExpression(relation=relation, meal=meal[0]), meal[1]
    return None


def _between(scan: Scanner, at: int) -> _Read:
    """`between 2 and 4`, `from 14:00 to 15:30`, `14:00-15:30`; `from ten to twelve` does not begin at 11:50."""
    start = scan.after(at, "between")
    start += scan.word(start) == "." and start > 0  # zw. 3 und 5
    first = clock_at(scan, start or at)
    plainly = plain_clock(scan, start, led=False) if start else None
    readings = (_until(scan, first, led=bool(start)) for first in (first, plainly) if first)
    return next(filter(None, readings), None)


def _until(scan: Scanner, first: ClockTime, *, led: bool) -> _Read:
    """The time between a clock, which `between` or `from` may lead, and the one that is joined to it."""
    dash = scan.word(first.end) in ("-", "–", "—")
    join = first.end + 1 if dash else scan.after(first.end, "and")
    last = clock_at(scan, join) if join else None
    if last is None:
        return None
    explicit = (first.explicit or last.explicit) if dash else (first.explicit and last.explicit)
    if not (led or explicit):
        return None
    minutes, sure = (first.minutes, last.minutes), first.sure and last.sure
    return TimeExpression(relation="between", minutes=minutes, sure=sure), last.end


def _at(scan: Scanner, at: int) -> _Read:
    """`at 3`, `before 14:00`, `around noon`, `9:30am`, `half past two`, `3ish`."""
    relation, start = "", at
    while step := next(((name, end) for name in _RELATIONS if (end := scan.after(start, name))), None):
        relation, start = relation or step[0], step[1]
    led = start > at
    start = scan.skip(start, "articles") if led else start
    clock = clock_at(scan, start, led=led)
    if clock is None or not (clock.explicit or led):
        return None
    if relation == "around" and scan.word(at) == "about" and not clock.explicit:
        return None
    relation = "around" if clock.about else relation or "at"
    return TimeExpression(relation=relation, minutes=(clock.minutes,), sure=clock.sure), clock.end
