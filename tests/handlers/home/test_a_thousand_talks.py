"""App Home of a day with a thousand talks, a hundred at a time: every talk is a few presses away."""

import json
from typing import Any

import pytest

from bot.blockkit import action_ids
from bot.blockkit.talk_text import RenderContext
from bot.fake_slack.block_kit import problems
from bot.handlers.home import home_view
from bot.handlers.home.home_view import HomePage, HomeVisitor
from bot.questions.models import Reader
from bot.schedule.models import Schedule, short_id
from tests.schedules import a_conference, a_room, a_schedule, a_talk, london

ROOMS = [a_room(f"Room {number:03}", "") for number in range(100)]

MOST_PRESSES = 4  # of [Earlier] or [Later], once the hour is chosen


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    talks = [
        a_talk(f"Talk {9 + hour:02}-{number}", f"{9 + hour:02}:00", id=f"t{hour}-{number}", room=room)
        for hour in range(10)
        for number, room in enumerate(ROOMS)
    ]
    return a_schedule(*talks)


def _shown(view: dict[str, Any]) -> set[str]:
    """The short ids of the talks in a view."""
    options = (block.get("accessory", {}).get("options", ()) for block in view["blocks"])
    return {option["value"].split(" ")[1] for menu in options for option in menu if " " in option["value"]}


def _page(page: HomePage, ctx: RenderContext) -> dict[str, Any]:
    view = home_view.browse_page(page, ctx, HomeVisitor())
    assert view
    assert problems("home", view) == []
    return view


def _hours(view: dict[str, Any]) -> list[HomePage]:
    """The pages to which the menu of a day's parts leads, one for each hour."""
    elements = [element for block in view["blocks"] for element in block.get("elements", ())]
    menu = next(element for element in elements if element.get("action_id") == action_ids.HOME_PART)
    pages = [HomePage.from_json(option["value"]) for option in menu["options"]]
    return [page for page in pages if page.part.isdigit()]


def test_every_talk_is_found_by_its_hour_within_a_few_presses(schedule: Schedule) -> None:
    ctx = RenderContext(schedule, london("08:00"), Reader(a_conference().timezone))
    day = _page(HomePage("day", "2019-03-05"), ctx)
    assert len(_hours(day)) == 10
    found: set[str] = set()
    for hour in _hours(day):
        last = json.loads(_page(HomePage(hour.kind, hour.key, 10_000, hour.part), ctx)["private_metadata"])[2]
        assert last <= MOST_PRESSES
        for number in range(last + 1):
            found |= _shown(_page(HomePage(hour.kind, hour.key, number, hour.part), ctx))
    assert found == {short_id(talk.id) for talk in schedule.talks}


def test_a_day_opens_at_the_talks_of_the_present_hour(schedule: Schedule) -> None:
    ctx = RenderContext(schedule, london("14:05"), Reader(a_conference().timezone))
    shown = _shown(_page(HomePage("day", "2019-03-05"), ctx))
    assert shown <= {short_id(talk.id) for talk in schedule.talks if talk.start == london("14:00")}
    rooms = _page(HomePage("room", short_id(ROOMS[7].id)), ctx)
    assert len(_shown(rooms)) == 10


def test_the_front_page_stays_short_and_leads_to_everything(schedule: Schedule) -> None:
    ctx = RenderContext(schedule, london("14:05"), Reader(a_conference().timezone))
    view = home_view.front_page(ctx, HomeVisitor(frozenset(schedule.talk_by_id), may_organise=True))
    assert problems("home", view) == []
    assert len(view["blocks"]) < 50
    assert "See all 100" in str(view)
    assert "My agenda (1000)" in str(view)
