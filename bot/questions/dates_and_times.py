"""Dates and times in a row of words: "tomorrow", "tuesday evening", "5 march", "half past two", "3ish"; and durations.

They are not yet bound to a calendar.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from bot.questions.language import Language, Words
from bot.questions.tokens import SIGNS, STOPS

LONGEST_PHRASE = 5  # words
LONGEST_SESSION = 8  # hours
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_OF_MONTH = re.compile(r"(?P<day>\d{1,2})(?P<nth>st|nd|rd|th)?")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))?")
_SLASHED = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?")
_HOUR = re.compile(r"([01]?\d|2[0-4])\.[0-5]\d")  # 5.30 is rather a time
_ALWAYS = "24/7"  # is no date
_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-4])(?:[:h.](?P<minute>[0-5]\d)|h(?=$))?(?P<half>[ap]m?)?(?P<about>ish)?")
_RUN_TOGETHER = re.compile(r"(?P<hour>[01]?\d|2[0-4])(?P<minute>[0-5]\d)(?P<half>[ap]m)?(?P<about>ish)?")
_DURATION = re.compile(r"(?P<count>\d{1,3})(?P<unit>m|min|mins|h|hr|hrs)")
_HALVES = frozenset({"am", "pm", "a.m", "p.m", "a.m.", "p.m."})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scanner:
    """A row of folded words: finds the phrases and numbers that begin at a place, which may be outside of the row."""

    words: Sequence[str]
    language: Language

    def word(self, at: int) -> str:
        """The word at a place; empty outside."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def longest(self, at: int, table: Mapping[Words, T]) -> tuple[T, int] | None:
        """The value of the longest phrase of a table that begins here, and the place after it."""
        for end in range(min(at + LONGEST_PHRASE, len(self.words)), at, -1):
            value = table.get(tuple(self.words[at:end]))
            if value is not None:
                return value, end
        return None

    def after(self, at: int, *names: str) -> int:
        """The place after the longest time phrase of some names that begins here; 0 for none."""
        tables = [self.language.time.phrases[name] for name in names]
        for end in range(min(at + LONGEST_PHRASE, len(self.words)), at, -1):
            phrase = tuple(self.words[at:end])
            for table in tables:
                if phrase in table:
                    return end
        return 0

    def skip(self, at: int, *names: str) -> int:
        """The first place from here on at which no time phrase of some names begins."""
        while end := self.after(at, *names):
            at = end
        return at

    def number(self, at: int) -> int | None:
        """The number that a word stands for, in digits or spelled out."""
        word = self.word(at)
        return int(word) if word.isdecimal() and len(word) < 4 else self.language.numbers.get(word)


class Day(NamedTuple):
    """A day as it was said, and the place after it."""

    end: int
    kind: str  # as in a TimeExpression
    value: tuple[int, ...]
    part: tuple[int, ...] = ()  # of the day: minutes since midnight


def day_at(scan: Scanner, at: int, *, another: bool) -> Day | None:
    """The day that is named here; `another` one, after the first, is no date."""
    if another:
        return _near(scan, at) or _weekday(scan, at)
    return _near(scan, at) or _numbered(scan, at) or _in_month(scan, at) or _in_digits(scan, at) or _weekday(scan, at)


def _near(scan: Scanner, at: int) -> Day | None:
    """`today`, `tomorrow morning`, `tonight`, `this evening`."""
    time = scan.language.time
    if found := scan.longest(at, time.near):
        minutes, end = found
        return Day(end, "relative", (0,), minutes)
    if (this := scan.after(at, "this")) and (part := scan.longest(this, time.parts)):
        return Day(part[1], "relative", (0,), part[0])
    if found_day := scan.longest(at, time.days):
        off, end = found_day
        return _with_part(scan, Day(end, "relative", (off,)))
    return None


def _with_part(scan: Scanner, day: Day) -> Day:
    """`friday evening`, if a part of the day follows."""
    part = scan.longest(day.end, scan.language.time.parts)
    return day._replace(part=part[0], end=part[1]) if part else day


def _numbered(scan: Scanner, at: int) -> Day | None:
    """`day 2`, `the first day`, `2019-03-05`."""
    word, language = scan.word(at), scan.language
    if iso := _ISO.fullmatch(word):
        return Day(at + 1, "date", _day_month_year(iso))
    if scan.after(at, "day"):
        number = scan.number(at + 1)
        if number is not None and scan.word(at + 2) not in language.time.months:
            return Day(at + 2, "nth", (number,))
    ordinal = 1 if word == "opening" else language.ordinals.get(word)
    if ordinal and ordinal > -2 and scan.after(at + 1, "day"):
        return Day(at + 2, "nth", (ordinal,))
    return None


