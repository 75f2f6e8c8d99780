import pytest

from bot.views.alerts import alert, refused, used_anyway
from bot.views.message import Message

ALERTS = [
    alert("channel", "C1", "is_archived"),
    alert("people", "", "user_disabled"),
    alert("message", "0a1b2c", "no_text"),
    refused("Half of it is gone.", 3),
    used_anyway(4, "U1"),
]


@pytest.mark.parametrize("told", ALERTS, ids=lambda told: told.text[:30])
def test_an_alert_says_what_happened_and_names_no_other_conference(told: Message) -> None:
    assert told.text
    assert "qcon" not in str(told).casefold()


def test_a_channel_that_is_lost_says_how_to_have_reminders_again() -> None:
    assert "the channel is archived (`is_archived`)" in ALERTS[0].text
    assert "invite me there and turn them on" in ALERTS[0].text
