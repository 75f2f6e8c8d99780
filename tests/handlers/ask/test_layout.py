from dataclasses import replace

from bot.blockkit import action_ids
from bot.blockkit.blocks import Block, ListPage, Message
from bot.blockkit.talk_row import RowStyle
from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.layout import PAGE_SIZE, AnswerLayout, AnswerText, render_layout
from bot.questions.models import Reader
from tests.schedules import a_conference, a_schedule, a_talk, london

HOURS = [a_talk(f"Talk {number}", f"{9 + number // 4:02}:{15 * (number % 4):02}", minutes=15) for number in range(30)]

EARLY = RenderContext(a_schedule(*HOURS), london("08:00"), Reader(a_conference().timezone))

LIST = AnswerLayout(("*Many*",), HOURS, in_order=True, style=RowStyle())


def elements(message: Message) -> dict[str, Block]:
    """The buttons of a message, by label."""
    found = [
        element for block in message.blocks for element in block.get("elements", ()) if element["type"] == "button"
    ]
    return {element["text"]["text"]: element for element in found}


def titles(message: Message) -> list[str]:
    return [line.split(" · ")[-1] for line in message.text.splitlines() if "Talk" in line]


def test_a_list_opens_with_its_first_page_and_leads_to_the_next() -> None:
    message = render_layout(LIST, EARLY, question="today")
    assert titles(message) == [f"Talk {number}" for number in range(PAGE_SIZE)]
    assert "1–8 of 30" in message.text
    assert list(elements(message)) == ["Later"]
    assert ListPage.from_value(elements(message)["Later"]["value"]) == (1, "today")


def test_every_talk_is_on_exactly_one_page() -> None:
    pages = [render_layout(LIST, EARLY, question="today", page=number) for number in range(4)]
    assert [title for page in pages for title in titles(page)] == [talk.title for talk in HOURS]
    assert [list(elements(page)) for page in pages] == [
        ["Later"],
        ["Earlier", "Later"],
        ["Earlier", "Later"],
        ["Earlier"],
    ]


def test_a_list_opens_at_the_present_hour_and_at_its_start_once_all_is_over() -> None:
    assert "Talk 16" in titles(render_layout(LIST, EARLY._replace(now=london("13:00")), question="today"))
    assert "Talk 0" in titles(render_layout(LIST, EARLY._replace(now=london("23:00")), question="today"))


def test_a_list_does_not_open_at_a_session_that_lasts_all_day() -> None:
    workshop = a_talk("All day", "09:00", minutes=600)
    ctx = EARLY._replace(now=london("13:00"))
    assert "Talk 16" in titles(render_layout(replace(LIST, rows=[workshop, *HOURS]), ctx, question="today"))


def test_a_page_number_beyond_the_end_shows_the_last_page() -> None:
    assert titles(render_layout(LIST, EARLY, question="today", page=99)) == titles(render_layout(LIST, EARLY, page=3))


def test_two_talks_have_a_menu_each_and_a_single_talk_has_buttons() -> None:
    two = render_layout(AnswerLayout(("Two",), HOURS[:2]), EARLY)
    assert [block["accessory"]["action_id"] for block in two.blocks if "accessory" in block] == [
        action_ids.TALK_MENU
    ] * 2
    assert not elements(two)
    alone = AnswerLayout((), (AnswerText(("*Fact*", "Talk 0"), HOURS[0]),))
    assert list(elements(render_layout(alone, EARLY))) == ["Details", "Save"]


def test_a_saved_talk_cannot_be_saved_again() -> None:
    saved = frozenset({HOURS[0].id})
    alone = AnswerLayout((), (AnswerText(("*Fact*", "Talk 0"), HOURS[0]),))
    assert list(elements(render_layout(alone, EARLY, saved=saved))) == ["Details", "Remove from my agenda"]
    first, second = (
        [option["text"]["text"] for option in block["accessory"]["options"]]
        for block in render_layout(AnswerLayout(("Two",), HOURS[:2]), EARLY, saved=saved).blocks
        if "accessory" in block
    )
    assert "Save to my agenda" not in first
    assert "Save to my agenda" in second