def _in_month(scan: Scanner, at: int) -> Day | None:
    """`5 march`, `march 5th`, `the 5th of march`, `am 5. märz`, `in july 2031`, `the 5th`."""
    months, leads = scan.language.time.months, scan.language.leads
    if day := _OF_MONTH.fullmatch(scan.word(at)):
        end = scan.skip(at + 1 + (scan.word(at + 1) == "."), "of")
        if month := months.get(scan.word(end)):
            return _with_year(scan, int(day["day"]), month, end + 1)
        return Day(at + 1, "date", (int(day["day"]), 0)) if day["nth"] and _is_alone(scan, at) else None
    month = months.get(scan.word(at))
    if not month:
        return None
    following = at + 1 + (scan.word(at + 1) == "the")
    if day := _OF_MONTH.fullmatch(scan.word(following)):
        return _with_year(scan, int(day["day"]), month, following + 1)
    if scan.word(at - 1) in leads["month"]:
        year = _year(scan, following)
        return Day(following + bool(year), "month", (month, year))
    return None


def _with_year(scan: Scanner, day: int, month: int, at: int) -> Day:
    """The date of this day and month, with the year that may follow at a place: `5 march 2019`, `march 5, 2019`."""
    comma = at + (scan.word(at) == ",")
    year = _year(scan, comma)
    return Day(comma + 1, "date", (day, month, year)) if year else Day(at, "date", (day, month))


def _year(scan: Scanner, at: int) -> int:
    word = scan.word(at)
    return int(word) if len(word) == 4 and word.isdecimal() else 0


def _is_alone(scan: Scanner, at: int) -> bool:
    """Tell whether a number is a day by itself: `on the 5th`."""
    following = scan.word(at + 1)
    plain = not following.isalpha() or following in scan.language.grammar
    return plain and scan.word(at - 1) in scan.language.leads["day"]


def _in_digits(scan: Scanner, at: int) -> Day | None:
    """`5.3.`, `on 5.3`, `05.03.2019`, and with slashes where they stand for a date: `on 5/3`, `3/5/2019`."""
    word, led = scan.word(at), scan.word(at - 1) in scan.language.leads["date"]
    if dotted := _DOTTED.fullmatch(word):
        ended = scan.word(at + 1) == "."
        is_clock = _HOUR.fullmatch(word) and not (led and ended and int(dotted["month"]) <= 12)
        is_date = dotted["year"] or (not is_clock and (led or ended))
        return Day(at + 1 + ended, "date", _day_month_year(dotted)) if is_date else None
    for end in (min(at + 5, len(scan.words)), at + 1):  # a date with a year is cut at its slashes
        written = "".join(scan.words[at:end])
        slashed = _SLASHED.fullmatch(written) if written != _ALWAYS else None
        if slashed and (slashed["year"] or (led and not scan.word(end).isalpha())):
            return Day(end, "slashed", _day_month_year(slashed))
    return None


def _day_month_year(date: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(number) for number in date.group("day", "month", "year") if number)


def _weekday(scan: Scanner, at: int) -> Day | None:
    """`tuesday`, `on sat`, `friday evening`, `sat 1 february`."""
    word, time = scan.word(at), scan.language.time
    number = time.weekdays.get(word, time.weekdays.get(word.removesuffix("s")))
    short = time.short_weekdays.get(word)
    if number is None and short is None:
        return None
    if date := _in_month(scan, _after_comma(scan, at + 1)):
        return date
    if number is None and _is_short_weekday(scan, at):
        number = short
    return None if number is None else _with_part(scan, Day(at + 1, "weekday", (number,)))


def _after_comma(scan: Scanner, at: int) -> int:
    """The place of a date after its weekday: `tuesday, march 5`, `sat the 1st of february`, `dienstag, den 5. märz`."""
    return scan.skip(at + (scan.word(at) == ","), "articles")


def _is_short_weekday(scan: Scanner, at: int) -> bool:
    """Tell whether a short word can be nothing else than a day: `on sat`, `fri 14:00`, `sat or sun`."""
    word, before, following, phrases = scan.word(at), scan.word(at - 1), scan.word(at + 1), scan.language.time.phrases
    if (before,) in phrases["sitting"] or scan.after(at, "around"):  # so gegen drei
        return False
    if before in scan.language.leads["weekday"] or _is_time(scan, at + 1):
        return True
    ends = following in ("", ",", *STOPS) or _is_before_another_day(scan, at + 1)
    if (word,) in phrases["short_words"]:
        return ends and (word,) in phrases["nouns"] and (before,) not in phrases["determiners"]
    return ends or not before


def _is_time(scan: Scanner, at: int) -> bool:
    """Tell whether a time of the day begins here, as it may after a weekday."""
    word = scan.word(at)
    in_day = (word,) in scan.language.time.parts or bool(scan.after(at, "at", "before", "after", "around"))
    return word[:1].isdigit() or in_day


