"""The samples of each format: every entry is imported, or reported as left out."""

from collections import Counter

import pytest

from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import ImportResult, import_summary
from bot.schedule.yaml.dump import dump, schedule_yaml
from bot.schedule.yaml.load import load
from tests.schedule.importers.table import OURS, ROWS, Row


@pytest.fixture(scope="module", params=ROWS, ids=lambda row: row.file.name)
def row(request: pytest.FixtureRequest) -> Row:
    """Each row in turn, for all tests: they share one import of its file."""
    row: Row = request.param
    return row


@pytest.fixture(scope="module")
def imported(row: Row) -> ImportResult:
    return row.imported()


def in_the_table(row: Row) -> str:
    counts = "".join(f"{number:>9}" for number in (row.talks, row.speakers, row.rooms, row.tracks))
    why = ", ".join(f"{number} × {why}" for why, number in sorted(row.left_out.items()))
    entries = row.talks + row.merged + sum(row.left_out.values())
    return f"{row.file.name:<44}{entries:>8}{counts}{row.merged:>7}  {why}"


def test_the_table_lists_every_sample(capsys: pytest.CaptureFixture[str]) -> None:
    there = [row for row in ROWS if row.file.exists()]
    table = [in_the_table(row) for row in there]
    heads = "".join(f"{head:>9}" for head in ("talks", "speakers", "rooms", "tracks"))
    with capsys.disabled():
        print(f"\n{'file':<44}{'entries':>8}{heads}{'merged':>7}  left out", *table, sep="\n")
    assert len(there) >= len(list(OURS.glob("*.*"))) - 1


def test_each_sample_has_the_expected_talks_speakers_rooms_and_tracks(row: Row, imported: ImportResult) -> None:
    schedule = imported.schedule
    read = (len(schedule.talks), len(schedule.speakers), len(schedule.rooms), len(schedule.tracks))
    assert read == (row.talks, row.speakers, row.rooms, row.tracks)


def test_every_entry_is_imported_merged_or_reported_as_left_out(row: Row, imported: ImportResult) -> None:
    assert Counter(item.reason for item in imported.skipped) == row.left_out
    assert imported.merged == row.merged
    assert len(imported.schedule.talks) + imported.merged + len(imported.skipped) == imported.entries
    for why, number in row.left_out.items():
        assert f"{number} entr" in import_summary(imported)
        assert why in import_summary(imported)


def test_an_imported_schedule_can_be_stored_and_written_as_yaml(imported: ImportResult) -> None:
    schedule = imported.schedule
    assert load(dump(schedule), "x") == schedule
    assert load(schedule_yaml(schedule), "x") == schedule


def test_importing_a_sample_twice_gives_the_same_result(row: Row, imported: ImportResult) -> None:
    assert row.imported() == imported


def test_every_sample_of_ours_is_in_the_table_and_the_readme() -> None:
    samples = {sample.name for sample in OURS.iterdir()} - {"README.md"}
    assert samples == {row.file.name for row in ROWS if row.file.parent == OURS}
    told = (OURS / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in told for name in samples)


def test_the_shipped_format_is_imported_too() -> None:
    file = OURS.parent / "qcon-london-2019.yaml"
    imported = import_schedule(file.read_bytes(), file.name)
    assert imported.schedule == load(file.read_bytes(), file.name)
    assert imported.entries == 5
