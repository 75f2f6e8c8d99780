from dataclasses import replace

import pytest

from bot.blockkit import action_ids
from bot.blockkit.talk_text import RenderContext
from bot.fake_slack.block_kit import problems
from bot.handlers.plan.messages import (
    MOST_TOPICS,
    no_talk_message,
    plan_message,
    plan_saved_message,
    plan_view,
    read_topics,
    similar_message,
    submitted_interests,
)
from bot.planning.day_plan import DayPlan, Interest, PlannedTalk, plan_day
from bot.planning.wishes import Wishes
from bot.questions.models import Reader
from bot.schedule.models import Schedule
from bot.search.similarity import SimilarTalk
from tests.delivery.test_messages import buttons
from tests.schedules import LONDON, a_room, a_schedule, a_talk, london

FLOWS = a_talk("Complex <Event> Flows", "10:35", room=a_room())
RIVAL = a_talk("Rival", "10:35", room=a_room("Whittle"))
SAVED = a_talk("Saved talk", "14:00", room=a_room())
CTX = RenderContext(a_schedule(FLOWS, RIVAL, SAVED), london("09:00"), Reader(LONDON, "/pycon"))
WISHES = Wishes(london("09:00").date(), london("09:00"), london("18:00"))


def _texts(message: object) -> list[str]:
    return [str(block.get("text", block.get("elements"))) for block in message.blocks]  # type: ignore[attr-defined]


def test_a_plan_shows_the_reason_and_alternative_of_each_talk_and_lunch() -> None:
    lunch = (london("12:30"), london("13:15"))
    plan = DayPlan((PlannedTalk(FLOWS, "matches flows", RIVAL), PlannedTalk(SAVED)), lunch)

    message = plan_message(plan, WISHES, "flows", CTX)

    texts = _texts(message)
    assert "Matches flows" in texts[1]
    assert "Or 10:35 _Rival_" in texts[1]
    assert "&lt;Event&gt;" in texts[1]
    assert "12:30–13:15 · lunch" in texts[2]
    assert "Saved" in texts[3]
    assert [action for action, _ in buttons(message)][-3:] == [
        action_ids.SAVE_PLAN,
        action_ids.CHANGE_PLAN,
        action_ids.AGENDA,
    ]
    assert problems("message", message.payload()) == []


def test_an_empty_plan_says_so() -> None:
    assert plan_message(DayPlan(()), WISHES, "flows", CTX).text.startswith(
        "I found nothing to plan for today, Tue 5 March."
    )


def test_the_plan_of_a_long_day_stays_within_slacks_limits(fosdem: Schedule) -> None:
    interests = {talk.id: Interest(1, f"matches {talk.title}") for talk in fosdem.talks}
    day = fosdem.conference.days[0]
    plan = plan_day(fosdem.talks_on(day), interests)

    message = plan_message(plan, WISHES, "щ" * 3_900, CTX._replace(schedule=fosdem))

    assert len(plan.talks) > 20
    assert problems("message", message.payload()) == []
    assert problems("modal", plan_view(plan, WISHES, "щ" * 3_900, CTX._replace(schedule=fosdem))) == []


def test_other_meals_are_listed_at_their_time_in_the_plan() -> None:
    wishes = replace(WISHES, pauses=(("coffee", (london("12:00"), london("12:30"))),))

    texts = _texts(plan_message(DayPlan((PlannedTalk(FLOWS, "a"), PlannedTalk(SAVED))), wishes, "", CTX))

    assert "12:00–12:30 · coffee" in texts[2]


def test_each_new_talk_in_the_modal_can_be_swapped_or_left_out_by_its_menu() -> None:
    plan = DayPlan((PlannedTalk(FLOWS, "matches flows", RIVAL), PlannedTalk(SAVED)))

    view = plan_view(plan, WISHES, "flows", CTX)

    new, saved = (block["accessory"]["options"] for block in view["blocks"][1:3])
    assert [option["text"]["text"] for option in new] == ["Swap for Rival", "Leave out", "Details"]
    assert [option["text"]["text"] for option in saved][:2] == ["Details", "Remove from my agenda"]


def test_similar_talks_are_listed_with_the_words_they_share() -> None:
    message = similar_message(FLOWS, [SimilarTalk(RIVAL, ("flows", "<events>"))], (), CTX)

    assert "In common: flows, &lt;events&gt;" in _texts(message)[1]
    assert problems("message", message.payload()) == []


def test_a_search_without_similar_or_matching_talks_says_so() -> None:
    assert similar_message(FLOWS, [], (), CTX).text.startswith("Nothing still to come")
    assert no_talk_message("zzz", []).text == "No sessions found for “zzz”."
    assert no_talk_message("r", [RIVAL, SAVED]).text.splitlines()[1:] == ["• Rival", "• Saved talk"]


def test_the_number_of_saved_talks_is_confirmed() -> None:
    assert plan_saved_message(1).text == "Saved 1 talk to your agenda."
    assert plan_saved_message(3).text == "Saved 3 talks to your agenda."


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("kubernetes, databases", ("kubernetes", "databases")),
        ("Rust and  Machine   Learning; rust", ("rust", "machine learning")),
        ("none", ()),
        (" , ", ()),
        ("none, rust", ("none", "rust")),
    ],
)
def test_topics_are_separated_by_commas_without_duplicates(text: str, topics: tuple[str, ...]) -> None:
    assert read_topics(text) == topics


def test_at_most_ten_topics_are_kept() -> None:
    assert len(read_topics(",".join(map(str, range(30))))) == MOST_TOPICS


def test_a_form_of_interests_takes_chosen_topics_and_typed_ones_between_commas() -> None:
    values = {
        "offered": {"chosen": {"selected_options": [{"value": "risc-v"}]}},
        "others": {"others": {"value": "Research and Education, rust,, RISC-V"}},
        "by_saved": {"chosen": {"selected_options": [{"value": "by-saved"}]}},
    }

    assert submitted_interests(values) == (("risc-v", "research and education", "rust"), True)
