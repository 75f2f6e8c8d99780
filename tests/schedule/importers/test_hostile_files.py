"""Importing hostile files: it ends soon, in bounded memory, with a schedule or a clear error.

`make fuzz` takes 20,000 files; set FUZZ_FILES and FUZZ_SEED for others.
"""

import json
import os
import random
import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from bot.errors import BotError
from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.json_xml import MAX_BYTES
from bot.schedule.importers.models import ImportResult
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.conftest import EXAMPLES
from tests.mutations import mutated
from tests.schedule.importers.table import OURS
from tests.yardstick import at_most

FILES = int(os.environ.get("FUZZ_FILES", 15 * EXAMPLES))

SEED = int(os.environ.get("FUZZ_SEED", "2019"))


def inputs(count: int, seed: int) -> Iterator[bytes]:
    """Generate hostile files; the same seed gives the same files."""
    chance = random.Random(seed)
    good = [sample.read_bytes() for sample in sorted(OURS.iterdir()) if sample.suffix != ".md"]
    for _ in range(count):
        yield mutated(chance.choice(good), chance)


def read(data: bytes) -> bool:
    """Import a file; true if it gave a schedule, which must then survive a dump and a load."""
    imported = at_most(5, lambda: imported_or_told(data))
    if isinstance(imported, str):
        assert imported
        assert all(letter.isprintable() or letter == "\n" for letter in imported)
        return False
    assert len(imported.schedule.talks) + imported.merged + len(imported.skipped) == imported.entries
    assert load(dump(imported.schedule), "x") == imported.schedule
    return True


def imported_or_told(data: bytes) -> ImportResult | str:
    try:
        return import_schedule(data, "x")
    except BotError as error:
        return str(error)


def megabytes() -> float:
    """The peak memory of this process."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def test_mutated_files_give_a_schedule_or_a_clear_error() -> None:
    before = megabytes()
    good = 0
    for number, data in enumerate(inputs(FILES, SEED)):
        try:
            good += read(data)
        except Exception as error:
            error.add_note(f"file {number} of seed {SEED}: {data[:3_000]!r}")
            raise
    print(f"{FILES} files, {good} of them schedules, {megabytes() - before:.0f} MB more at the most")
    assert FILES * 0.1 < good < FILES * 0.9
    assert megabytes() - before < 200


def full(begin: bytes, piece: bytes, end: bytes = b"") -> bytes:
    """Make a file of nearly the maximum size."""
    return begin + piece * ((MAX_BYTES - len(begin) - len(end)) // len(piece)) + end


XML = b"<schedule><conference><title>C</title></conference><day date='2031-05-09'>"

V1 = b'{"schedule":{"conference":{"days":[{"date":"2031-05-09","rooms":{"R":['

ICS = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"

LAUGHS = b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))

EVENT = b"<event><title>T</title><start>10:00</start><duration>1:00</duration></event>"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: b"<" + b" " * 100_000_000, id="100 MB of XML"),
        pytest.param(lambda: b"{" + b" " * 100_000_000, id="100 MB of JSON"),
        pytest.param(lambda: b"BEGIN:VCALENDAR" + b" " * 100_000_000, id="100 MB of iCalendar"),
        pytest.param(lambda: b"<!DOCTYPE s [<!ENTITY l0 'ha'>" + LAUGHS + b"]><schedule>&l9;</schedule>", id="a billion laughs"),
        pytest.param(lambda: b"<!DOCTYPE s [<!ENTITY l SYSTEM 'file:///etc/passwd'>]><schedule>&l;</schedule>", id="a file of ours"),
        pytest.param(lambda: full(b"", b"[", b""), id="deep JSON"),
        pytest.param(lambda: full(b"", b'{"a":', b""), id="deep JSON objects"),
        pytest.param(lambda: b"[" * 90_000 + b"]" * 90_000, id="deep but whole JSON"),
        pytest.param(lambda: full(b"", b"<schedule>"), id="deep XML"),
        pytest.param(lambda: b"<schedule>" + b"<a>" * 290_000 + b"</a>" * 290_000 + b"</schedule>", id="deep but whole XML"),
        pytest.param(lambda: full(XML, EVENT, b"</day></schedule>"), id="XML of too many values"),
        pytest.param(lambda: XML + EVENT * 70_000 + b"</day></schedule>", id="XML of almost too many values"),
        pytest.param(lambda: full(XML + b"<event><abstract>", b"&lt;a ", b"</abstract></event></day></schedule>"), id="tags for ever"),
        pytest.param(lambda: full(b"[", b"[],", b"[]]"), id="JSON of too many values"),
        pytest.param(lambda: full(b"", b"9"), id="one long number"),
        pytest.param(lambda: full(b'{"talks":[],"rooms":[],"speakers":[],"version":', b"9", b"}"), id="a long number within"),
        pytest.param(lambda: full(V1 + b'{"title":"', b"x", b'"}]}}]}}}'), id="a title of 5 MB"),
        pytest.param(lambda: full(V1 + b'{"title":"T","date":"2031-05-09T10:00:00Z","abstract":"', b"[a](", b'"}]}}]}}}'), id="links"),
        pytest.param(lambda: full(V1 + b'{"title":"T","date":"2031-05-09T10:00:00Z","abstract":"', b"*a _b ", b'"}]}}]}}}'), id="marks"),
        pytest.param(lambda: full(ICS + b"SUMMARY:", b"x\r\n ", b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), id="a folded line for ever"),
        pytest.param(lambda: full(ICS + b"SUMMARY:", b"x", b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), id="one line for ever"),
        pytest.param(lambda: full(ICS + b"SUMMARY", b";A=B", b":x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), id="parameters for ever"),
        pytest.param(lambda: full(ICS + b"SUMMARY;X=", b"a,", b":x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), id="one parameter for ever"),
        pytest.param(lambda: full(ICS, b"BEGIN:VEVENT\r\n", b"END:VCALENDAR\r\n"), id="nested components"),
        pytest.param(lambda: full(ICS, b"DTSTART:20310509T100000Z\r\n", b"END:VEVENT\r\nEND:VCALENDAR\r\n"), id="starts for ever"),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_a_hostile_file_takes_bounded_time_and_memory(make: Callable[[], bytes]) -> None:
    data = make()
    before = megabytes()
    read(data)
    print(f"{megabytes() - before:.0f} MB more")
    assert megabytes() - before < 500


@pytest.mark.slow
def test_1100_talks_are_imported_in_less_than_two_seconds() -> None:
    """Each talk has 3 kB of HTML or Markdown, three times as much as talks at FOSDEM."""
    html = "<p>About <b>tea</b> &amp; <a href='https://x.org/tea'>its ways</a>.</p>" * 10
    markdown = "About **tea** & [its ways](https://x.org/tea), `in code`.\n\n* One\n" * 10
    for text in (html, markdown):
        slots = [
            {"code": f"T{n}", "title": f"Talk {n}", "speakers": [{"code": f"S{n}", "name": f"Speaker {n}", "biography": text}],
             "abstract": text, "description": text[::-1] + text,
             "slot": {"room": f"Room {n % 20}", "start": f"2031-05-09T{n // 20 % 10 + 8:02}:{n // 200 * 10:02}:00+01:00",
                      "end": f"2031-05-09T{n // 20 % 10 + 8:02}:{n // 200 * 10 + 9:02}:00+01:00"}}
            for n in range(1_100)
        ]  # fmt: skip
        data = json.dumps({"slots": slots, "breaks": [], "version": "1"}).encode()
        imported = at_most(2, partial(import_schedule, data, "x"))
        assert len(imported.schedule.talks) == 1_100
