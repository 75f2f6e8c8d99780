"""The messages that come by themselves on a day of the conference, of five talks and of 872, in a real Chromium.

The morning digest, a saved talk that is full or cancelled with similar ones, what changed, and the evening's question with recordings.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.playground.server import open_playground
from tests.conftest import FOSDEM
from tests.playground.browser import Window, browser, window

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ("browser", "window")


@dataclass(frozen=True)
class ConferenceDay:
    """A day, and its talks that somebody saves, that are changed, and that somebody misses."""

    name: str  # of its pictures
    date: str
    schedule: str  # a file; empty for the included one
    kept: str
    full: str
    cancelled: str
    missed: str
    interests: str


QCON = ConferenceDay(
    name="surface",
    date="2019-03-05",
    schedule="",
    kept="Complex Event Flows in Distributed Systems",
    full="Reactive Systems Architecture",
    cancelled="What Lies Between: The Challenge of Operationalising Microservices",
    missed="Lessons From 300k+ Lines of Infrastructure Code",
    interests="terraform",
)

BIG = ConferenceDay(
    name="fosdem",
    date="2020-02-01",
    schedule=str(FOSDEM),
    kept="MySQL 8 vs MariaDB 10.4",
    full="Preserve kubernetes state using heptio velero",
    cancelled="Running MySQL in Kubernetes in real life",
    missed="Hacking Terraform for fun and profit",
    interests="terraform",
)


@pytest.fixture(params=[QCON, BIG], ids=lambda day: day.name)
def day(request: pytest.FixtureRequest) -> ConferenceDay:
    """A day of a small and of a big conference."""
    if request.param is BIG and not FOSDEM.exists():
        pytest.skip("needs ../shared/schedules")
    day: ConferenceDay = request.param
    return day


@pytest_asyncio.fixture(loop_scope="module")
async def url(day: ConferenceDay) -> AsyncIterator[str]:
    """Run a playground with this day's conference."""
    async with open_playground(schedule=day.schedule) as url:
        yield url


async def _jump(window: Window, day: ConferenceDay, clock: str) -> None:
    await window.page.get_by_title("Jump to another time").click()
    form = window.page.get_by_role("dialog", name="Jump to another time")
    await form.get_by_label(re.compile("^In ")).fill(f"{day.date}T{clock}")
    await form.get_by_role("button", name="Jump").click()
    await expect(window.page.get_by_role("group", name="Conference clock")).to_contain_text(clock, timeout=30_000)


async def _direct_messages(window: Window) -> None:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Messages").click()


async def _organise(window: Window, title: str, action: str) -> Locator:
    """Choose an action on a talk and return its form."""
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    await window.write("/qcon organise")
    menu = window.page.get_by_role("dialog", name="Organise", exact=True)
    found = menu.get_by_role("combobox", name="Find a session…")
    await found.press_sequentially(title)
    await expect(menu.get_by_role("option").first).to_contain_text(title[:20])
    await found.press("ArrowDown")
    await found.press("Enter")
    await menu.get_by_role("button", name=action).click()
    await expect(menu).to_have_count(0)
    return window.page.get_by_role("dialog").last


async def _confirm(window: Window, button: str) -> None:
    await window.page.get_by_role("dialog", name="Is this right?").get_by_role("button", name=button).click()
    done = window.page.get_by_role("dialog", name="Done")
    await done.get_by_role("button", name="Close").last.click()
    await expect(done).to_have_count(0)


async def test_a_day_from_the_morning_to_the_evening(window: Window, day: ConferenceDay) -> None:
    await _jump(window, day, "07:00")
    await window.act_as("Amara Okafor")
    await window.write(f"/qcon interests {day.interests}")
    await expect(window.message("nterests")).to_be_visible()
    for title in (day.kept, day.full, day.cancelled):
        await window.write(f"/qcon save {title}")
        await expect(window.message(f"Saved: {title}")).to_be_visible()
    await window.write("/qcon settings")
    for name in ("Morning digest", "Recordings"):
        await window.message("Your settings").get_by_role("combobox", name=name).select_option(label="On")
        await expect(window.message("Your settings").get_by_role("combobox", name=name)).to_have_value("on")
    await _jump(window, day, "08:01")
    await _direct_messages(window)
    digest = window.message("Your day")
    await expect(digest).to_contain_text(day.kept, timeout=30_000)
    await window.look(digest, f"{day.name}-digest")

    await _organise(window, day.full, "Mark as full…")
    await _confirm(window, "Mark as full")
    form = await _organise(window, day.cancelled, "Cancel…")
    await form.get_by_role("textbox").fill("The speaker is ill.")
    await form.get_by_role("button", name="Next").click()
    await _confirm(window, "Cancel the session")
    form = await _organise(window, day.missed, "Stream, recording…")
    await form.get_by_label("Recording").fill("https://example.org/recording")
    await form.get_by_role("button", name="Next").click()
    await _confirm(window, "Change them")

    await window.act_as("Amara Okafor")
    await _direct_messages(window)
    await window.look(window.message("Full:"), f"{day.name}-full")
    cancelled = window.message("Cancelled:")
    await expect(cancelled).to_contain_text("Similar", timeout=30_000)
    await window.look(cancelled, f"{day.name}-cancelled")
    await window.write("/qcon changes")
    changes = window.message("changes since")
    await window.look(changes, f"{day.name}-changes")

    await _jump(window, day, "21:01")
    await _direct_messages(window)
    evening = window.message("may have missed")
    await expect(evening).to_contain_text(day.missed, timeout=30_000)
    await window.look(evening, f"{day.name}-evening", height=1000)
