"""The report as CSV files that spreadsheets open: numbers as numbers, and no text of others as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from types import MappingProxyType

from bot.views.report.figures import BOUNDS_S, FEW, Count, OfTalk, Report

FILES = MappingProxyType(
    {
        "talks.csv": "how many saved each talk, and the votes on it",
        "comments.csv": "what people wrote about talks",
        "questions.csv": "questions by day, and by what was asked",
        "unanswered.csv": "words that were asked for in vain",
        "messages.csv": "what was sent, and what was not",
        "punctuality.csv": "how long after they were due reminders came",
    }
)

Cell = str | int | None
Row = Sequence[Cell]

# What spreadsheets take for a formula (OWASP, CSV injection): also after white space and what is not seen, and in its
# full-width, small and superscript forms, which some turn into plain ones.
_FORMULA = re.compile(
    "[\t\r\n]|[\\s\\x00-\\x1f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b-]"
)


def tables(report: Report) -> dict[str, bytes]:
    """Each file of FILES in UTF-8, with the mark by which spreadsheets know that it is."""
    rows: dict[str, Iterable[Row]] = {
        "talks.csv": _talks(report),
        "comments.csv": _comments(report),
        "questions.csv": _questions(report),
        "unanswered.csv": [("words", "times"), *report.missing],
        "messages.csv": _messages(report),
        "punctuality.csv": _punctuality(report),
    }
    return {name: _written(lines) for name, lines in rows.items()}


def _talks(report: Report) -> Iterable[Row]:
    yield ("id", "title", "speakers", "track", "room", "start", "saved by", "votes", "green", "yellow", "red")
    for one in report.talks:
        colours = (one.rating.green, one.rating.yellow, one.rating.red) if one.rating else ("", "", "")
        yield (one.id, one.title, one.speakers, *_placed(one, report), _told(one.saved), _told(one.votes), *colours)


def _placed(one: OfTalk, report: Report) -> tuple[str, str, str]:
    if one.talk is None:
        return "", "", ""
    start = f"{report.conference.local(one.talk.start):%Y-%m-%d %H:%M}"
    return one.talk.track.title if one.talk.track else "", one.talk.room.name if one.talk.room else "", start


def _comments(report: Report) -> Iterable[Row]:
    yield ("id", "title", "comment")
    for one in report.talks:
        for comment in one.comments:
            yield (one.id, one.title, comment)


def _questions(report: Report) -> Iterable[Row]:
    yield ("day", "kind", "answered", "not answered")
    for one in (*report.days, *report.kinds):
        yield (one.day.isoformat() if one.day else "", one.kind, _told(one.answered), _told(one.unanswered))


def _messages(report: Report) -> Iterable[Row]:
    yield ("kind", "to", "sent", "too late", "refused", "withdrawn", "under way")
    for one in report.sent:
        states = (one.sent, one.too_late, one.refused, one.withdrawn, one.under_way)
        yield (one.kind, _to(to_people=one.to_people), *states)


def _punctuality(report: Report) -> Iterable[Row]:
    yield ("to", "within seconds", "reminders")
    for one in report.punctuality:
        for bound, count in zip((*map(str, BOUNDS_S), "more"), one.within, strict=True):
            yield (_to(to_people=one.to_people), bound, count)


def _to(*, to_people: bool) -> str:
    return "people" if to_people else "channels"


def _told(count: Count) -> Cell:
    return f"fewer than {FEW}" if count is None else count


def _written(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets a mark before it."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
