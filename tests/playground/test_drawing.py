"""The page draws the parts of Block Kit that the bot does not send yet, so that new messages show at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, expect

from bot.clock import Clock
from bot.fake_slack import FakeSlack
from bot.fake_slack.block_kit import problems
from bot.live_schedule import source
from bot.playground.server import serve_session
from bot.playground.session import DemoSession
from bot.settings import SHIPPED_SCHEDULE
from bot.slack.manifest import manifest
from tests.playground.browser import Window, browser
from tests.schedules import london

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ("browser",)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def rich(kind: str, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(elements)} | more


def words(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


BLOCKS: list[dict[str, Any]] = [
    {
        "type": "rich_text",
        "elements": [
            rich("section", words("Read ", bold=True), words("<b>this</b> "), {"type": "emoji", "name": "wave"}),
            rich("list", rich("section", words("one")), rich("section", words("two")), style="ordered"),
            rich("quote", words("as she said")),
            rich("preformatted", words("lines of code")),
        ],
    },
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": plain("Do it"), "action_id": "do", "style": "primary"},
            {"type": "datepicker", "action_id": "day", "initial_date": "2019-03-05"},
            {"type": "timepicker", "action_id": "hour", "initial_time": "10:35"},
        ],
    },
    {"type": "input", "label": plain("Who"), "element": {"type": "multi_users_select", "action_id": "who"}},
    {"type": "input", "label": plain("Where"), "element": {"type": "multi_channels_select", "action_id": "where"}},
]


class IdleBot:
    """A bot that does nothing."""

    async def set_time(self, conference_time: datetime, speed: float) -> None:
        """Ignore the time."""


@asynccontextmanager
async def run_idle_bot(slack: FakeSlack, clock: Clock) -> AsyncIterator[IdleBot]:
    del clock
    slack.actions.commands = frozenset()
    slack.actions.events = frozenset()
    yield IdleBot()


@pytest_asyncio.fixture(loop_scope="module")
async def message(browser: Browser) -> AsyncIterator[Locator]:
    """Post a message with all these blocks and find it on the page."""
    session = DemoSession(run_idle_bot, source.read_source(str(SHIPPED_SCHEDULE)), london("10:20"))
    async with serve_session(session, manifest()) as url:
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        await page.goto(url)
        await Window(page).composer.wait_for()
        workspace = session.slack.workspace
        workspace.post(workspace.conversation("general"), workspace.bot.id, "Everything", blocks=BLOCKS, from_app=True)
        yield page.get_by_role("article").last
        await page.close()


async def test_the_blocks_of_these_tests_are_valid() -> None:
    assert problems("message", {"text": "Everything", "blocks": BLOCKS}) == []


async def test_rich_text_is_drawn_without_interpreting_html_in_it(message: Locator) -> None:
    await expect(message.get_by_text("<b>this</b>")).to_be_visible()
    await expect(message.locator("strong", has_text="Read")).to_be_visible()
    await expect(message.locator("ol > li")).to_have_text(["one", "two"])
    await expect(message.locator("blockquote")).to_have_text("as she said")
    await expect(message.locator("pre")).to_have_text("lines of code")
    await expect(message.get_by_text("is not drawn here")).to_have_count(0)


async def test_pickers_have_labels_and_allow_several_people_and_channels(message: Locator) -> None:
    await expect(message.get_by_label("Date")).to_have_value("2019-03-05")
    await expect(message.get_by_label("Time")).to_have_value("10:35")
    await expect(message.get_by_role("checkbox", name="Kenji Sato")).to_be_visible()
    await expect(message.get_by_role("checkbox", name="#general")).to_be_visible()


async def test_axe_finds_nothing_serious_even_under_the_pointer(message: Locator) -> None:
    await message.get_by_role("button", name="Do it").hover()
    await Window(message.page).screenshot("drawing")
    found = await Axe().run(message.page)
    serious = [
        violation for violation in found.response["violations"] if violation["impact"] in ("serious", "critical")
    ]
    assert not serious, [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in serious]
