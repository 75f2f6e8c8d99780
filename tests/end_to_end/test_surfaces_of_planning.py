"""Interests, suggestions, plans and demand at a conference of 872 talks, in a real Chromium, wide and on a phone."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.playground.server import open_playground
from bot.schedule.models import Schedule
from tests.conftest import FOSDEM
from tests.playground.browser import Window, browser, window

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ("browser", "window")


@pytest_asyncio.fixture(loop_scope="module")
async def url(fosdem: Schedule) -> AsyncIterator[str]:
    """Run a playground that opens FOSDEM just before its first talk."""
    async with open_playground(schedule=str(FOSDEM)) as url:
        yield url


async def _home(window: Window) -> Locator:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Home").click()
    home = window.page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("For you")
    return home


async def test_interests_are_chosen_in_home_and_what_is_suggested_can_be_dismissed_for_good(window: Window) -> None:
    home = await _home(window)
    await home.get_by_role("button", name="Interests…").click()
    form = window.page.get_by_role("dialog", name="My interests")
    await form.get_by_role("checkbox", name="RISC-V", exact=True).check()
    await form.get_by_role("textbox", name="Other topics").fill("databases, kubernetes")
    await window.look(form, "planning-interests", height=1100)
    await form.get_by_role("button", name="Save").click()
    await expect(home).to_contain_text("Interests: databases, kubernetes, risc-v")
    await window.look(home, "planning-for-you", height=1900)
    shown = (await home.inner_text()).split("For you")[-1]
    title = shown.split(" · ")[1].splitlines()[0]
    await home.get_by_role("button", name="More actions").first.click()
    await window.page.get_by_role("menuitem", name="Not for me").click()
    await expect(home).not_to_contain_text(title)


async def test_a_talk_of_a_plan_is_swapped_another_left_out_and_the_rest_saved(window: Window) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon plan saturday: rust and databases, lunch at 12:30, end by 17:00")
    plan = window.message("A plan for")
    await expect(plan).to_contain_text("Matches rust")
    await plan.get_by_role("button", name="Change…").click()
    dialog = window.page.get_by_role("dialog", name="Change the plan")
    await expect(dialog).to_contain_text("12:30–13:15 · lunch")
    await dialog.get_by_role("button", name="More actions").first.click()
    await expect(window.page.get_by_role("menuitem", name="Leave out")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await window.look(dialog, "planning-change", height=1400)
    menus = dialog.get_by_role("button", name="More actions")
    for number in range(await menus.count()):
        await menus.nth(number).click()
        swap = window.page.get_by_role("menuitem", name="Swap for")
        if await swap.count():
            second = (await swap.inner_text()).removeprefix("Swap for ").removesuffix("…")
            await swap.click()
            break
        await window.page.keyboard.press("Escape")
    await expect(dialog.get_by_text(f"· {second}").first).to_be_visible()
    before = await menus.count()
    await menus.first.click()
    await window.page.get_by_role("menuitem", name="Leave out").click()
    await expect(menus).to_have_count(before - 1)
    await dialog.get_by_role("button", name="Save all").click()
    await expect(window.page.get_by_role("dialog", name="Done")).to_contain_text(f"Saved {before - 1} talks")


async def test_organisers_see_the_demand(window: Window) -> None:
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    await window.write("/qcon organise")
    await window.page.get_by_role("dialog", name="Organise").get_by_role("button", name="Demand…").click()
    demand = window.page.get_by_role("dialog", name="Demand")
    await expect(demand).to_contain_text("No demand to show yet")
    await window.look(demand, "planning-demand")
