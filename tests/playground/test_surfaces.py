"""The page draws modals, the App Home, shortcuts and every block, in Chromium, with a tiny bot that uses them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from bot.clock import Clock
from bot.fake_slack import FakeSlack
from bot.fake_slack.block_kit import with_ids
from bot.playground.server import serve_session
from bot.playground.session import DemoSession
from bot.schedule.models import Schedule
from tests.fake_slack import tiny_bot
from tests.playground.browser import Window, browser, window
from tests.playground.kitchen_sink import KITCHEN_SINK

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ("browser", "window")

MANIFEST = {
    "features": {
        "slash_commands": [{"command": "/echo", "description": "Says it again"}],
        "shortcuts": [{"name": "Find a talk", "type": "global", "callback_id": "find"}],
        "app_home": {"home_tab_enabled": True},
    }
}


class TimelessBot:
    """A bot that does not depend on the time."""

    async def set_time(self, conference_time: datetime, speed: float) -> None:
        """Ignore the time."""


@asynccontextmanager
async def run_tiny_bot(slack: FakeSlack, _: Clock) -> AsyncIterator[TimelessBot]:
    async with tiny_bot.over_http(slack):
        yield TimelessBot()


@pytest.fixture
def session(qcon: Schedule) -> DemoSession:
    return DemoSession(run_tiny_bot, qcon, datetime(2019, 3, 5, 10, 20, tzinfo=UTC))


@pytest_asyncio.fixture(loop_scope="module")
async def url(session: DemoSession) -> AsyncIterator[str]:
    async with serve_session(session, MANIFEST) as url:
        yield url


async def test_a_shortcut_opens_a_modal_with_type_ahead_that_shows_errors_and_is_sent(window: Window) -> None:
    await window.button("Shortcuts").click()
    await window.page.get_by_role("menuitem", name="Find a talk").click()
    modal = window.page.get_by_role("dialog", name="Rate it")
    why = modal.get_by_role("textbox", name="Why?")
    await expect(why).to_be_focused()
    await why.fill("meh")
    talk = modal.get_by_role("combobox", name="Talk (optional)")
    await talk.press_sequentially("te")
    await expect(modal.get_by_role("option", name="Telemetry")).to_be_visible()
    await window.screenshot("type-ahead")
    await talk.press("ArrowDown")
    await talk.press("Enter")
    await expect(talk).to_have_value("Terraform")
    await modal.get_by_role("button", name="Send").click()
    await expect(modal).to_contain_text("A little more, please.")
    await expect(why).to_have_value("meh")
    await expect(talk).to_have_value("Terraform")
    await window.screenshot("modal-error")
    await why.fill("because I liked it")
    await why.press("Enter")
    await expect(modal).to_have_count(0)
    await window.button("qcon").first.click()
    await window.page.get_by_role("tab", name="Messages").click()
    await expect(window.message("Rated terraform.")).to_be_visible()


async def test_the_app_home_is_published_when_it_is_opened(window: Window) -> None:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    home = window.page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("home")
    await home.get_by_role("button", name="Rate").click()
    await expect(window.page.get_by_role("dialog", name="Rate it")).to_be_visible()
    await window.screenshot("home-modal")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_block_is_drawn(window: Window, session: DemoSession, theme: str) -> None:
    await window.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await window.page.set_viewport_size({"width": 1280, "height": 1100})
    await expect(window.message("1 reply")).to_be_visible()
    workspace = session.slack.workspace
    general = workspace.conversation("general")
    workspace.post(general, workspace.bot.id, "Every block", blocks=with_ids(KITCHEN_SINK), from_app=True)
    message = window.message("Every block there is")
    await expect(message.get_by_role("heading", name="Every block there is")).to_be_visible()
    await expect(message.locator(".prose strong").first).to_have_text("bold")
    await expect(message.locator("blockquote")).to_have_text("quoted")
    await expect(message.locator("pre")).to_have_text("a *block* of code")
    await expect(message.get_by_role("link", name="link")).to_have_attribute("href", "https://example.org")
    await expect(message).to_contain_text("Starts today at 10:35.")
    await expect(message.get_by_role("combobox", name="Choose a room")).to_be_visible()
    found = await Axe().run(window.page)
    serious = [
        violation for violation in found.response["violations"] if violation["impact"] in ("serious", "critical")
    ]
    assert not serious, [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in serious]
    await window.screenshot(f"blocks-{theme}")
    await message.get_by_role("button", name="Delete", exact=True).first.click()
    await expect(window.page.get_by_role("dialog", name="Really?")).to_contain_text("It stays so.")
    await window.page.keyboard.press("Escape")
    await window.page.set_viewport_size({"width": 390, "height": 1500})
    assert await window.page.evaluate("document.documentElement.scrollWidth") == 390
    await window.screenshot(f"blocks-phone-{theme}")


async def test_times_are_shown_in_the_time_zone_of_the_acting_person(window: Window, session: DemoSession) -> None:
    workspace = session.slack.workspace
    text = "Starts <!date^1551782100^{time}|10:35>."
    workspace.post(workspace.conversation("general"), workspace.bot.id, text, from_app=True)
    await expect(window.message("Starts 10:35.")).to_be_visible()
    await window.act_as("Marisol Vega")
    await expect(window.message("Starts 05:35.")).to_be_visible()


async def test_a_new_message_is_counted_beside_its_channel_until_it_is_read(
    window: Window, session: DemoSession
) -> None:
    hallway = window.page.get_by_role("list", name="Conversations").get_by_role("button", name="hallway")
    await expect(hallway).to_be_visible()
    session.slack.person("kenji").say("hallway", "Is this seat taken?")
    await expect(hallway).to_contain_text("1")
    await hallway.click()
    await expect(window.message("Is this seat taken?")).to_be_visible()
    await expect(hallway).to_have_text("#hallway")
