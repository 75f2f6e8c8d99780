import csv
import io

import pytest

from bot.handlers.report.export import CSV_FILES, _csv_bytes, csv_files
from tests.handlers.report.reports import a_report, an_empty_report


def rows(name: str, comment: str = "Too fast") -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_files(a_report(comment=comment))[name].decode("utf-8-sig"))))


def test_every_file_that_the_page_names_is_written_even_without_data() -> None:
    assert csv_files(a_report()).keys() == csv_files(an_empty_report()).keys() == CSV_FILES.keys()


def test_talks_are_listed_with_their_place_and_without_counts_below_five() -> None:
    head, flows, code, reactive, gone = rows("talks.csv")
    assert head[:7] == ["id", "title", "speakers", "track", "room", "start", "saved by"]
    assert flows[1:] == [
        "Complex Event Flows",
        "Bernd Ruecker",
        "Microservices",
        "Fleming",
        "2019-03-05 10:35",
        "1204",
        "41",
        "39",
        "1",
        "1",
    ]
    assert code[6:] == ["890", "fewer than 5", "", "", ""]
    assert reactive[6:] == ["fewer than 5", "fewer than 5", "", "", ""]
    assert gone == ["gone", "gone (no longer in the schedule)", "", "", "", "", "9", "0", "", "", ""]


FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\tx", " =1", "\u00a0+1", "\u3000-1", "\u200b@x", "\ufeff=1", "\n=1",
            "＝1", "＋1", " －1", "＠x", "−1"]  # fmt: skip


@pytest.mark.parametrize("comment", FORMULAS)
def test_a_comment_that_looks_like_a_formula_is_escaped(comment: str) -> None:
    assert rows("comments.csv", comment)[1][2] == f"'{comment}"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_looks_like_a_formula_is_escaped_in_every_column(text: str) -> None:
    written = _csv_bytes([[text] * 5])
    assert next(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))) == [f"'{text}"] * 5


def test_a_comment_of_several_lines_stays_in_one_cell() -> None:
    assert rows("comments.csv", 'One, "two"\nthree')[1][2] == 'One, "two"\nthree'


def test_questions_messages_and_punctuality_are_listed() -> None:
    assert rows("questions.csv")[1:3] == [["2019-03-04", "", "400", "20"], ["2019-03-05", "", "400", "fewer than 5"]]
    assert rows("messages.csv")[2] == ["reminder", "people", "6101", "12", "3", "44", "1"]
    assert rows("punctuality.csv")[1] == ["channels", "5", "19"]
    assert rows("punctuality.csv")[-1] == ["people", "more", "51"]
