from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError

MANY = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "s",
    "SLACK_SIGNING_SECRET": "s",
    "QCON_PUBLIC_URL": "https://bot.example.org",
    "QCON_TOKEN_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}

TWO = """
conferences:
  - schedule: tea.yaml
    name: Tea 2031
    organisers: [U0HOST, C0HOSTS]
    workspaces: [T0TEA, T0CUPS]
  - schedule: https://pretalx.com/democon/
    timezone: Europe/Berlin
"""


def _read(folder: Path, text: str, **more: str) -> settings.Settings:
    (folder / "conferences.yaml").write_text(text)
    return settings.read_settings(MANY | {"QCON_CONFERENCES": str(folder / "conferences.yaml")} | more)


def test_a_workspace_has_the_conference_that_names_it_or_the_one_for_everyone_else(tmp_path: Path) -> None:
    read = _read(tmp_path, TWO, QCON_RATE_PER_MINUTE="60")
    tea, else_ = read.for_workspace("T0CUPS"), read.for_workspace("T0OTHER")
    assert tea
    assert else_
    assert (tea.schedule, tea.name) == (str(tmp_path / "tea.yaml"), "Tea 2031")
    assert (tea.organisers, tea.organisers_channel) == (("U0HOST",), "C0HOSTS")
    assert (else_.schedule, else_.timezone) == ("https://pretalx.com/democon/", "Europe/Berlin")
    assert {tea.rate_per_minute, else_.rate_per_minute} == {60}


def test_each_workspace_has_its_own_database_and_public_address_and_no_key(tmp_path: Path) -> None:
    tea = _read(tmp_path, TWO).for_workspace("T0TEA")
    assert tea
    assert tea.database_url == "sqlite:///qcon-bot.T0TEA.sqlite3"
    assert tea.public_url == "https://bot.example.org/w/T0TEA"
    assert (tea.token_keys, tea.client_secret, tea.multi_workspace) == ((), "", False)


def test_a_schema_of_all_workspaces_is_refused_since_each_has_its_own() -> None:
    with pytest.raises(SettingsError, match="takes no schema with SLACK_CLIENT_ID"):
        settings.read_settings(MANY | {"QCON_DATABASE_URL": "postgresql://db/bot?timeout=5&schema=one"})


def test_the_operators_commands_choose_one_of_the_conferences(tmp_path: Path) -> None:
    assert _read(tmp_path, TWO, QCON_WORKSPACE="T0TEA").name == "Tea 2031"
    only_tea = TWO.partition("  - schedule: https")[0]
    with pytest.raises(SettingsError, match="no conference for the workspace T0OTHER"):
        _read(tmp_path, only_tea, QCON_WORKSPACE="T0OTHER")
    with pytest.raises(SettingsError, match="a workspace's id"):
        _read(tmp_path, TWO, QCON_WORKSPACE="../tea")


def test_without_the_file_every_workspace_has_the_same_conference() -> None:
    read = settings.read_settings(MANY | {"QCON_SCHEDULE": "tea.yaml"}).for_workspace("T0ANY")
    assert read
    assert read.schedule == "tea.yaml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "should be like this"),
        ("conferences: []", "should be like this"),
        ("conferences: [tea.yaml]", "conference 1 takes"),
        ("conferences: [{schedule: a, colour: red}]", "and nothing else"),
        ("conferences: [{workspaces: T0TEA}]", "is a list of ids"),
        ("conferences: [{workspaces: [../tea]}]", "is a list of ids"),
        ("conferences: [{workspaces: [12]}]", "is a list of ids"),
        ("conferences: [{organisers: me}]", "conference 1: QCON_ORGANISERS"),
        ("conferences: [{workspaces: [T0TEA]}, {workspaces: [T0TEA]}]", "T0TEA is listed in more than one"),
        ("conferences: [{name: a}, {name: b}]", "only one conference"),
        ("conferences: [", "cannot be read: while parsing"),
    ],
)
def test_a_mistake_in_the_file_is_reported_with_its_entry(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="QCON_CONFERENCES") as caught:
        _read(tmp_path, text)
    assert told in str(caught.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FileNotFoundError"):
        settings.read_settings(MANY | {"QCON_CONFERENCES": str(tmp_path / "none.yaml")})


@pytest.mark.parametrize("missing", [name for name in MANY if name != "SLACK_CLIENT_ID"])
def test_each_variable_for_many_workspaces_is_required(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        settings.read_settings({name: value for name, value in MANY.items() if name != missing})


def test_a_bot_token_together_with_many_workspaces_is_refused() -> None:
    with pytest.raises(SettingsError, match="use one or the other"):
        settings.read_settings(MANY | {"SLACK_BOT_TOKEN": "xoxb-1"})


@pytest.mark.parametrize("key", ["short", "?" * 44, "A" * 43, "A" * 88])
def test_a_token_key_must_have_32_bytes(key: str) -> None:
    with pytest.raises(SettingsError, match="openssl"):
        settings.read_settings(MANY | {"QCON_TOKEN_KEYS": key})


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("sqlite:////var/lib/bot.sqlite3", "sqlite:////var/lib/bot.T0TEA.sqlite3"),
        ("sqlite:///bot", "sqlite:///bot.T0TEA"),
        ("postgresql://bot@db/bot", "postgresql://bot@db/bot?schema=workspace_t0tea"),
        ("postgresql://bot@db/bot?ssl=1", "postgresql://bot@db/bot?ssl=1&schema=workspace_t0tea"),
    ],
)
def test_the_database_of_a_workspace_is_a_file_or_a_schema(url: str, home: str) -> None:
    assert settings.workspace_database_url(url, "T0TEA") == home
