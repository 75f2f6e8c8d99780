"""The samples of each format: every entry is imported, or reported as left out."""

from collections import Counter

import pytest

from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import ImportResult, import_summary
from bot.schedule.yaml.dump import dump, schedule_yaml
from bot.schedule.yaml.load import load
from tests.schedule.importers.table import OURS, ROWS, Row

all_rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file.name)


def in_the_table(row: Row, imported: ImportResult) -> str:
    schedule, left_out = imported.schedule, Counter(item.reason for item in imported.skipped)
    sections = (schedule.talks, schedule.speakers, schedule.rooms, schedule.tracks)
    counts = "".join(f"{len(section):>9}" for section in sections)
    why = ", ".join(f"{number} × {why}" for why, number in sorted(left_out.items()))
    return f"{row.file.name:<44}{imported.entries:>8}{counts}{imported.merged:>7}  {why}"


def test_the_table_lists_every_sample(capsys: pytest.CaptureFixture[str]) -> None:
    there = [row for row in ROWS if row.file.exists()]
    table = [in_the_table(row, row.imported()) for row in there]
    heads = "".join(f"{head:>9}" for head in ("talks", "speakers", "rooms", "tracks"))
    with capsys.disabled():
        print(f"\n{'file':<44}{'entries':>8}{heads}{'merged':>7}  left out", *table, sep="\n")
    assert len(there) >= len(list(OURS.glob("*.*"))) - 1


@all_rows
def test_each_sample_has_the_expected_talks_speakers_rooms_and_tracks(row: Row) -> None:
    schedule = row.imported().schedule
    read = (len(schedule.talks), len(schedule.speakers), len(schedule.rooms), len(schedule.tracks))
    assert read == (row.talks, row.speakers, row.rooms, row.tracks)


@all_rows
def test_every_entry_is_imported_merged_or_reported_as_left_out(row: Row) -> None:
    imported = row.imported()
    assert Counter(item.reason for item in imported.skipped) == row.left_out
    assert imported.merged == row.merged
    assert len(imported.schedule.talks) + imported.merged + len(imported.skipped) == imported.entries
    for why, number in row.left_out.items():
        assert f"{number} entr" in import_summary(imported)
        assert why in import_summary(imported)


@all_rows
def test_an_imported_schedule_can_be_stored_and_written_as_yaml(row: Row) -> None:
    schedule = row.imported().schedule
    assert load(dump(schedule), "x") == schedule
    assert load(schedule_yaml(schedule), "x") == schedule


@all_rows
def test_importing_a_sample_twice_gives_the_same_result(row: Row) -> None:
    assert row.imported() == row.imported()


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
