"""Times by the clock in a row of words: "14:00", "half past two", "quarter to 3pm", "3ish"; and durations."""

import re
from typing import NamedTuple

from bot.questions.scanner import Scanner
from bot.questions.tokens import STOPS

_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-4])(?:[:h.](?P<minute>[0-5]\d)|h(?=$))?(?P<half>[ap]m?)?(?P<about>ish)?")
_RUN_TOGETHER = re.compile(r"(?P<hour>[01]?\d|2[0-4])(?P<minute>[0-5]\d)(?P<half>[ap]m)?(?P<about>ish)?")
_DURATION = re.compile(r"(?P<count>\d{1,3})(?P<unit>m|min|mins|h|hr|hrs)")
_HALVES = frozenset({"am", "pm", "a.m", "p.m", "a.m.", "p.m."})


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
        if minute is None and scan.word(end).isdigit() and len(scan.word(end)) == 2:
            minute, end = scan.word(end), end + 1
    if scan.word(end) == "ish":
        about, end = True, end + 1
    version = "." in typed and not half and not led  # rather than a time: 3.0
    explicit = bool(half or named or about or (minute and not number)) and not version
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
    return word in ("", "in", "on", "at", *STOPS) or any(cue.role == "ask" for cue in scan.language.cues([word]))


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
