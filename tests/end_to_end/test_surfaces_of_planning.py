"""Interests, suggestions, plans, demand, feedback and the calendar, of five talks and of 872, in a real Chromium."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.live_schedule import source
from bot.playground.server import new_session, serve_session
from bot.playground.session import SHIPPED_SCRIPT, DemoSession, script_for
from bot.settings import SHIPPED_SCHEDULE
from bot.slack.manifest import manifest
from tests.conftest import FOSDEM
from tests.fake_slack.person import Person
from tests.playground.browser import Window, browser, window

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ("browser", "window")


@dataclass(frozen=True)
class PlannedConference:
    """A conference, and what people ask for there."""

    name: str  # of its pictures
    topic: str  # offered by the form of interests
    others: str
    plan: str
    reason: str
    lunch: str
    clashing: tuple[str, str] = ("", "")  # titles of talks at the same time
    kept: str = "Complex Event Flows in Distributed Systems"


QCON = PlannedConference(
    name="surface",
    topic="Microservices",
    others="event flows, terraform",
    plan="today: event flows and terraform, lunch at 12:45",
    reason="Matches event flows",
    lunch="12:45–13:30 (13:45 for you) · lunch",
)

BIG = PlannedConference(
    name="fosdem",
    topic="RISC-V",
    others="databases, kubernetes",
    plan="saturday: rust and databases, lunch at 12:30, end by 17:00",
    reason="Matches rust",
    lunch="12:30–13:15 · lunch",
    clashing=("MySQL 8 vs MariaDB 10.4", "State of OpenJDK"),
    kept="MySQL 8 vs MariaDB 10.4",
)

COMMENTS = (
    "Clear and quick.",
    "Too little time for questions.",
    "The slides were hard to read from the back.",
    "More of this, please.",
    "A good start.",
    "I would have liked a demo.",
)


@pytest.fixture(params=[QCON, BIG], ids=lambda conference: conference.name)
def conference(request: pytest.FixtureRequest) -> PlannedConference:
    if request.param is BIG and not FOSDEM.exists():
        pytest.skip("needs ../shared/schedules")
    chosen: PlannedConference = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="module")
async def session(conference: PlannedConference) -> DemoSession:
    """A playground that opens just before the conference's first talk, and offers calendar feeds."""
    file = FOSDEM if conference is BIG else SHIPPED_SCHEDULE
    schedule = await asyncio.to_thread(source.read_source, str(file))
    script = script_for(schedule) if conference is BIG else SHIPPED_SCRIPT
    return new_session(schedule, script, "https://bot.example.org")


@pytest_asyncio.fixture(loop_scope="module")
async def url(session: DemoSession) -> AsyncIterator[str]:
    async with serve_session(session, manifest()) as url:
        yield url


async def _home(window: Window) -> Locator:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Home").click()
    home = window.page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("For you")
    return home


async def test_interests_are_chosen_in_home_and_a_suggestion_can_be_dismissed(
    window: Window, conference: PlannedConference
) -> None:
    home = await _home(window)
    await home.get_by_role("button", name="Interests…").click()
    form = window.page.get_by_role("dialog", name="My interests")
    await form.get_by_role("checkbox", name=conference.topic).first.check()
    await form.get_by_role("textbox", name="Other topics").fill(conference.others)
    await window.look(form, f"{conference.name}-interests", height=1100)
    await form.get_by_role("button", name="Save").click()
    await expect(home).to_contain_text(re.compile("Interests: .*" + conference.others.split(", ")[1]))
    await window.look(home, f"{conference.name}-for-you", height=1900)
    shown = (await home.inner_text()).split("For you")[-1]
    title = shown.split(" · ")[1].splitlines()[0]
    await home.get_by_role("button", name="More actions").first.click()
    await window.page.get_by_role("menuitem", name="Not for me").click()
    still_suggested = re.compile(f"For you.*{re.escape(title)}.*Interests:", re.DOTALL)
    await expect(home).not_to_contain_text(still_suggested)


