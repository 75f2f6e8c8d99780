import pytest

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.delivery.alert_messages import (
    ConflictSummary,
    RevisionSummary,
    failure_alert,
    guesses_alert,
    rejected_alert,
    revision_message,
    used_anyway_message,
)
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


def summary_text(
    by: str = "", changes: dict[str, int] | None = None, people: int = 0, channels: int = 0, *disputes: ConflictSummary
) -> str:
    return revision_message(
        RevisionSummary(12, by, "delayed by 15 minutes", changes or {}, people, channels, disputes)
    ).text


def test_a_summary_counts_changes_by_kind_and_the_people_and_channels_notified() -> None:
    counts = {"new": 1, "cancelled": 1, "moved": 2}
    assert summary_text("", counts, 1340, 3) == (
        "Revision 12, from the schedule's source: 2 moved, 1 cancelled, 1 new. 1,340 people and 3 channels are notified."
    )
    assert summary_text("", {"speakers": 1}, 1).endswith(": 1 with other speakers. 1 person is notified.")


def test_a_summary_names_the_organiser_and_their_change() -> None:
    assert summary_text("U1", {"moved": 1}, 0, 1) == (
        "Revision 12, by <@U1> (delayed by 15 minutes): 1 moved. 1 channel is notified."
    )


def test_a_summary_says_when_only_details_changed() -> None:
    assert summary_text() == "Revision 12, from the schedule's source: only details. Nobody is notified."


def test_a_summary_lists_conflicts_of_the_source_with_organisers_changes() -> None:
    dispute = ConflictSummary("Event <Flows>", ("start", "room"), "moved to <Whittle>")
    assert summary_text("", {}, 0, 0, dispute).splitlines()[1] == (
        "• The source now differs on _Event &lt;Flows&gt;_ (time and room). "
        "Your change stays until you undo it (“moved to &lt;Whittle&gt;”)."
    )
    assert summary_text("", {}, 0, 0, *[dispute] * 10).splitlines()[-1] == "and 2 more where the source differs"
