from bot.delivery.alert_messages import ConflictSummary, RevisionSummary, revision_message


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
    dispute = ConflictSummary("Event <Flows>", ("start", "end", "room"), "moved to <Whittle>")
    assert summary_text("", {}, 0, 0, dispute).splitlines()[1] == (
        "• The source now differs on _Event &lt;Flows&gt;_ (time and room). "
        "Your change stays until you undo it (“moved to &lt;Whittle&gt;”)."
    )
    assert summary_text("", {}, 0, 0, *[dispute] * 10).splitlines()[-1] == "and 2 more where the source differs"
