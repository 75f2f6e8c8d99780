"""What an import gives: the schedule, and an account of everything that was in the file."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.schedule.model import Schedule
from bot.schedule.problems import quote_value
from bot.schedule.report import contents_summary

MAX_NAMED = 8  # titles a reason


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """An entry of the file that is not in the schedule; `reason` goes on from its title: `has no time yet`."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A schedule and where it came from. Each entry of the file became a talk, was merged with one, or was left out."""

    schedule: Schedule
    format: str
    version: str = ""  # the published version, as the file calls it
    entries: int = 0
    merged: int = 0  # the same break in another room
    skipped: tuple[SkippedEntry, ...] = ()
    guessed: tuple[str, ...] = ()  # a sentence each
    zone_is_known: bool = True  # if not, times were read as UTC for want of better


def import_summary(imported: ImportResult) -> str:
    """What was read, guessed and left out, for the organiser: a line each."""
    return "\n".join(_summary_lines(imported))


def _summary_lines(imported: ImportResult) -> Iterator[str]:
    conference = imported.schedule.conference
    version = f", version {imported.version}" if imported.version else ""
    yield f"Format: {imported.format}{version}"
    days = f"{conference.days[0]} to {conference.days[-1]}"
    yield f"Conference: {conference.name}, {days}, {conference.timezone.key}"
    yield f"Read: {contents_summary(imported.schedule)} from {_entry_count(imported.entries)}"
    for guess in imported.guessed:
        yield f"Guessed: {guess}"
    if imported.merged:
        yield f"Merged: {_entry_count(imported.merged)}: the same break in several rooms is listed once."
    for why, titles in sorted(_skipped_by_reason(imported).items()):
        named = ", ".join(quote_value(title) if title else "one without a title" for title in titles[:MAX_NAMED])
        more = f" and {len(titles) - MAX_NAMED} more" if len(titles) > MAX_NAMED else ""
        yield f"Left out: {_entry_count(len(titles))}: {why}: {named}{more}"


def _skipped_by_reason(imported: ImportResult) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in imported.skipped:
        reasons[item.reason].append(item.title)
    return reasons


def _entry_count(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"
