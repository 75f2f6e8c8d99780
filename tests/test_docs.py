"""Holds the README to the code: every command, setting and permission, and none that is gone."""

import re
from pathlib import Path

import pytest

from bot import settings
from bot.cli import main
from bot.db import personal_data
from bot.db.retention import RETENTION_RULES
from bot.db.sql import METADATA
from bot.handlers.ask.listeners import SUBCOMMANDS
from bot.handlers.ask.messages import answer_message
from bot.handlers.my_data import TABLE_TEXTS
from bot.questions.answers import Help
from bot.questions.cues import COMMANDS
from bot.schedule.models import Schedule
from bot.slack.manifest import SCOPES, manifest_yaml
from bot.telemetry.metrics import Metrics
from tests.schedules import london

ROOT = Path(__file__).parent.parent

README = (ROOT / "README.md").read_text(encoding="utf-8")

DEPLOYING = (ROOT / "deploy/README.md").read_text(encoding="utf-8")

PAGES = sorted(
    page for page in ROOT.rglob("*.md") if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)


def _table(heading: str, page: str = README) -> set[str]:
    """The names in backticks that begin the rows of the table below a heading."""
    below = page.split(f"\n{heading}\n")[1].split("\n#", maxsplit=1)[0]
    firsts = [line.split("|")[1] for line in below.splitlines() if line.startswith("|")]
    return {name.split()[0] for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def test_every_command_is_documented_and_none_besides() -> None:
    assert _table("## Commands") == set(main.commands())


def _asked() -> set[str]:
    """The words after `/qcon` in the table of what one can ask."""
    below = README.split("\n## Ask it\n")[1].split("\n## ")[0]
    firsts = [line.split("|")[1] for line in below.splitlines() if line.startswith("|")]
    return {words for first in firsts for words in re.findall(r"`/qcon ([\w-]+)", first)}


def test_every_subcommand_is_documented_and_none_besides() -> None:
    assert _asked() == {*COMMANDS, *SUBCOMMANDS}


def test_every_subcommand_stands_in_the_help(qcon: Schedule) -> None:
    said = answer_message(Help(), qcon, london("10:20")).text
    told = set(re.findall(r"`(?:/qcon )?([\w-]+)", said))
    assert told >= {*COMMANDS, *SUBCOMMANDS}


def test_every_setting_is_documented_and_none_besides() -> None:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    read = set(re.findall(r'(?:self\._\w+|told\.get)\(\s*"([A-Z_]+)"', source)) | {
        "QCON_DATABASE_URL",
        "QCON_ORGANISERS",
    }
    assert _table("## Settings") == read
    assert _table("## Variables", DEPLOYING) == read


def test_every_permission_is_documented_and_none_besides() -> None:
    assert _table("### What it may do, and why") == set(SCOPES)


def test_the_manifest_to_paste_is_the_one_the_command_writes() -> None:
    assert (ROOT / "deploy/slack/manifest.yaml").read_text(encoding="utf-8") == manifest_yaml()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{target} in {page.name}"


def test_the_page_on_reminders_says_how_long_each_table_is_kept() -> None:
    below = (ROOT / "docs/reminders.md").read_text(encoding="utf-8").split("\n## How long things are kept\n")[1]
    firsts = [line.split("|")[1] for line in below.split("\n## ")[0].splitlines() if line.startswith("|")]
    assert {name for first in firsts for name in re.findall(r"`(\w+)`", first)} == {
        one.table.name for one in RETENTION_RULES
    }


def test_every_test_that_the_page_on_reminders_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/reminders.md").read_text(encoding="utf-8")))
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    assert named
    assert named <= {name for source in sources for name in re.findall(r"def (test_\w+)", source)}


def test_every_figure_is_documented_and_none_besides() -> None:
    told = {one.name + ("_total" if one.type == "counter" else "") for one in Metrics().registry.collect()}
    page = (ROOT / "docs/observing.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(qcon_\w+)`", page, re.MULTILINE)) == {one for one in told if one.startswith("qcon_")}


def test_the_page_on_privacy_names_every_table_that_tells_of_a_person() -> None:
    page = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    whose = {"person", "by", "undone_by", "turned_on_by", "published_by", "conversation"}
    of_people = {table.name for table in METADATA.sorted_tables if whose & set(table.columns.keys())}
    assert told == of_people
    of_one = {table.name for table in personal_data.PERSONAL_TABLES} | {
        column.table.name for column in personal_data.AUTHOR_COLUMNS
    }
    assert set(TABLE_TEXTS) == of_one
    assert of_people - of_one == {"amendments", "revisions"}  # which the page says are kept for everyone's sake
