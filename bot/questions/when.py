"""What people type about time: "tomorrow at 3", "day 2", "after lunch", "in 20 minutes"; found, not yet bound to a day."""

import re
from dataclasses import dataclass, replace

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_SHORT = {
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "weds": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}

_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "final": -1, "opening": 1}

_OFFSETS = {"tomorrow": 1, "tmrw": 1, "tmr": 1, "yesterday": -1}

_PARTS = {
    "morning": (0, 12 * 60),
    "afternoon": (12 * 60, 18 * 60),
    "evening": (17 * 60, 24 * 60),
    "tonight": (17 * 60, 24 * 60),
    "night": (18 * 60, 24 * 60),
}

_MONTH = "|".join(f"{month}|{month[:3]}" for month in _MONTHS)

_HOUR = r"(?:[01]?\d|2[0-4])"

_NUMBER = r"\d{1,3}|an?|" + "|".join(_NUMBERS)

_CLOCK = (
    rf"(?P<hour>{_HOUR})(?:[:h](?P<minute>[0-5]\d)|\.(?P<dotted>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?)?(?:\s?(?:o'?clock|hrs?|h)\b)?"
    r"|(?P<noon>noon|midday|midnight)"
    rf"|(?P<past>half|quarter|\d{{1,2}})(?:\sminutes?)?\s(?P<side>past|to)\s(?P<base>{_HOUR})\s?(?P<basehalf>[ap]m)?"
)

_AT = r"at|before|after|until|till|by|from|since|around|about|past"

_DAY_PHRASE = re.compile(
    rf"""\b(?:on\s|the\s|for\s)*(?:
      (?P<iso>\d{{4}}-\d\d-\d\d)
    | (?P<relative>today|tonight|tomorrow|tmrw|tmr|yesterday)(?:'s)?
    | this\s(?P<this>morning|afternoon|evening)
    | day\s(?P<nth>\d{{1,2}}|{"|".join(_NUMBERS)})(?!\s(?:{_MONTH})\b)
    | (?P<ordinal>first|second|third|fourth|fifth|last|final|opening)\sday
    | (?P<dom>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s(?P<month>{_MONTH})\b
    | (?P<month2>{_MONTH})\s(?:the\s)?(?P<dom2>\d{{1,2}})(?:st|nd|rd|th)?
    | (?P<weekday>{"|".join(_WEEKDAYS)})s?
    | (?P<dom3>\d{{1,2}})(?:st|nd|rd|th)
    | in\s(?P<month3>{_MONTH})\b(?:\s(?P<year>\d{{4}}))?
    )(?![\w-])(?:,?\s\d{{4}}\b)?""",
    re.VERBOSE,
)

_SHORT_DAY = re.compile(
    rf"\b(?:on|this|next|for|by)\s(?P<short>{'|'.join(_SHORT)})\b|\b(?P<short2>{'|'.join(_SHORT)})\s(?=morning|afternoon|evening|{_AT}|\d)|^(?P<short3>{'|'.join(_SHORT)})$"
)

_PART = "|".join(_PARTS)

_NO_THING = r"(?=\W*$|[^\w\s]| (?:talk|session|slot|event|keynote|workshop|on|in|at|by|about|for|with|and|or|of)\w*\b)"

_PART_PHRASE = re.compile(
    rf"(?:\b(?:in the|during the|at)|(?<=\0)) (?P<part>{_PART})s?\b|\b(?P<bare>{_PART})s?\b{_NO_THING}"
)  # "in the evening", "evening talks", but not "the evening star"

_RANGE = re.compile(
    rf"\b(?:between|from)?\s?(?P<from>{_HOUR}(?:[:.h][0-5]\d)?\s?(?:[ap]m)?)\s?(?P<dash>-|–|to|and|until|till)\s?(?P<to>{_HOUR}(?:[:.h][0-5]\d)?\s?(?:[ap]m)?)\b"
)

_CLOCK_PHRASE = re.compile(rf"\b(?:(?P<at>{_AT})\s)?(?:the\s)?(?:{_CLOCK})(?![\w.:-]*\w|%)")

_MEAL = re.compile(
    r"\b(?P<at>before|after|until|during|over) (?:the )?(?P<meal>lunch|break|coffee|dinner|breakfast)(?: break| time)?\b"
)

_IN = re.compile(
    rf"\b(?:in|within)\s(?:the\s(?:next\s)?|about\s)?(?P<count>half\san|{_NUMBER})\s?(?P<unit>minutes?|mins?|m|hours?|hrs?|h)\b"
    r"|\b(?:in|within|during) the next hour\b|\bnext hour\b"
)


@dataclass(frozen=True, slots=True)
class Time:
    """What was said about time; nothing of it is bound to a calendar yet."""

    day: str = ""  # iso, relative, nth, date or weekday …
    value: tuple[int, ...] = ()  # … and its numbers
    relation: str = ""  # at, before, after, between, in
    minutes: tuple[int, ...] = ()  # since midnight; with "in", from now
    sure: bool = True  # whether morning and afternoon are told apart
    meal: str = ""  # "after lunch" names a break instead of a clock
    words: str = ""  # as they were typed

    def __bool__(self) -> bool:
        return bool(self.day or self.relation)


NO_TIME = Time()

BLANK = "\0"


