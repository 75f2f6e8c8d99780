from dataclasses import replace

from bot.blockkit import action_ids
from bot.blockkit.talk_text import RenderContext
from bot.delivery.messages import ChangedTalk
from bot.fake_slack.block_kit import problems
from bot.handlers.recent_changes import changes_message
from bot.questions.models import Reader
from bot.schedule.models import Schedule
from tests.delivery.test_messages import buttons
from tests.schedules import a_schedule, a_talk, london

SINCE, CTX = london("10:00", "2019-03-04"), RenderContext(a_schedule(), london("10:00"), Reader())

LATE, EARLY = a_talk("Late", "14:00"), a_talk("Early", "11:00")


def test_changes_are_listed_in_order_of_start_below_the_time_they_count_from() -> None:
    told = changes_message([ChangedTalk(None, LATE), ChangedTalk(EARLY, None)], SINCE, CTX)
    assert told.text.splitlines() == [
        "*2 changes since Mon 4 March 10:00*",
        "Cancelled: Early (was 11:00)",
        "New: *14:00* · Late",
    ]
    assert buttons(told) == [(action_ids.TALK_MENU, ""), (action_ids.TALK_MENU, "")]


def test_a_time_without_changes_is_reported_as_such() -> None:
    assert changes_message([], SINCE, CTX).text == "No schedule changes since Mon 4 March 10:00."


def test_a_list_of_872_changes_stays_within_slacks_limits(fosdem: Schedule) -> None:
    moved = [ChangedTalk(talk, replace(talk, start=talk.end, title=f"<{talk.title}>")) for talk in fosdem.talks]
    told = changes_message(moved, SINCE, CTX._replace(schedule=fosdem))
    assert told.text.splitlines()[0].startswith("*872 changes since")
    assert told.text.splitlines()[-1].endswith(" more")
    assert problems("message", told.payload()) == []
