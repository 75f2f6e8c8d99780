"""The surfaces with a conference of 872 talks, in a real Chromium; `make pictures` keeps the pictures for the docs."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

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


async def test_lists_of_a_big_conference(window: Window) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon saturday at 14:00")
    listed = window.message("Only visible to you")
    await expect(listed.get_by_role("button", name="Later")).to_be_visible()
    await listed.get_by_role("button", name="More actions").nth(1).click()
    await window.page.get_by_role("menuitem", name="Save to my agenda").click()
    await expect(listed).to_contain_text("10 minutes before")
    await window.look(listed, "fosdem-list", height=1400)
    await window.write("/qcon talks about kubernetes")
    found = window.message("talks on kubernetes")
    await window.look(found, "fosdem-matches", height=1400)
    await found.get_by_role("button", name="More actions").first.click()
    await window.page.get_by_role("menuitem", name="Details").click()
    card = window.page.get_by_role("dialog", name="Session")
    await expect(card).to_contain_text("At the same time")
    await window.look(card, "fosdem-card", height=1400)
    await card.get_by_role("button", name="See all").click()
    together = window.page.get_by_role("dialog", name="Talks")
    await expect(together.get_by_role("button", name="Later")).to_be_visible()
    await together.get_by_role("button", name="Later").click()
    await expect(together.get_by_role("button", name="Earlier")).to_be_visible()
    await window.look(together, "fosdem-same-time", height=1100)


async def _jump(window: Window, *clocks: str) -> None:
    """Jump to the times before the next talks, one after the other."""
    for clock in clocks:
        await window.button("10 minutes before the next session").click()
        await expect(window.page.get_by_role("group", name="Conference clock")).to_contain_text(clock)


async def test_home_of_a_big_conference(window: Window) -> None:
    await _jump(window, "09:20", "09:50", "10:20")  # before the rooms open: some twenty talks start at once
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Home").click()
    home = window.page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("See all")
    await window.look(home, "fosdem-home", height=1900)
    await home.get_by_role("combobox", name="Choose a day…").select_option(label="Sun 2 February")
    await expect(home).to_contain_text("1–20 of")
    part = home.get_by_role("combobox", name="Time…")
    await part.select_option(label="Afternoon")
    await expect(home).to_contain_text("Back to Home")
    await window.look(home, "fosdem-browse", height=1900)
    await home.get_by_role("button", name="Later").click()
    await expect(home).to_contain_text("21–40 of")
    await home.get_by_role("button", name="Back to Home").click()
    day = home.get_by_role("combobox", name="Choose a day…")
    await expect(day).to_have_value("")  # nothing stays chosen
    await day.select_option(label="Sun 2 February")
    await expect(home.get_by_role("combobox", name="Time…").locator("option:checked")).to_have_text("All day")


async def test_a_morning_at_a_big_conference(window: Window, fosdem: Schedule) -> None:
    talks = iter(fosdem.talks)
    first = next(talk for talk in talks if fosdem.conference.local(talk.start).hour == 10)
    second = next(talk for talk in talks if talk.start == first.start)
    later = next(talk for talk in talks if talk.start >= first.end)
    await window.act_as("Amara Okafor")
    for talk in (first, second, later):
        await window.write(f"/qcon save {talk.title}")
        await expect(window.message(f"Saved: {talk.title[:40]}")).to_be_visible()
    await window.write("/qcon agenda")
    agenda = window.message("Your agenda")
    await expect(agenda).to_contain_text("Clashes with")
    await window.look(agenda, "fosdem-agenda", height=1100)
    await window.write("/qcon plan saturday between 13:00 and 17:00: databases, kubernetes and security")
    plan = window.message("A plan for")
    await expect(plan).to_contain_text("Matches")
    await window.look(plan, "fosdem-plan", height=1700)
    await _jump(window, "09:20", "09:50")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Messages").click()
    reminder = window.message("Turn off or change reminders")
    await expect(reminder).to_contain_text("Starting at")
    await window.look(reminder, "fosdem-reminder")


async def test_what_a_person_saved_is_shared_and_what_is_like_it_is_found(window: Window) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon settings")
    settings = window.message("Your settings")
    await expect(settings.get_by_role("combobox", name="Reminders")).to_be_visible()
    await window.look(settings, "fosdem-settings")
    await window.write("/qcon like How FOSS could revolutionize municipal government")
    similar = window.message("Similar to “How FOSS could")
    await expect(similar).to_contain_text("In common:")
    await window.look(similar, "fosdem-similar", height=1000)
    await similar.get_by_role("button", name="More actions").first.click()
    await window.page.get_by_role("menuitem", name="Share…").click()
    form = window.page.get_by_role("dialog", name="Share this")
    await form.get_by_label("A person").select_option(label="Marisol Vega")
    await window.look(form, "fosdem-share")
    await form.get_by_role("button", name="Share").click()
    await expect(window.page.get_by_role("dialog", name="Shared")).to_contain_text("Shared with")


async def test_organisers_find_a_session_among_many_and_see_whom_it_clashes_with(window: Window) -> None:
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    await window.write("/qcon organise")
    menu = window.page.get_by_role("dialog", name="Organise", exact=True)
    found = menu.get_by_role("combobox", name="Find a session…")
    await found.press_sequentially("mysql 8 vs")
    await expect(menu.get_by_role("option").first).to_contain_text("MySQL 8 vs MariaDB")
    await found.press("ArrowDown")
    await found.press("Enter")
    await expect(menu).to_contain_text("Sat 1 February 10:40")
    await window.look(menu, "fosdem-organise-session")
    await menu.get_by_role("button", name="Delay…").click()
    form = window.page.get_by_role("dialog", name="Delay")
    await form.get_by_label("Minutes later").fill("20")
    await form.get_by_role("button", name="Next").click()
    confirm = window.page.get_by_role("dialog", name="Is this right?")
    await expect(confirm).to_contain_text("Careful:")
    await window.look(confirm, "fosdem-organise-confirm")
