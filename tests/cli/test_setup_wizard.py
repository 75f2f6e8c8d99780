"""The setup wizard with an organiser's answers, without a terminal and without Slack."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
import yaml

from bot.cli.files import parse_env
from bot.cli.setup_questions import Terminal, WizardQuestion
from bot.cli.setup_wizard import SetupWizard
from bot.errors import BotError, SettingsError
from bot.live_schedule.source import import_source
from bot.schedule.importers.models import ImportHints, ImportResult
from bot.schedule.yaml.load import load
from bot.slack.client import BotTokenInfo, PublicChannel
from tests.conftest import QCON
from tests.schedule.importers.table import OURS

TEAPOT = str(OURS / "schedule-v1.json")

TOKENS = ["xoxb-1", "xapp-1", ""]

ADDRESS = "https://pretalx.example.org/teapot31/"


@dataclass
class Organiser(Terminal):
    """An organiser with prepared answers, files in memory, and a Slack that knows one token of each kind."""

    answers: list[str]
    files: dict[str, bytes] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    asked: list[WizardQuestion] = field(default_factory=list)
    seen: list[tuple[str, ImportHints]] = field(default_factory=list)

    def ask(self, question: WizardQuestion) -> str:
        self.asked.append(question)
        if not self.answers:
            raise BotError("Nobody answers.")
        return self.answers.pop(0)

    def say(self, text: str) -> None:
        self.said.append(text)

    def load_schedule(self, source: str, hints: ImportHints) -> ImportResult:
        self.seen.append((source, hints))
        return import_source(TEAPOT if source == ADDRESS else source, hints)

    def check_bot_token(self, bot_token: str) -> BotTokenInfo:
        if bot_token != "xoxb-1":
            raise SettingsError("Slack refuses SLACK_BOT_TOKEN (invalid_auth).")
        return BotTokenInfo(
            "teapot", "Kitchen", (PublicChannel("tea", joined=False), PublicChannel("general", joined=True))
        )

    def check_app_token(self, app_token: str) -> None:
        if app_token != "xapp-1":
            raise SettingsError("Slack refuses SLACK_APP_TOKEN (invalid_auth).")

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, data: bytes, *, private: bool = False) -> None:
        self.files[path] = data
        self.private |= {path} if private else set()

    @property
    def settings(self) -> dict[str, str]:
        return parse_env(self.files[".env"].decode())

    @property
    def heard(self) -> str:
        return "\n".join(self.said)


def sets_up(*answers: str, known: Mapping[str, str] | None = None, url: str = "", **files: bytes) -> Organiser:
    """Run the wizard with these answers and return the organiser. `files` exist before, `env` as .env."""
    there = {{"env": ".env", "schedule": "schedule.yaml"}[name]: data for name, data in files.items()}
    organiser = Organiser(list(answers), there)
    SetupWizard(organiser, known or {}, url).run()
    assert not organiser.answers
    return organiser


def test_a_file_of_another_format_becomes_a_schedule_to_serve() -> None:
    organiser = sets_up("Kettle Camp", "/kettle", TEAPOT, *TOKENS)
    schedule = load(organiser.files["schedule.yaml"], "x")
    assert (schedule.conference.name, len(schedule.talks)) == ("Kettle Camp", 2)
    assert "  Left out: 1 entry without a time yet: `To be arranged`" in organiser.heard
    assert organiser.settings == {
        "QCON_COMMAND": "/kettle",
        "QCON_SCHEDULE": "schedule.yaml",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
    }
    assert organiser.private == {".env"}


def test_the_manifest_names_the_command_and_no_other_conference() -> None:
    organiser = sets_up("Kettle Camp", "/kettle", TEAPOT, *TOKENS)
    written = organiser.files["slack-manifest.yaml"].decode()
    app = yaml.safe_load(written)
    assert app["display_information"]["name"] == app["features"]["bot_user"]["display_name"] == "kettle"
    assert app["settings"]["socket_mode_enabled"]
    assert "qcon" not in written.casefold()


def test_a_schedule_address_is_followed_under_the_name_that_the_organiser_gives() -> None:
    organiser = sets_up("Kettle Camp", "/kettle", ADDRESS, *TOKENS)
    assert organiser.settings["QCON_SCHEDULE"] == ADDRESS
    assert organiser.settings["QCON_NAME"] == "Kettle Camp"
    assert "schedule.yaml" not in organiser.files
    assert "The bot keeps following this address" in organiser.heard


def test_a_schedule_file_of_ours_is_served_where_it_is() -> None:
    organiser = sets_up("Kettle Camp", "/kettle", str(QCON), *TOKENS)
    assert organiser.settings["QCON_SCHEDULE"] == str(QCON)
    assert "That file calls the conference QCon London 2019" in organiser.heard


@pytest.mark.parametrize(("name", "guess"), [("sessionize.json", ""), ("pretalx-v1.json", "Etc/GMT-1")])
def test_the_wizard_asks_for_the_time_zone_when_the_file_names_none(name: str, guess: str) -> None:
    organiser = sets_up("Kettle Camp", "/kettle", str(OURS / name), "Lisbon", *TOKENS)
    assert [one.default for one in organiser.asked if one.key == "timezone"] == [guess]
    assert load(organiser.files["schedule.yaml"], "x").conference.timezone.key == "Europe/Lisbon"


def test_enter_accepts_the_suggested_command() -> None:
    assert sets_up("Teapot Days 2031", "", TEAPOT, *TOKENS).settings["QCON_COMMAND"] == "/teapotdays"


def test_an_invalid_answer_is_explained_and_asked_for_again() -> None:
    organiser = sets_up(
        "",
        "/Not This",
        "/kettle",
        "",
        "none.yaml",
        TEAPOT,
        "xapp-1",
        "xoxb-2",
        "xoxb-1",
        "xapp-2",
        "xapp-1",
        "me",
        "U012ABC",
    )
    for said in (
        "A slash command is a slash and up to 31 lower-case",
        "This one needs an answer",
        "The schedule none.yaml cannot be read",
        "That's the app-level token, which comes next",
        "Slack refuses SLACK_BOT_TOKEN",
        "Slack refuses SLACK_APP_TOKEN",
        "not 'me'",
    ):
        assert said in organiser.heard
    assert organiser.settings["QCON_ORGANISERS"] == "U012ABC"


def test_the_last_message_says_where_to_invite_the_bot_and_how_to_go_on() -> None:
    last = sets_up("Kettle Camp", "/kettle", TEAPOT, *TOKENS).said[-1]
    assert "\n  /invite @teapot  in #tea; the bot is already in #general\n  /kettle next     asks it" in last


def test_over_http_the_signing_secret_is_asked_for_in_place_of_the_app_token() -> None:
    organiser = sets_up("", "/kettle", TEAPOT, "xoxb-1", "f" * 32, "", url="https://bot.example.org")
    assert organiser.settings["SLACK_SIGNING_SECRET"] == "f" * 32
    assert organiser.settings["QCON_PUBLIC_URL"] == "https://bot.example.org"
    assert "https://bot.example.org/slack/events" in organiser.files["slack-manifest.yaml"].decode()


def test_setup_without_tokens_keeps_the_other_answers_for_the_next_run() -> None:
    first = sets_up("Kettle Camp", "/kettle", TEAPOT, "")
    assert first.settings == {"QCON_COMMAND": "/kettle", "QCON_SCHEDULE": "schedule.yaml"}
    assert "run qcon-bot setup again" in first.said[-1]
    again = Organiser(["Kettle Camp", "", TEAPOT, *TOKENS], first.files)
    SetupWizard(again, first.settings).run()
    assert again.settings == first.settings | {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def test_other_lines_of_env_stay_and_an_old_token_is_replaced_only_on_yes() -> None:
    before = b"# mine\nPORT=4000\nSLACK_BOT_TOKEN=xoxb-old\n"
    kept = sets_up("", "/kettle", TEAPOT, *TOKENS, "no", env=before)
    assert kept.files[".env"].startswith(before)
    assert kept.settings["SLACK_APP_TOKEN"] == "xapp-1"
    assert "Kept in .env: SLACK_BOT_TOKEN." in kept.heard
    replaced = sets_up("", "/kettle", TEAPOT, *TOKENS, "yes", env=before)
    assert replaced.files[".env"].startswith(b"# mine\nPORT=4000\nSLACK_BOT_TOKEN=xoxb-1\n")


def test_an_existing_schedule_file_is_replaced_only_on_yes() -> None:
    beside = sets_up("", "/kettle", TEAPOT, "teapot.yaml", *TOKENS, schedule=b"mine")
    assert beside.files["schedule.yaml"] == b"mine"
    assert beside.settings["QCON_SCHEDULE"] == "teapot.yaml"
    replaced = sets_up("", "/kettle", TEAPOT, "yes", *TOKENS, schedule=b"mine")
    assert replaced.files["schedule.yaml"] == beside.files["teapot.yaml"]


def test_setting_up_twice_with_the_same_answers_changes_nothing_and_asks_nothing_more() -> None:
    first = sets_up("Kettle Camp", "/kettle", TEAPOT, *TOKENS)
    again = Organiser(["Kettle Camp", "", TEAPOT, "", "", ""], dict(first.files))
    SetupWizard(again, first.settings).run()
    assert again.files == first.files


def test_an_unfinished_setup_changes_no_file() -> None:
    organiser = Organiser(["", "/kettle", TEAPOT], {".env": b"A=1\n", "schedule.yaml": b"mine"})
    with pytest.raises(BotError):
        SetupWizard(organiser, {}).run()
    assert organiser.files == {".env": b"A=1\n", "schedule.yaml": b"mine"}
