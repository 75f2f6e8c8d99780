"""The report in short: for organisers in Slack, and on the command line."""

from collections.abc import Iterable

from bot.views.blocks import escape, sections, shorten
from bot.views.message import Message
from bot.views.report.figures import FEW, OfTalk, Report
from bot.views.report.words import number, percent, share, total

SHOWN = 5  # talks or words of each kind
TITLE = 120


def summary(report: Report) -> Message:
    """For organisers, in Slack."""
    more = "With charts, and as CSV: whoever runs me gets it on the command line, with `report`."
    lines = [*in_short(report), more]
    return Message("\n".join(lines), tuple(sections(lines)))


def in_short(report: Report) -> list[str]:
    """What stands out, without names; a line each, in mrkdwn, escaped."""
    return [
        f"*{escape(shorten(report.conference.name, TITLE))} in figures*",
        _people(report),
        *_saved(report.most_saved),
        *_rated(report.best_rated),
        *_asked(report),
        _reminded(report),
        f"Nobody is named, and what fewer than {FEW} people did is not told.",
    ]


def _people(report: Report) -> str:
    channels = "1 channel has" if report.channels == 1 else f"{number(report.channels)} channels have"
    saved = f"People who saved talks: {number(report.savers)}, reminded: {number(report.reminded)}."
    return f"{saved} {channels} reminders."


def _saved(talks: Iterable[OfTalk]) -> list[str]:
    listed = [f"• {_title(one)}: {number(one.saved)} people" for one in list(talks)[:SHOWN]]
    return ["*Most saved*", *listed] if listed else []


def _rated(talks: Iterable[OfTalk]) -> list[str]:
    rated = [(one, one.rating) for one in talks if one.rating][:SHOWN]
    listed = [f"• {_title(one)}: {percent(it.green, it.votes)} green of {number(it.votes)} votes" for one, it in rated]
    return ["*Best rated*", *listed] if listed else []


def _asked(report: Report) -> list[str]:
    asked = total(report.asked)
    if asked == 0:
        return ["No questions yet."]
    told = ", ".join(filter(None, (number(asked), share(report.asked.answered, asked, "answered"))))
    words = ", ".join(f"{escape(shorten(words, 60))} ({number(times)})" for words, times in report.missing[:SHOWN])
    return [f"Questions: {told}.", *([f"Asked for in vain: {words}."] if words else [])]


def _reminded(report: Report) -> str:
    reminders = [one for one in report.sent if one.kind == "reminder"]
    sent, on_time = (sum(getattr(one, what) for one in report.punctuality) for what in ("sent", "on_time"))
    if not sent:
        return "No reminders sent yet."
    missed = [(sum(one.too_late for one in reminders), "too late"), (sum(one.refused for one in reminders), "refused")]
    rest = "".join(f", {number(count)} {what}" for count, what in missed if count)
    return f"Reminders: {number(sent)} sent, {percent(on_time, sent)} on time{rest}."


def _title(one: OfTalk) -> str:
    return escape(shorten(one.title, TITLE))
