"""Documents list every command, setting, permission, metric and table, and none that is gone."""

import re
from pathlib import Path

import pytest

from bot import settings
from bot.blockkit.talk_text import RenderContext
from bot.cli import main
from bot.db import data_protection
from bot.db.data_protection import RETENTION_RULES
from bot.db.sql import METADATA
from bot.handlers.ask.messages import answer_message
from bot.handlers.ask.subcommands import SUBCOMMANDS
from bot.handlers.my_data import TABLE_TEXTS
from bot.questions.models import Help, Reader
from bot.questions.parse import COMMANDS
from bot.schedule.models import Schedule
from bot.slack.manifest import SCOPES, manifest_yaml
from bot.telemetry.metrics import Metrics
from bot.web.oauth_install import INSTALLATIONS_AT_ONCE, OFFERS_AT_ONCE, OFFERS_PER_SECOND
from bot.web.server import LIMITS
from tests.conftest import ROOT
from tests.schedules import london

README = (ROOT / "README.md").read_text(encoding="utf-8")

DEPLOY_README = (ROOT / "deploy/README.md").read_text(encoding="utf-8")

DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)


def first_cells(heading: str, page: str = README) -> list[str]:
    """The first cell of each row of the table below a heading."""
    below = page.split(f"\n{heading}\n")[1].split("\n#", maxsplit=1)[0]
    return [line.split("|")[1] for line in below.splitlines() if line.startswith("|")]


def names_listed(heading: str, page: str = README) -> set[str]:
    """The first word of each name in backticks that begins a row of the table below a heading."""
    return {name.split()[0] for cell in first_cells(heading, page) for name in re.findall(r"`([^`]+)`", cell)}


def test_the_readme_begins_with_what_it_does_a_picture_and_two_commands() -> None:
    beginning, rest = README.split("\n## Slack in five minutes\n")
    parts = ("**Attendees**", "**Organisers**", "![", "any conference", "make demo", "make test")
    places = [beginning.index(part) for part in parts]
    assert places == sorted(places)
    for rename in ("QCON_COMMAND", "--command", "QCON_NAME"):
        assert beginning.index(rename) < beginning.index("## Try it")
    assert re.findall(r"^```\n(make .*)\n```$", beginning, re.MULTILINE) == ["make demo", "make test"]
    assert "\n## Settings\n" in rest


def test_every_command_is_documented_and_none_besides() -> None:
    assert names_listed("## On the command line") == set(main.commands()), "see “On the command line” in README.md"


def test_every_subcommand_is_documented_and_none_besides() -> None:
    listed = {
        word for cell in first_cells("## In Slack") for word in re.findall(rf"`{settings.COMMAND} ([\w-]+)", cell)
    }
    assert listed == {*COMMANDS, *SUBCOMMANDS}, "see the table “In Slack” in README.md"


def test_every_subcommand_stands_in_the_help(qcon: Schedule) -> None:
    text = answer_message(Help(), RenderContext(qcon, london("10:20"), Reader())).text
    listed = set(re.findall(r"`(?:/qcon )?([\w-]+)", text))
    assert listed >= {*COMMANDS, *SUBCOMMANDS}, "see the help in bot/handlers/ask/messages.py"


def test_the_help_offers_a_calendar_feed_only_if_there_is_one(qcon: Schedule) -> None:
    text = answer_message(Help(), RenderContext(qcon, london("10:20"), Reader(has_feeds=False))).text
    assert "`calendar`" not in text


def test_every_setting_is_documented_and_none_besides() -> None:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    variables = set(re.findall(r'"((?:QCON|SLACK)_[A-Z_]+|HOST|PORT)"', source))
    assert names_listed("## Settings") == variables, "see “Settings” in README.md"
    assert names_listed("## Variables", DEPLOY_README) == variables, "see “Variables” in deploy/README.md"


def test_every_permission_is_documented_and_none_besides() -> None:
    assert names_listed("### What it may do, and why") == set(SCOPES), "see “What it may do” in README.md"


def test_the_manifest_to_paste_is_the_one_the_command_writes() -> None:
    written = (ROOT / "deploy/slack/manifest.yaml").read_text(encoding="utf-8")
    assert written == manifest_yaml(), "run: qcon-bot manifest > deploy/slack/manifest.yaml"


def anchor(heading: str) -> str:
    """The name by which links reach a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_or_heading_leads_somewhere(document: Path) -> None:
    for name, fragment in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", document.read_text(encoding="utf-8")):
        target = document.parent / name if name else document
        assert target.exists(), f"{name} in {document.name}"
        if fragment:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert fragment in map(anchor, headings), f"{name}#{fragment} in {document.name}"


def test_the_page_on_reminders_says_how_long_each_table_is_kept() -> None:
    page = (ROOT / "docs/reminders.md").read_text(encoding="utf-8")
    cells = first_cells("## How long things are kept", page)
    listed = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    kept = {rule.table.name for rule in RETENTION_RULES}
    assert listed == kept, "see “How long things are kept” in docs/reminders.md"


def test_every_test_that_the_page_on_reminders_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/reminders.md").read_text(encoding="utf-8")))
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    assert named
    assert named <= {name for source in sources for name in re.findall(r"def (test_\w+)", source)}


def test_every_metric_is_documented_and_none_besides() -> None:
    families = Metrics().registry.collect()
    names = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    page = (ROOT / "docs/observing.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(qcon_\w+)`", page, re.MULTILINE))
    assert listed == {name for name in names if name.startswith("qcon_")}, "see “Metrics” in docs/observing.md"


def test_the_page_on_privacy_names_every_table_with_personal_data() -> None:
    page = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    personal_columns = {"person", "by", "undone_by", "turned_on_by", "published_by", "conversation"}
    personal_tables = {table.name for table in METADATA.sorted_tables if personal_columns & set(table.columns.keys())}
    assert listed == personal_tables, "see the table in docs/privacy.md"
    covered = {table.name for table in data_protection.OWNER_COLUMNS} | {
        column.table.name for column in data_protection.AUTHOR_COLUMNS
    }
    assert set(TABLE_TEXTS) == covered, "see TABLE_TEXTS in bot/handlers/my_data.py"
    assert personal_tables - covered == {"amendments", "revisions"}  # kept for everyone; the page says so


def test_the_page_on_security_gives_the_limits_of_the_code() -> None:
    limits = (
        f"at most {LIMITS.connections} connections, {LIMITS.head // 1024} kB of headers and {LIMITS.body // 1024} kB of body",
        f"{LIMITS.held // 2**20} MB of bodies at a time",
        f"waits {LIMITS.head_s:g} seconds for the headers, {LIMITS.body_s:g} for the body, {LIMITS.idle_s:g} for the next",
        f"and {LIMITS.write_s:g} for a client",
        f"shows {OFFERS_PER_SECOND:g} install pages a second",
        f"bursts of {OFFERS_AT_ONCE:g} and {INSTALLATIONS_AT_ONCE:g}",
    )
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert [limit for limit in limits if limit not in page] == []
