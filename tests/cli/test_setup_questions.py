import re
from pathlib import Path

import pytest

from bot.cli import setup_questions
from bot.cli.setup_questions import InvalidAnswer, WizardQuestion


def test_a_prompt_shows_the_default_answer_but_no_secret() -> None:
    assert WizardQuestion("a", "What?").prompt == "What? > "
    assert WizardQuestion("a", "What?", "/pycon").prompt == "What? [/pycon] > "
    assert "xoxb" not in WizardQuestion("a", "Token", "xoxb-1", secret=True).prompt


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("Teapot Days 2031", "/teapotdays"),
        ("EuroPython 2024", "/europython"),
        ("Café Über", "/cafeuber"),
        ("会議", ""),
        ("", ""),
        ("A" * 50, "/" + "a" * 31),
    ],
)
def test_a_command_is_suggested_from_the_conference_name(name: str, command: str) -> None:
    assert setup_questions.likely_command(name) == command


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("a.json", "a.json"),
        ("'a b.json'", "a b.json"),
        ("https://x.org/~me", "https://x.org/~me"),
        ("~/a.json", str(Path.home() / "a.json")),
    ],
)
def test_a_file_may_be_typed_or_dragged_into_the_terminal(typed: str, path: str) -> None:
    assert setup_questions.parse_source(typed) == path


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("Europe/Lisbon", "Europe/Lisbon"), ("lisbon", "Europe/Lisbon"), ("New York", "America/New_York")],
)
def test_a_time_zone_is_known_by_its_name_or_city(typed: str, zone: str) -> None:
    assert setup_questions.parse_zone(typed).key == zone


@pytest.mark.parametrize(
    ("read", "typed", "said"),
    [
        (setup_questions.parse_required, "", "This one needs an answer"),
        (setup_questions.parse_zone, "Lisboa", "There's no time zone “Lisboa”"),
        (setup_questions.parse_bot_token, "xapp-1", "That's the app-level token, which comes next"),
        (setup_questions.parse_bot_token, "xoxp-1", "A bot token begins with xoxb-"),
        (setup_questions.parse_bot_token, "xoxb-1 xoxb-2", "A bot token begins with xoxb-"),
        (setup_questions.parse_app_token, "xoxb-1", "That's the bot token"),
        (setup_questions.parse_app_token, "", "An app-level token begins with xapp-"),
        (setup_questions.parse_signing_secret, "abc", "A signing secret has 32 digits and letters"),
        (setup_questions.parse_organisers, "@olivia", "not '@olivia'. In Slack, a person's id is in their profile"),
    ],
)
def test_an_invalid_answer_is_refused_with_a_hint(read: object, typed: str, said: str) -> None:
    assert callable(read)
    with pytest.raises(InvalidAnswer, match=re.escape(said)):
        read(typed)
