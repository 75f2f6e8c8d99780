import pytest

from bot.app import workspace
from bot.handlers.ask.subcommands import SUBCOMMANDS, Subcommand, spoken_subcommand, suggested_command, typed_subcommand
from bot.slack.routing import subcommands_of


@pytest.mark.parametrize(
    ("text", "subcommand"),
    [
        ("agenda", Subcommand("agenda")),
        ("my agenda", Subcommand("agenda")),
        ("My Agenda!", Subcommand("agenda")),
        ("please show me my agenda", Subcommand("agenda")),
        ("what’s changed?", Subcommand("changes")),
        ("organize", Subcommand("organise")),
        ("save Terraform at scale", Subcommand("save", "Terraform at scale")),
        ("remind me", Subcommand("remind", "me")),
        ("remind me about Terraform", Subcommand("save", "Terraform")),
        ("remind me 5 min before Liz", Subcommand("save", "Liz")),
        ("notify me when the Terraform talk starts", Subcommand("save", "the Terraform talk")),
        ("can you ping me before Liz is on?", Subcommand("save", "Liz")),
        ("erinnere mich an Brikman", Subcommand("save", "Brikman")),
        ("erinnerst du mich bitte, wenn Brikman anfängt?", Subcommand("save", "Brikman")),
        ("remind me when it starts", Subcommand("save", "it")),
        ("remind me 15", Subcommand("remind", "me 15")),
        ("tell me when Liz starts", None),
        ("remind here 15 minutes", Subcommand("remind", "here 15 minutes")),
        ("my-data", Subcommand("my-data")),
        ("Delete my data!", Subcommand("my-data")),
        ("what's on my agenda?", Subcommand("agenda")),
        ("when is my next talk", Subcommand("agenda")),
        ("which of my talks clash", Subcommand("agenda")),
        ("do my sessions overlap tomorrow?", Subcommand("agenda")),
        ("what have I saved", Subcommand("agenda")),
        ("was ist mein Plan", Subcommand("agenda")),
        ("wann ist mein nächster Vortrag?", Subcommand("agenda")),
        ("welche Vorträge hab ich mir gemerkt", Subcommand("agenda")),
        ("what's on after my talk", None),
        ("where do I upload the slides of my talk", None),
        ("my first conference", None),
        ("who saved the day", None),
        ("stop", Subcommand("settings")),
        ("please turn off reminders", Subcommand("settings")),
        ("remind off", Subcommand("settings")),
        ("next", None),
        ("", None),
        ("who gives feedback to editors?", None),
    ],
)
def test_a_subcommand_is_read_the_same_in_a_slash_command_and_a_message(
    text: str, subcommand: Subcommand | None
) -> None:
    assert typed_subcommand(text) == subcommand
    assert spoken_subcommand(text) == subcommand
    assert spoken_subcommand(f"<@U0BOT> {text}") == subcommand
    assert spoken_subcommand(f" <@U0BOT>: {text}") == subcommand


@pytest.mark.parametrize(
    "text", ["report on microservices", "feedback loops", "changes in Kubernetes", "calendar apps"]
)
def test_a_message_that_only_begins_like_a_subcommand_is_a_question(text: str) -> None:
    assert spoken_subcommand(text) is None
    assert typed_subcommand(text) is not None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nexxt", "next"),
        ("agend", "agenda"),
        ("settigns", "settings"),
        ("sav terraform", "save terraform"),
        ("remnd me", "remind me"),
        ("<@U0BOT> calender", "calendar"),
        ("hlep", "help"),
        ("remidn me", "remind me"),
        ("safe deployments", ""),
        ("have you anything on Rust", ""),
        ("say terraform", ""),
        ("next", ""),
        ("kafka", ""),
        ("no", ""),
        ("", ""),
    ],
)
def test_a_mistyped_command_is_recognised(typed: str, meant: str) -> None:
    assert suggested_command(typed) == meant


def test_each_subcommand_has_a_listener() -> None:
    classes = [kind for name, kind in vars(workspace).items() if name.endswith(("Handlers", "Changes"))]
    assert subcommands_of(object.__new__(kind) for kind in classes).keys() == set(SUBCOMMANDS)
