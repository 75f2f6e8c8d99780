"""Fixtures of the tests in Chromium: a browser, a running playground and a window that shows it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect

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

# So that a test can break the connection.
_REMEMBER_SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); window.sockets.push(this); }
};
"""

WIDE: ViewportSize = {"width": 1280, "height": 800}

PHONE: ViewportSize = {"width": 390, "height": 844}

WAIT_MS = 30_000  # on a busy machine; nobody waits where it is not needed

SCREENSHOTS = Path(__file__).parent.parent.parent / "screenshots"  # for people to look at; not in the repository


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Start one Chromium for a module's tests. They skip where none is installed."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def url() -> AsyncIterator[str]:
    """Run a playground for one test and yield its address."""
    async with open_playground() as url:
        yield url


@pytest_asyncio.fixture(loop_scope="module")
async def window(browser: Browser, url: str) -> AsyncIterator["Window"]:
    """Open the playground in a window. Script errors and requests to other addresses fail the test."""
    page = await browser.new_page(viewport=WIDE, color_scheme="light")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda entry: problems.append(entry.text) if entry.type == "error" else None)
    page.on("request", lambda request: problems.append(request.url) if url not in request.url else None)
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    await page.add_init_script(_REMEMBER_SOCKETS)
    await page.goto(url)
    yield Window(page)
    await page.close()
    assert not problems


class Window:
    """The page's parts, found by the names that a screen reader reads."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def message(self, text: str) -> Locator:
        """Find the newest message that contains this text."""
        return self.messages.get_by_role("article").filter(has_text=text).last

    async def write(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def act_as(self, name: str) -> None:
        await self.page.get_by_role("navigation").get_by_role("button", name=name).click()

    async def jump(self, *clocks: str) -> None:
        """Jump to the times before the next sessions, one after the other."""
        for clock in clocks:
            await self.button("10 minutes before the next session").click()
            await expect(self.page.get_by_role("group", name="Conference clock")).to_contain_text(clock)

    async def drop_connection(self) -> None:
        """Break the page's WebSocket, as a server that goes away does. The page connects again by itself."""
        await self.page.evaluate("window.sockets.at(-1).close()")

    async def look(self, part: Locator, name: str, *, height: int = 844) -> None:
        """Look at one part of the page, wide by day and on a phone by night: keep a picture of each.

        axe looks too, and also wide by night and on a phone by day. `height` is that of the window in pixels.
        """
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.set_viewport_size(ViewportSize(width=WIDE["width"], height=height))
        await part.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
        await self.expect_accessible()
        await self.page.emulate_media(color_scheme="dark")
        await self.expect_accessible()
        await self.page.set_viewport_size(ViewportSize(width=PHONE["width"], height=height))
        await part.screenshot(path=SCREENSHOTS / f"{name}-phone.png", animations="disabled")
        assert await self.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await self.expect_accessible()
        await self.expect_touchable()
        await self.page.emulate_media(color_scheme="light")
        await self.expect_accessible()
        await self.page.set_viewport_size(WIDE)

    async def expect_accessible(self) -> None:
        """Let axe look at the page as it is; it must find nothing."""
        if not await self.page.evaluate("Boolean(window.axe)"):
            await self.page.evaluate(Axe().axe_script)
        found = await self.page.evaluate("axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)")
        assert not found, [(problem["id"], [node["html"] for node in problem["nodes"]]) for problem in found]

    async def expect_touchable(self) -> None:
        """Everything to touch on a phone is at least 44 pixels high and wide."""
        small = await self.page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, textarea")]
              .filter((element) => element.checkVisibility() && !element.closest(".prose, .skip"))
              .map((element) => ({ name: element.ariaLabel || element.textContent, size: (element.closest(".choice") ?? element).getBoundingClientRect() }))
              .filter(({ size }) => size.width > 0 && (size.height < 44 || size.width < 44))
              .map(({ name, size }) => `${name}: ${size.width}x${size.height}`)"""
        )
        assert small == []

    async def screenshot(self, name: str) -> None:
        """Save a screenshot under this name."""
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
