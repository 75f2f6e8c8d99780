"""What there is to say about a schedule file once it has been looked at."""

from collections.abc import Sequence, Sized

from bot.errors import Problem
from bot.schedule.model import Schedule


def file_verdict(file: str, schedule: Schedule | None, problems: Sequence[Problem]) -> str:
    """One line: `x.yaml: 5 talks, 7 speakers, 1 room, 1 track: usable`, or how much keeps it from use."""
    found = _problem_counts(problems)
    if schedule is None:
        return f"{file}: {found}: not usable"
    return f"{file}: {contents_summary(schedule)}: usable{f', {found}' if found else ''}"


def contents_summary(schedule: Schedule) -> str:
    """`5 talks, 7 speakers, 1 room, 1 track`."""
    sections: dict[str, Sized] = {
        "talk": schedule.talks,
        "speaker": schedule.speakers,
        "room": schedule.rooms,
        "track": schedule.tracks,
    }
    return ", ".join(_counted(len(things), name) for name, things in sections.items())


def _problem_counts(problems: Sequence[Problem]) -> str:
    kinds = [problem.severity for problem in problems]
    return ", ".join(_counted(kinds.count(kind), kind) for kind in ("error", "warning") if kind in kinds)


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