def _is_before_another_day(scan: Scanner, at: int) -> bool:
    """Tell whether a connector and a weekday stand here: `sat or sun`, `sat & sun`."""
    word, following, time = scan.word(at), scan.word(at + 1), scan.language.time
    joins = (
        word in SIGNS
        or bool(scan.after(at, "and"))
        or any(cue.role == "connector" for cue in scan.language.cues([word]))
    )
    return joins and (following in time.weekdays or following in time.short_weekdays)


class ClockTime(NamedTuple):
    """A time of the day, and the place after it."""

    minutes: int  # since midnight
    end: int
    sure: bool  # whether morning and afternoon are told apart
    explicit: bool  # whether it is a time by itself: `14:00`, `3pm`, `noon`, not a bare `3`
    about: bool = False


def clock_at(scan: Scanner, at: int, *, led: bool = False) -> ClockTime | None:
    """The time that begins here; `led` by "at" or the like it may also be a bare number."""
    if noon := scan.longest(at, scan.language.time.clocks):
        return ClockTime(noon[0], noon[1], sure=True, explicit=True)
    clock = _half_or_quarter(scan, at, led=led) or plain_clock(scan, at, led=led)
    lasts = clock and not clock.explicit and scan.after(clock.end, "minutes")
    return None if lasts else clock  # after five minutes


def plain_clock(scan: Scanner, at: int, *, led: bool) -> ClockTime | None:
    """`14:00`, `3pm`, `3 pm`, `14 uhr 30`, `3ish`; after "at" also `630` and `three`."""
    typed = scan.word(at)
    number = scan.language.numbers.get(typed)
    word = str(number) if number and number < 13 else typed.rstrip(".")
    match = _CLOCK.fullmatch(word) or (_RUN_TOGETHER.fullmatch(word) if led else None)
    if match is None:
        return None
    hour, minute, half, about = int(match["hour"]), match["minute"], match["half"], bool(match["about"])
    if half in ("a", "p") and not minute:
        return None
    end = at + 1
    if not half and scan.word(end) in _HALVES:
        half, end = scan.word(end), end + 1
    named = scan.after(end, "hour_words")
    if named:
        end = named
        if minute is None and scan.word(end).isdecimal() and len(scan.word(end)) == 2:
            minute, end = scan.word(end), end + 1
    if scan.word(end) == "ish":
        about, end = True, end + 1
    version = "." in typed and not half and not led  # rather than a time: 3.0
    of_day = typed.endswith("h") and LONGEST_SESSION < hour < 24  # 17h
    explicit = bool(half or named or about or of_day or (minute and not number)) and not version
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    sure = bool(half) or hour > 12 or hour == 0 or typed.startswith("0")
    return ClockTime(hour * 60 + int(minute or 0), end, sure, explicit, about)


def _half_or_quarter(scan: Scanner, at: int, *, led: bool) -> ClockTime | None:
    """`half past two`, `quarter to 3pm`, `ten past four`; `halb drei`, `viertel nach vier`."""
    time, word = scan.language.time, scan.word(at)
    if half := scan.longest(at, time.half):
        base = plain_clock(scan, half[1], led=True)
        british = word == "half" and half[1] == at + 1 and not led  # half 2 in Hall B
        if base is None or (british and not _may_follow(scan, base.end)):
            return None
        return base._replace(minutes=base.minutes + half[0], explicit=True)
    if end := scan.after(at, "three_quarters"):
        base = plain_clock(scan, end, led=True)
        return base and base._replace(minutes=base.minutes - 15, explicit=True)
    off, end = 15, scan.after(at, "quarter")
    if not end:
        off, end = scan.number(at) or 0, at + 1
        end = scan.after(end, "minutes") or end
    sign = time.past.get(scan.word(end))
    if not off or sign is None:
        return None
    base = plain_clock(scan, end + 1, led=True)
    if base is None or (off != 15 and (off > 29 or (word.isdigit() and off % 5))):
        return None
    return base._replace(minutes=base.minutes + sign * off, explicit=True)


def _may_follow(scan: Scanner, at: int) -> bool:
    """Tell whether what stands after `half two` leaves it a time: `half two in Hall B`, `half two what is on`."""
    word = scan.word(at)
    ends = word in ("", "in", "on", "at", *STOPS) or word in scan.language.sessions  # half two slot
    return ends or any(cue.role == "ask" for cue in scan.language.cues([word]))


def duration_at(scan: Scanner, at: int) -> tuple[int, int] | None:
    """`20 minutes`, `two hours`, `half an hour`, `90min` as minutes, and the place after it."""
    if joined := _DURATION.fullmatch(scan.word(at)):
        return int(joined["count"]) * (60 if joined["unit"].startswith("h") else 1), at + 1
    at = scan.skip(at, "around", "articles")
    if end := scan.after(at, "half_hour"):
        return 30, end
    count = 1 if scan.after(at, "an") else scan.number(at)
    if count is None:
        return None
    if end := scan.after(at + 1, "hours"):
        return count * 60, end
    end = scan.after(at + 1, "minutes")
    return (count, end) if end else None
