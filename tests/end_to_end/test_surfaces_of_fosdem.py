"""Surfaces that only a conference of 872 talks has, in a real Chromium: pages of lists, many talks at the same time, and clashes."""

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
    await window.look(card, "fosdem-crowded-card", height=1400)
    await card.get_by_role("button", name="See all").click()
    together = window.page.get_by_role("dialog", name="Talks")
    await expect(together.get_by_role("button", name="Later")).to_be_visible()
    await together.get_by_role("button", name="Later").click()
    await expect(together.get_by_role("button", name="Earlier")).to_be_visible()
    await window.look(together, "fosdem-same-time", height=1100)


async def test_home_of_a_big_conference(window: Window) -> None:
    await window.jump("09:20", "09:50", "10:20")  # before the rooms open: some twenty talks start at once
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
    await window.jump("09:20", "09:50")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Messages").click()
    reminder = window.message("Turn off or change reminders")
    await expect(reminder).to_contain_text("Starting at")
    await window.look(reminder, "fosdem-reminders")
