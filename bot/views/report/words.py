"""The words and numbers of reports, the same on the page, in Slack and on the command line."""

from types import MappingProxyType

from bot.views.report.figures import MIN_COUNT, Count, QuestionStats

QUESTION_KIND_NAMES = MappingProxyType(
    {
        "who": "Who talks about it",
        "when": "When it is",
        "where": "Where it is",
        "what": "What there is about it",
        "list": "What is on",
        "how_long": "How long",
        "practical": "Wifi, lunch and the like",
    }
)
MESSAGE_KIND_NAMES = MappingProxyType(
    {
        "reminder": "Reminders",
        "notice": "Notices of changes",
        "correction": "Corrections of what was posted",
        "digest": "Morning digests",
        "evening": "Evening questions",
        "welcome": "Welcomes",
        "announcement": "Announcements of the organisers",
        "alert": "Alerts",
    }
)


def count_text(count: Count) -> str:
    """`1,204`; `fewer than 5` where it is not told."""
    return f"fewer than {MIN_COUNT}" if count is None else f"{count:,}"


def percent_text(part: Count, whole: Count) -> str:
    """`93 %`; never a whole hundred, or nothing, that is not quite one. Empty where it cannot be told."""
    if not part or not whole:
        return "0 %" if part == 0 and whole else ""
    rounded = round(100 * part / whole)
    if part != whole and rounded == 100:
        return f"{int(1000 * part / whole) / 10:.1f} %"
    return f"{rounded or '<1'} %"


def share_text(part: Count, whole: Count, what: str) -> str:
    """`93 % answered`; empty where it cannot be told."""
    told = percent_text(part, whole)
    return f"{told} {what}" if told else ""


def total_questions(asked: QuestionStats) -> Count:
    """Answered or not."""
    if asked.answered is None or asked.unanswered is None:
        return (asked.answered or asked.unanswered) or None
    return asked.answered + asked.unanswered
