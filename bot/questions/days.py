"""Days in a row of words: "tomorrow", "tuesday evening", "day 2", "5 march", "on 5/3"; not yet bound to a calendar."""

import re
from typing import NamedTuple

from bot.questions.scanner import Scanner
from bot.questions.tokens import SIGNS, STOPS

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_OF_MONTH = re.compile(r"(?P<day>\d{1,2})(?P<nth>st|nd|rd|th)?")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))?")
_SLASHED = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?")
_HOUR = re.compile(r"([01]?\d|2[0-4])\.[0-5]\d")  # 5.30 is rather a time
_ALWAYS = "24/7"  # is no date


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
    return int(word) if len(word) == 4 and word.isdigit() else 0


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
    if (before,) in phrases["sitting"]:
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