def find(text: str) -> tuple[Time, str]:
    """What a lower-case text says about time, and the text with that blanked out, letter for letter."""
    told = NO_TIME
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            if more := read(match, told):
                told = replace(more, words=f"{told.words} {match.group().strip()}".strip())
                text = blank(text, match)
                break
    return told, text


def blank(text: str, match: re.Match[str]) -> str:
    """A text with what was matched turned into BLANK, as long as before."""
    return f"{text[: match.start()]}{BLANK * (match.end() - match.start())}{text[match.end() :]}"


def _day(match: re.Match[str], told: Time) -> Time:
    got = match.groupdict()
    if got["relative"] or got["this"]:
        return _near_day(got["relative"] or "today", got["this"], told)
    if got["iso"]:
        year, month, day = map(int, got["iso"].split("-"))
        return replace(told, day="date", value=(day, month, year))
    if got["nth"] or got["ordinal"]:
        return replace(told, day="nth", value=(_count(got["nth"]) if got["nth"] else _ORDINALS[got["ordinal"]],))
    if got["weekday"]:
        return replace(told, day="weekday", value=(_WEEKDAYS.index(got["weekday"]),))
    if got["month3"]:
        return replace(told, day="month", value=(_month(got), int(got["year"] or 0)))
    return replace(told, day="date", value=(int(got["dom"] or got["dom2"] or got["dom3"]), _month(got)))


def _near_day(word: str, part: str | None, told: Time) -> Time:
    """`today`, `tomorrow`, `tonight`, `this morning`."""
    told = replace(told, day="relative", value=(_OFFSETS.get(word, 0),))
    part = part or ("tonight" if word == "tonight" else None)
    return replace(told, relation="between", minutes=_PARTS[part]) if part else told


def _month(got: dict[str, str]) -> int:
    """The number of the named month, 0 for none."""
    named = got["month"] or got["month2"] or got["month3"]
    return 1 + [month[:3] for month in _MONTHS].index(named[:3]) if named else 0


def _short_day(match: re.Match[str], told: Time) -> Time | None:
    if told.day:
        return None
    return replace(told, day="weekday", value=(_SHORT[match["short"] or match["short2"] or match["short3"]],))


def _part(match: re.Match[str], told: Time) -> Time | None:
    if told.relation:
        return None
    return replace(told, relation="between", minutes=_PARTS[match["part"] or match["bare"]])


def _meal(match: re.Match[str], told: Time) -> Time:
    relation = {"during": "at", "over": "at", "until": "before"}.get(match["at"], match["at"])
    return replace(told, relation=relation, meal=match["meal"])


def _in(match: re.Match[str], told: Time) -> Time:
    count = match["count"]
    if count is None:
        return replace(told, relation="within", minutes=(60,))
    minutes = 30 if count.startswith("half") else _count(count)
    unit = 60 if (match["unit"] or "").startswith("h") and not count.startswith("half") else 1
    relation = "within" if match.group().startswith("within") or "next" in match.group() else "in"
    return replace(told, relation=relation, minutes=(minutes * unit,))


def _range(match: re.Match[str], told: Time) -> Time | None:
    said = match.group()
    clocks = [_CLOCK_PHRASE.fullmatch(match[part].strip()) for part in ("from", "to")]
    plain = not any(":" in match[part] or "m" in match[part] for part in ("from", "to"))
    if told.relation or not all(clocks) or (plain and not said.startswith(("between", "from"))):
        return None
    first, last = (_minutes(clock) for clock in clocks if clock)
    sure = all(clock and _is_sure(clock) for clock in clocks)
    return replace(told, relation="between", minutes=(first, last), sure=sure)


def _clock(match: re.Match[str], told: Time) -> Time | None:
    explicit = match["minute"] or match["half"] or match["noon"] or match["past"] or "clock" in match.group()
    if told.relation or not (explicit or (match["at"] and match["at"] != "about")):
        return None
    relation = {"until": "before", "till": "before", "by": "before", "from": "after", "since": "after", "past": "after"}
    return replace(
        told,
        relation=relation.get(match["at"] or "at", match["at"] if match["at"] in ("before", "after") else "at"),
        minutes=(_minutes(match),),
        sure=_is_sure(match),
    )


_READERS = (
    (_DAY_PHRASE, _day),
    (_SHORT_DAY, _short_day),
    (_IN, _in),
    (_MEAL, _meal),
    (_RANGE, _range),
    (_CLOCK_PHRASE, _clock),
    (_PART_PHRASE, _part),
)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.index(text) + 1 if text in _NUMBERS else 1


def _minutes(match: re.Match[str]) -> int:
    if match["noon"]:
        return 24 * 60 if match["noon"] == "midnight" else 12 * 60
    if match["past"]:
        off = {"half": 30, "quarter": 15}.get(match["past"]) or int(match["past"])
        return _half(int(match["base"]), match["basehalf"]) * 60 + (off if match["side"] == "past" else -off)
    return _half(int(match["hour"]), match["half"]) * 60 + int(match["minute"] or match["dotted"] or 0)


def _half(hour: int, half: str | None) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half.startswith("p") else 0)


def _is_sure(match: re.Match[str]) -> bool:
    """Whether an hour can only be meant one way: `14`, `9:30am`, `08:00`, noon."""
    if match["noon"] or match["half"] or match["basehalf"]:
        return True
    hour = match["hour"] or match["base"]
    return int(hour) > 12 or int(hour) == 0 or hour.startswith("0")
