import pytest

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.delivery.alert_messages import failure_alert, guesses_alert, rejected_alert, used_anyway_message
from bot.fake_slack.block_kit import problems
from tests.delivery.test_messages import buttons

ALERTS = [
    failure_alert("channel", "C1", "is_archived"),
    failure_alert("people", "", "user_disabled"),
    failure_alert("message", "0a1b2c", "no_text"),
    rejected_alert("Half of it is gone.", 3),
    guesses_alert("The time zone is Europe/Berlin.\nThe name is told by nobody."),
    used_anyway_message(4, "U1"),
]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.text[:30])
def test_an_alert_says_what_happened_and_names_no_other_conference(alert: Message) -> None:
    assert alert.text
    assert "qcon" not in str(alert).casefold()


def test_the_alert_about_a_lost_channel_says_how_to_get_reminders_again() -> None:
    assert "the channel is archived (`is_archived`)" in ALERTS[0].text
    assert "invite me there and turn them on" in ALERTS[0].text


def test_the_alert_about_a_rejected_version_has_a_button_with_a_confirmation() -> None:
    message = rejected_alert("In the new version of <schedule>.yaml, 3 of 5 talks are gone.", 7)
    assert "&lt;schedule&gt;.yaml, 3 of 5 talks are gone. If the change is right, use it anyway." in message.text
    assert buttons(message) == [(action_ids.USE_SOURCE, "7")]
    assert message.blocks[-1]["elements"][0]["confirm"]["title"]["text"] == "Use this version?"
    assert problems("message", message.payload()) == []


def test_the_alert_about_an_unreadable_version_has_no_button() -> None:
    message = rejected_alert("schedule.yaml:1:8: error: …" * 200, 0)
    assert buttons(message) == []
    assert problems("message", message.payload()) == []
