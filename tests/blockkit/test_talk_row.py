"""The row of one talk, which looks the same in every list."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.blockkit import talk_row
from bot.blockkit.blocks import Block
from bot.blockkit.talk_row import MenuChoice, RowStyle
from bot.blockkit.talk_text import RenderContext
from bot.questions.models import Reader
from bot.schedule.models import Talk, short_id
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

FLOWS = a_talk("Event Flows", "10:35", room=a_room("Fleming", ""), speakers=(a_speaker("Ann van Lee"),))

CTX = RenderContext(a_schedule(FLOWS), london("10:00"), Reader(ZoneInfo("Europe/London")))


def texts(blocks: list[Block]) -> list[str]:
    """The text of each block."""
    return [block["text"]["text"] if "text" in block else block["elements"][0]["text"] for block in blocks]


def row(talk: Talk = FLOWS, ctx: RenderContext = CTX, style: RowStyle = talk_row.PLAIN_ROW) -> list[str]:
    """The lines of a row."""
    return texts([talk_row.talk_row(talk, ctx, style)])[0].split("\n")


def choices(menu: dict[str, Any]) -> list[str]:
    return [option["text"]["text"] for option in menu["options"]]


def test_a_row_shows_time_title_speaker_and_room() -> None:
    assert row() == ["*10:35 · Event Flows*", "Ann van Lee · Fleming"]


def test_a_row_says_the_state_first_in_words() -> None:
    assert row(replace(FLOWS, cancelled=True))[1] == "*Cancelled* · Ann van Lee · Fleming"
    assert row(replace(FLOWS, full=True))[1] == "*Full* · Ann van Lee · Fleming"
    assert row(ctx=CTX._replace(now=london("10:40")))[1].startswith("*On now until 11:25* · ")
    assert row(ctx=CTX._replace(now=london("12:00")))[1].startswith("*Over* · ")
    assert row(style=RowStyle(frozenset({FLOWS.id})))[1].startswith("*Saved* · ")


def test_a_row_says_that_its_talk_has_moved_until_it_is_over() -> None:
    moved = CTX._replace(moved=frozenset({FLOWS.id}))
    assert row(ctx=moved)[1] == "*Moved* · Ann van Lee · Fleming"
    assert row(replace(FLOWS, full=True), moved)[1].startswith("*Full · Moved* · ")
    assert row(replace(FLOWS, cancelled=True), moved)[1].startswith("*Cancelled* · ")
    assert row(ctx=moved._replace(now=london("12:00")))[1].startswith("*Over* · ")


def test_a_row_of_a_lasting_message_does_not_say_that_a_talk_is_on_now() -> None:
    stays = Reader(ZoneInfo("Europe/London"), stays=True)
    assert row(ctx=CTX._replace(now=london("10:40"), reader=stays))[1] == "Ann van Lee · Fleming"


def test_a_row_names_the_readers_own_time_where_it_differs() -> None:
    assert row(ctx=CTX._replace(reader=Reader(ZoneInfo("Africa/Lagos"))))[1] == "Ann van Lee · Fleming · 11:35 for you"


def test_a_row_can_leave_out_room_and_speakers_and_add_the_day() -> None:
    assert row(style=RowStyle(room=False))[1] == "Ann van Lee"
    assert row(style=RowStyle(room=False, speakers=False)) == ["*10:35 · Event Flows*"]
    assert row(style=RowStyle(day=True))[0] == "*Today 10:35 · Event Flows*"


def test_the_menu_offers_to_save_a_talk_or_to_remove_a_saved_one() -> None:
    assert choices(talk_row.talk_menu(FLOWS, RowStyle())) == ["Details", "Save to my agenda", "Share…"]
    assert choices(talk_row.talk_menu(FLOWS, RowStyle(frozenset({FLOWS.id})))) == [
        "Details",
        "Remove from my agenda",
        "Share…",
    ]
    value = talk_row.talk_menu(FLOWS, RowStyle(frozenset({FLOWS.id})))["options"][1]["value"]
    assert MenuChoice.from_value(value) == (talk_row.REMOVE, short_id(FLOWS.id))


@pytest.mark.parametrize(("saved", "labels"), [(None, []), (False, ["Save"]), (True, ["Remove from my agenda"])])
def test_the_buttons_offer_what_can_be_done(saved: bool | None, labels: list[str]) -> None:
    buttons = talk_row.talk_buttons(FLOWS, saved=saved)
    assert [one["text"]["text"] for one in buttons] == ["Details", *labels]
    assert {one["value"] for one in buttons} == {FLOWS.id}


def test_rows_are_grouped_by_day_and_by_hour() -> None:
    talks = [
        a_talk("A", "10:05"),
        a_talk("B", "10:35"),
        a_talk("C", "11:00"),
        replace(a_talk("D", "10:05"), start=london("10:05", "2019-03-06"), end=london("10:30", "2019-03-06")),
    ]
    headings = [text for text in texts(talk_row.grouped_rows(talks, CTX, RowStyle(day=True))) if " · " not in text]
    assert headings == ["*Today, Tue 5 March*", "*10:00*", "*11:00*", "*Tomorrow, Wed 6 March*", "*10:00*"]


def test_an_hour_with_one_talk_needs_no_heading() -> None:
    talks = [a_talk("A", "10:05"), a_talk("C", "11:00")]
    assert texts(talk_row.grouped_rows(talks, CTX)) == ["*10:05 · A*", "*11:00 · C*"]


def test_a_star_in_a_title_does_not_end_the_bold() -> None:
    assert row(a_talk("C* and friends", "10:05")) == ["*10:05 · C∗ and friends*"]


def test_talks_that_start_together_have_their_exact_time_as_heading() -> None:
    together = [a_talk("A", "10:30"), a_talk("B", "10:30"), a_talk("C", "11:00"), a_talk("D", "11:50")]
    headings = [text for text in texts(talk_row.grouped_rows(together, CTX)) if len(text) == len("*10:30*")]
    assert headings == ["*10:30*", "*11:00*"]
