"""data/README.md is the reference of the format: it lists exactly the keys of the format."""

import re

import pytest

from bot.schedule.models import BREAK_KINDS
from bot.schedule.yaml.record import RECORD_FORMATS, RecordFormat
from tests.conftest import ROOT

REFERENCE = (ROOT / "data" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", RECORD_FORMATS, ids=lambda part: part.name)
def test_every_key_is_documented_as_required_or_not(part: RecordFormat) -> None:
    below = REFERENCE.split(f"\n### {part.name}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \|", below, re.MULTILINE)
    assert dict(rows) == {key: "yes" if key in part.required else "no" for key in part.keys}


def test_the_kinds_of_breaks_are_documented() -> None:
    (row,) = [line for line in REFERENCE.splitlines() if line.startswith("| `kind`")]
    assert set(re.findall(r"`(\w+)`", row)) >= BREAK_KINDS
