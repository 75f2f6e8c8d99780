from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit.talk_text import RenderContext
from bot.handlers.home import home_view
from bot.handlers.home.home_view import PAGE_KINDS, HomePage, HomeVisitor
from bot.questions.models import Reader
from bot.schedule.models import short_id
from tests.schedules import a_conference, a_room, a_schedule, a_talk, london

ROOM = a_room("Fleming", "")

TALKS = [
    a_talk(f"Talk {number}", f"{9 + number // 10:02}:{5 * (number % 10):02}", minutes=5, room=ROOM)
    for number in range(100)
]

CTX = RenderContext(a_schedule(*TALKS), london("08:00"), Reader(a_conference().timezone))

DAY = HomePage("day", "2019-03-05")


@given(
    st.sampled_from(("", *PAGE_KINDS)),
    st.text(max_size=128),
    st.none() | st.integers(min_value=0, max_value=10_000),
    st.text(max_size=10),
)
def test_a_page_survives_a_round_trip_as_json(by: str, of: str, number: int | None, part: str) -> None:
    page = HomePage(by, of, number, part) if by else HomePage()
    assert HomePage.from_json(page.to_json()) == page


@pytest.mark.parametrize(
    "kept", ["", "{}", "[]", "3", '["planet", "x", 1]', '["day", 1, 1]', '["day", "x", "y"]', "[1"]
)
def test_an_unreadable_page_is_the_front_page(kept: str) -> None:
    assert HomePage.from_json(kept) == HomePage()


def test_a_button_that_was_shown_by_an_older_version_still_works() -> None:
    assert HomePage.from_json('["day", "2019-03-05", 2]') == HomePage("day", "2019-03-05", 2)


def shown(page: HomePage, at: str = "08:00") -> dict[str, Any]:
    view = home_view.browse_page(page, CTX._replace(now=london(at)), HomeVisitor())
    assert view
    return view


def menu(view: dict[str, Any]) -> dict[str, Any]:
    """The menu of parts."""
    return next(
        element
        for block in view["blocks"]
        for element in block.get("elements", ())
        if element["type"] == "static_select"
    )


def test_a_day_opens_at_the_talks_of_the_present_hour() -> None:
    assert "1–20 of 100" in str(shown(DAY))
    assert "41–60 of 100" in str(shown(DAY, at="13:20"))


def test_a_day_is_narrowed_to_a_part_or_an_hour() -> None:
    parts = {option["text"]["text"]: option["value"] for option in menu(shown(DAY))["options"]}
    assert list(parts) == [
        "All day",
        "Morning",
        "Afternoon",
        "Evening",
        *(f"{hour:02}:00–{hour:02}:59" for hour in range(9, 19)),
    ]
    afternoon = shown(HomePage.from_json(parts["Afternoon"]))
    assert "Talk 30" in str(afternoon)
    assert "of 60" in str(afternoon)
    hour = str(shown(HomePage.from_json(parts["14:00–14:59"])))
    assert all((f"Talk {number}*" in hour) == (50 <= number < 60) for number in range(100))


def test_the_chosen_part_of_the_day_is_kept_when_the_page_is_turned() -> None:
    view = shown(HomePage("day", "2019-03-05", None, "afternoon"))
    assert menu(view)["initial_option"]["text"]["text"] == "Afternoon"
    later = view["blocks"][-1]["elements"][0]
    assert HomePage.from_json(later["value"]) == HomePage("day", "2019-03-05", 1, "afternoon")


def test_menus_are_reset_when_the_front_page_is_shown_again() -> None:
    first, then = (home_view.front_page(CTX._replace(now=london(at)), HomeVisitor()) for at in ("08:00", "08:01"))
    ids = [{block["block_id"] for block in view["blocks"] if "block_id" in block} for view in (first, then)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


def test_only_organisers_see_the_organise_button() -> None:
    assert "Organise…" not in str(home_view.front_page(CTX, HomeVisitor()))
    assert "Organise…" in str(home_view.front_page(CTX, HomeVisitor(may_organise=True)))


def test_home_begins_with_its_owners_next_saved_talk() -> None:
    visitor = HomeVisitor(frozenset({TALKS[1].id, TALKS[60].id}))
    texts = str(home_view.front_page(CTX._replace(now=london("10:00")), visitor))
    assert texts.index("Up next for you") < texts.index("Today 15:00 · Talk 60") < texts.index("On now")
    assert "Talk 1*" not in texts
    assert "My agenda (2)" in texts


def test_a_room_is_not_repeated_on_its_own_page() -> None:
    view = shown(HomePage("room", short_id(ROOM.id)))
    assert sum("Fleming" in str(block) for block in view["blocks"]) == 1
