"""The report's summary, for Slack and the command line, and its CSV files, in which no text can be a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from bot.blockkit.blocks import Message, escape, sections, shorten
from bot.handlers.feedback.messages import MIN_COUNT
from bot.handlers.report.demand import Demand, demand_lines
from bot.handlers.report.figures import (
    BOUNDS_S,
    ConferenceReport,
    Count,
    TalkStats,
    count_text,
    percent_text,
    share_text,
)

SUMMARY_TALKS = 5  # talks or words of each kind

SUMMARY_TITLE_CHARACTERS = 120


def summary_message(report: ConferenceReport) -> Message:
    """For organisers, in Slack."""
    more = "For charts and CSV, run the `report` command on the server."
    lines = [*summary_lines(report), more]
    return Message("\n".join(lines), tuple(sections(lines)))


def summary_lines(report: ConferenceReport) -> list[str]:
    """The highlights without names, one line each, as escaped mrkdwn."""
    return [
        f"*{escape(shorten(report.conference.name, SUMMARY_TITLE_CHARACTERS))} in figures*",
        _people_line(report),
        *_saved_line(report.most_saved),
        *_rated_line(report.best_rated),
        *_questions_line(report),
        *demand_lines(report.demand, report.conference),
        _reminders_line(report),
        f"No names. Counts below {MIN_COUNT} are hidden.",
    ]


def _people_line(report: ConferenceReport) -> str:
    channels = "1 channel has" if report.channels == 1 else f"{count_text(report.channels)} channels have"
    saved = f"People who saved talks: {count_text(report.savers)}, reminded: {count_text(report.reminded)}."
    return f"{saved} {channels} reminders."


def _saved_line(talks: Iterable[TalkStats]) -> list[str]:
    listed = [f"• {_short_title(talk)}: {count_text(talk.saved)} people" for talk in list(talks)[:SUMMARY_TALKS]]
    return ["*Most saved*", *listed] if listed else []


def _rated_line(talks: Iterable[TalkStats]) -> list[str]:
    rated = [(talk, talk.rating) for talk in talks if talk.rating][:SUMMARY_TALKS]
    listed = [
        f"• {_short_title(talk)}: {percent_text(it.green, it.total)} of {count_text(it.total)} liked it"
        for talk, it in rated
    ]
    return ["*Best rated*", *listed] if listed else []


def _questions_line(report: ConferenceReport) -> list[str]:
    asked = report.questions.total
    if asked == 0:
        return ["No questions yet."]
    told = ", ".join(filter(None, (count_text(asked), share_text(report.questions.answered, asked, "answered"))))
    words = ", ".join(
        f"{escape(shorten(words, 60))} ({count_text(times)})" for words, times in report.unanswered[:SUMMARY_TALKS]
    )
    return [f"Questions: {told}.", *([f"Searches without results: {words}."] if words else [])]


def _reminders_line(report: ConferenceReport) -> str:
    reminders = [message for message in report.messages if message.kind == "reminder"]
    sent, on_time = (sum(getattr(stats, what) for stats in report.punctuality) for what in ("sent", "on_time"))
    if not sent:
        return "No reminders sent yet."
    missed = [
        (sum(message.too_late for message in reminders), "too late"),
        (sum(message.refused for message in reminders), "refused"),
    ]
    rest = "".join(f", {count_text(count)} {what}" for count, what in missed if count)
    return f"Reminders: {count_text(sent)} sent, {percent_text(on_time, sent)} on time{rest}."


def _short_title(talk: TalkStats) -> str:
    return escape(shorten(talk.title, SUMMARY_TITLE_CHARACTERS))


CSV_FILES = {
    "talks.csv": "how many saved each talk, and the votes on it",
    "comments.csv": "comments on talks",
    "questions.csv": "questions by day, and by what was asked",
    "unanswered.csv": "searches without results",
    "demand.csv": "interests without a talk, saved talks that clash, rooms that are too small",
    "messages.csv": "what was sent, and what was not",
    "punctuality.csv": "how late reminders were",
}

Cell = str | int | None

Row = Sequence[Cell]

# The beginnings that spreadsheets take for a formula (OWASP, CSV injection): also after spaces and invisible
# characters, and in full-width, small and superscript forms, which some turn into plain ones.
_FORMULA = re.compile(
    "[\t\r\n]|[\\s\\x00-\\x1f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b-]"
)


def csv_files(report: ConferenceReport) -> dict[str, bytes]:
    """Each file of CSV_FILES in UTF-8, with the mark by which spreadsheets know that it is."""
    rows: dict[str, Iterable[Row]] = {
        "talks.csv": _talk_rows(report),
        "comments.csv": _comment_rows(report),
        "questions.csv": _question_rows(report),
        "unanswered.csv": [("words", "times"), *report.unanswered],
        "demand.csv": _demand_rows(report.demand),
        "messages.csv": _message_rows(report),
        "punctuality.csv": _punctuality_rows(report),
    }
    return {name: _csv_bytes(lines) for name, lines in rows.items()}


def _talk_rows(report: ConferenceReport) -> Iterable[Row]:
    yield ("id", "title", "speakers", "track", "room", "start", "saved by", "votes", "green", "yellow", "red")
    for stats in report.talks:
        yield (
            stats.id,
            stats.title,
            stats.speakers,
            *_time_and_room(stats, report),
            _count_cell(stats.saved),
            _count_cell(stats.votes),
            *(stats.rating or ("", "", "")),
        )


def _time_and_room(stats: TalkStats, report: ConferenceReport) -> tuple[str, str, str]:
    if stats.talk is None:
        return "", "", ""
    start = f"{report.conference.local(stats.talk.start):%Y-%m-%d %H:%M}"
    return stats.talk.track.title if stats.talk.track else "", stats.talk.room.name if stats.talk.room else "", start


def _comment_rows(report: ConferenceReport) -> Iterable[Row]:
    yield ("id", "title", "comment")
    for stats in report.talks:
        for comment in stats.comments:
            yield (stats.id, stats.title, comment)


def _question_rows(report: ConferenceReport) -> Iterable[Row]:
    yield ("day", "kind", "answered", "not answered")
    for stats in (*report.days, *report.kinds):
        yield (
            stats.day.isoformat() if stats.day else "",
            stats.kind,
            _count_cell(stats.answered),
            _count_cell(stats.unanswered),
        )


def _demand_rows(demand: Demand) -> Iterable[Row]:
    yield ("what", "topic or title", "clashes with", "people", "seats")
    yield from (("interest without a talk", topic, "", people, "") for topic, people in demand.topics)
    yield from (("clash", row.talk.title, row.other.title, row.people, "") for row in demand.clashes)
    for talk, people in demand.small_rooms:
        yield ("room too small", talk.title, "", people, talk.room.seats if talk.room else "")


def _message_rows(report: ConferenceReport) -> Iterable[Row]:
    yield ("kind", "to", "sent", "too late", "refused", "withdrawn", "under way")
    for stats in report.messages:
        states = (stats.sent, stats.too_late, stats.refused, stats.withdrawn, stats.in_progress)
        yield (stats.kind, _audience_name(to_people=stats.to_people), *states)


def _punctuality_rows(report: ConferenceReport) -> Iterable[Row]:
    yield ("to", "within seconds", "reminders")
    for stats in report.punctuality:
        for bound, count in zip((*map(str, BOUNDS_S), "more"), stats.within, strict=True):
            yield (_audience_name(to_people=stats.to_people), bound, count)


def _audience_name(*, to_people: bool) -> str:
    return "people" if to_people else "channels"


def _count_cell(count: Count) -> Cell:
    return f"fewer than {MIN_COUNT}" if count is None else count


def _csv_bytes(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_escape_formula(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _escape_formula(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets a mark before it."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
