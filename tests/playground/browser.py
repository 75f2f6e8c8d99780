"""A real Chromium on a real playground: the fixtures of the tests that look at the page."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.playground.server import open_playground

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

SCREENSHOTS = Path(__file__).parent.parent.parent / "screenshots"  # looked at by people, kept by nobody


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for a module's tests; without one they skip."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def url() -> AsyncIterator[str]:
    """The address of a playground of one's own."""
    async with open_playground() as url:
        yield url


@pytest_asyncio.fixture(loop_scope="module")
async def window(browser: Browser, url: str) -> AsyncIterator["Window"]:
    """The playground in a window; whatever goes wrong in its scripts fails the test."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: wrong.append(asked.url) if url not in asked.url else None)
    page.set_default_timeout(5_000)
    await page.goto(url)
    yield Window(page)
    await page.close()
    assert not wrong


class Window:
    """The page, by the names a person or a screen reader knows its parts by."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def talk(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def message(self, text: str) -> Locator:
        """The newest message that holds this text."""
        return self.talk.get_by_role("article").filter(has_text=text).last

    async def write(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def act_as(self, name: str) -> None:
        await self.page.get_by_role("navigation").get_by_role("button", name=name).click()

    async def look(self, name: str) -> None:
        """Keep a picture."""
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
