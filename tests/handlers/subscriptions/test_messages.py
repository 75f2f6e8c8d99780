import pytest

from bot.handlers.subscriptions.messages import (
    BareCommand,
    Misunderstood,
    RemindHere,
    RemindMe,
    parse_reminder_command,
)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", BareCommand.CHOOSE),
        ("here", RemindHere(10)),
        ("Here  15", RemindHere(15)),
        ("here 5 minutes", RemindHere(5)),
        ("here track security", RemindHere(10, "track", "security")),
        ("here 30 min room Fleming", RemindHere(30, "room", "fleming")),
        ("me", RemindMe()),
        ("me 15", RemindMe(15)),
        ("me 5 minutes before", RemindMe(5)),
        ("here off", BareCommand.STOP_HERE),
        ("list", BareCommand.LIST_ALL),
    ],
)
def test_the_options_of_a_remind_command_are_understood(text: str, request_: object) -> None:
    assert parse_reminder_command(text) == request_


@pytest.mark.parametrize("text", ["everyone", "here 7", "here soon", "here track", "here 999999999999"])
def test_an_unknown_option_of_a_remind_command_is_answered_with_help(text: str) -> None:
    with pytest.raises(Misunderstood, match="remind"):
        parse_reminder_command(text)


@pytest.mark.parametrize(
    ("text", "said"), [("me at 2pm", "talks that you save"), ("me track security", "save"), ("me 7", "`remind me 15`")]
)
def test_a_wish_for_another_reminder_is_answered_with_those_there_are(text: str, said: str) -> None:
    with pytest.raises(Misunderstood, match=said):
        parse_reminder_command(text)
