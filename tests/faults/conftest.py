"""Print a table at the end: load, faults, lost, duplicated, late."""

import pytest

from tests.faults.trial import Count

_ROWS = pytest.StashKey[list[str]]()

HEADER = f"{'trial':58} {'load':>6} {'faults':>6} {'lost':>5} {'twice':>5} {'late p99':>9}"


class Table:
    """The results of the trials in this run."""

    def __init__(self, rows: list[str]) -> None:
        self._rows = rows

    def add(self, trial: str, count: Count, faults: int) -> None:
        late = f"{count.late(0.99):8.1f}s" if count.late_s else "-"
        self._rows.append(f"{trial:58} {count.lines:6} {faults:6} {count.lost:5} {count.duplicated:5} {late:>9}")


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Table:
    return Table(request.config.stash.setdefault(_ROWS, []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table if there are results."""
    rows = config.stash.get(_ROWS, [])
    if rows:
        terminalreporter.section("reminders under faults")
        for line in (HEADER, *rows):
            terminalreporter.line(line)