async def test_a_plan_is_saved_with_one_talk_swapped_and_another_left_out(
    window: Window, conference: PlannedConference
) -> None:
    await window.act_as("Amara Okafor")
    await window.write(f"/qcon plan {conference.plan}")
    plan = window.message("A plan for")
    await expect(plan).to_contain_text(conference.reason)
    await window.look(plan, f"{conference.name}-plan", height=1700)
    await plan.get_by_role("button", name="Change…").click()
    dialog = window.page.get_by_role("dialog", name="Change the plan")
    await expect(dialog).to_contain_text(conference.lunch)
    await window.look(dialog, f"{conference.name}-change", height=1400)
    menus = dialog.get_by_role("button", name="More actions")
    for number in range(await menus.count()):
        await menus.nth(number).click()
        await expect(window.page.get_by_role("menuitem", name="Leave out")).to_be_visible()
        swap = window.page.get_by_role("menuitem", name="Swap for")
        if await swap.count():
            second = (await swap.inner_text()).removeprefix("Swap for ").removesuffix("…")
            await swap.click()
            await expect(dialog.get_by_text(f"· {second}").first).to_be_visible()
            break
        await window.page.keyboard.press("Escape")
    else:
        assert conference is QCON  # whose talks are one after the other
    before = await menus.count()
    await menus.first.click()
    await window.page.get_by_role("menuitem", name="Leave out").click()
    await expect(menus).to_have_count(before - 1)
    await dialog.get_by_role("button", name="Save all").click()
    await expect(window.page.get_by_role("dialog", name="Done")).to_contain_text(f"Saved {before - 1} talk")


async def test_organisers_see_the_demand_of_six_attendees(
    window: Window, conference: PlannedConference, session: DemoSession
) -> None:
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    demand = await _demand(window)
    await expect(demand).to_contain_text("No demand to show yet.")
    await demand.get_by_role("button", name="Back").click()
    await expect(demand).to_have_count(0)
    await window.page.keyboard.press("Escape")
    for person in session.slack.add_people(6):
        attendee = session.slack.person(person)
        await attendee.ask("/qcon interests sourdough bread, quilting", "@")
        for title in filter(None, conference.clashing):
            await attendee.ask(f"/qcon save {title}", "@")
    demand = await _demand(window)
    await expect(demand).to_contain_text("sourdough bread: 6 people")
    if conference is BIG:
        for title in conference.clashing:
            await expect(demand).to_contain_text(f"“{title}”")
    await window.look(demand, f"{conference.name}-demand")


async def test_organisers_read_the_votes_and_comments_of_six_attendees(
    window: Window, conference: PlannedConference, session: DemoSession
) -> None:
    rated = session.schedule.talks[:6]
    slack = session.slack
    people = [Person(slack.workspace.user(person), slack.app) for person in slack.add_people(len(COMMENTS))]
    for person in people:
        for talk in rated:
            await person.ask(f"/qcon save {talk.title}", "@")
    await session.jump_to(rated[0].start.replace(hour=20, minute=30))
    for number, (person, comment) in enumerate(zip(people, COMMENTS, strict=True)):
        asked = await person.sees("@", "How were the talks you saved")
        for place, talk in enumerate(rated[: len(rated) - number % 2]):
            vote = number * place % 3
            await person.click(asked, f"vote:{vote}", value=f"{('green', 'yellow', 'red')[vote]} {talk.id}")
        await person.click(await person.sees("@", "Your vote for"), "comment")
        await person.sees_modal("Your comment")
        assert await person.submit(text=comment) == {}
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    await window.write("/qcon feedback")
    results = window.message("Feedback so far")
    await expect(results).to_contain_text("6 liked it")
    await window.look(results, f"{conference.name}-results", height=1000)


async def _demand(window: Window) -> Locator:
    await window.write("/qcon organise")
    await window.page.get_by_role("dialog", name="Organise").get_by_role("button", name="Demand…").click()
    demand = window.page.get_by_role("dialog", name="Demand")
    await expect(demand).to_contain_text("Only what 5 people")
    return demand


async def test_a_calendar_feed_is_shown_renewed_and_turned_off(window: Window, conference: PlannedConference) -> None:
    await window.act_as("Amara Okafor")
    await window.write(f"/qcon save {conference.kept}")
    await expect(window.message(f"Saved: {conference.kept}")).to_be_visible()
    await window.write("/qcon calendar")
    feed = window.message("Your calendar feed")
    address = feed.get_by_text("https://bot.example.org/calendar/mine/")
    first = await address.inner_text()
    await expect(feed.get_by_role("link", name="Open in my calendar")).to_have_attribute(
        "href", re.compile("^webcal://bot.example.org/")
    )
    await window.look(feed, f"{conference.name}-calendar")
    await feed.get_by_role("button", name="New address").click()
    await expect(address).not_to_have_text(first)
    await feed.get_by_role("button", name="Turn off the feed").click()
    await expect(window.message("Your calendar feed is off")).to_be_visible()
