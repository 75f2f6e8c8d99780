"""The report in short: for organisers in Slack, and on the command line."""

from collections.abc import Iterable

from bot.views.blocks import escape, sections, shorten
from bot.views.message import Message
from bot.views.report.figures import MIN_COUNT, ConferenceReport, TalkStats
from bot.views.report.words import count_text, percent_text, share_text, total_questions

SUMMARY_TALKS = 5  # talks or words of each kind
SUMMARY_TITLE_CHARACTERS = 120


def summary_message(report: ConferenceReport) -> Message:
    """For organisers, in Slack."""
    more = "With charts, and as CSV: whoever runs me gets it on the command line, with `report`."
    lines = [*summary_lines(report), more]
    return Message("\n".join(lines), tuple(sections(lines)))


def summary_lines(report: ConferenceReport) -> list[str]:
    """What stands out, without names; a line each, in mrkdwn, escaped."""
    return [
        f"*{escape(shorten(report.conference.name, SUMMARY_TITLE_CHARACTERS))} in figures*",
        _people_line(report),
        *_saved_line(report.most_saved),
        *_rated_line(report.best_rated),
        *_questions_line(report),
        _reminders_line(report),
        f"Nobody is named, and what fewer than {MIN_COUNT} people did is not told.",
    ]


def _people_line(report: ConferenceReport) -> str:
    channels = "1 channel has" if report.channels == 1 else f"{count_text(report.channels)} channels have"
    saved = f"People who saved talks: {count_text(report.savers)}, reminded: {count_text(report.reminded)}."
    return f"{saved} {channels} reminders."


def _saved_line(talks: Iterable[TalkStats]) -> list[str]:
    listed = [f"• {_short_title(one)}: {count_text(one.saved)} people" for one in list(talks)[:SUMMARY_TALKS]]
    return ["*Most saved*", *listed] if listed else []


def _rated_line(talks: Iterable[TalkStats]) -> list[str]:
    rated = [(one, one.rating) for one in talks if one.rating][:SUMMARY_TALKS]
    listed = [
        f"• {_short_title(one)}: {percent_text(it.green, it.votes)} green of {count_text(it.votes)} votes"
        for one, it in rated
    ]
    return ["*Best rated*", *listed] if listed else []


def _questions_line(report: ConferenceReport) -> list[str]:
    asked = total_questions(report.questions)
    if asked == 0:
        return ["No questions yet."]
    told = ", ".join(filter(None, (count_text(asked), share_text(report.questions.answered, asked, "answered"))))
    words = ", ".join(
        f"{escape(shorten(words, 60))} ({count_text(times)})" for words, times in report.unanswered[:SUMMARY_TALKS]
    )
    return [f"Questions: {told}.", *([f"Asked for in vain: {words}."] if words else [])]


def _reminders_line(report: ConferenceReport) -> str:
    reminders = [one for one in report.messages if one.kind == "reminder"]
    sent, on_time = (sum(getattr(one, what) for one in report.punctuality) for what in ("sent", "on_time"))
    if not sent:
        return "No reminders sent yet."
    missed = [(sum(one.too_late for one in reminders), "too late"), (sum(one.refused for one in reminders), "refused")]
    rest = "".join(f", {count_text(count)} {what}" for count, what in missed if count)
    return f"Reminders: {count_text(sent)} sent, {percent_text(on_time, sent)} on time{rest}."


def _short_title(one: TalkStats) -> str:
    return escape(shorten(one.title, SUMMARY_TITLE_CHARACTERS))
