"""Everything that people see of the bot, in a real Chromium; `make pictures` keeps the pictures for the docs.

A test for each flow, most of them at a conference of five talks and at one of 872: ask, look at details, save, be reminded,
vote, read the results; save from a list and see the agenda; browse Home and find by typing; share; find by the shortcut; be
welcomed; settings, calendar, one's own data; organise, move, hear of it and undo; announce; plan and look for similar talks;
the report; a channel's reminders. Every view that is looked at is looked at by axe, too, by day and on a phone by night.
"""

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
class VisitedConference:
    """A conference, and what people do and read there."""

    pictures: str  # begins their names
    schedule: str  # a file; empty for the included one
    name: str
    city: str
    day: str
    first: str  # the title of its first talk, which is saved and moved
    starts: str
    ends: str
    room: str
    reminder: str
    jumps: tuple[str, ...]  # the times before its sessions, up to one of which a channel is reminded
    channel_reminder: str
    second: str
    speaker: str
    given: str  # by that speaker
    track: str
    moved_to: str
    moved_until: str
    other_room: str
    warning: str  # before the talk is moved there
    liked: str


QCON = VisitedConference(
    pictures="surface",
    schedule="",
    name="QCon London 2019",
    city="London",
    day="Tue 5 March",
    first="Complex Event Flows in Distributed Systems",
    starts="10:35",
    ends="11:25",
    room="Fleming",
    reminder="Starts at 10:35 (11:35 for you) · Fleming, 3rd floor",
    jumps=("10:25",),
    channel_reminder="10:35 · Fleming, 3rd floor",
    second="Reactive Systems Architecture",
    speaker="Bernd Ruecker",
    given="Complex Event Flows",
    track="Microservices",
    moved_to="11:45",
    moved_until="12:35",
    other_room="Whittle",
    warning="",
    liked="Reactive Systems",
)

BIG = VisitedConference(
    pictures="fosdem",
    schedule=str(FOSDEM),
    name="FOSDEM 2020",
    city="Brussels",
    day="Sat 1 February",
    first="Welcome to FOSDEM 2020",
    starts="09:30",
    ends="09:55",
    room="Janson",
    reminder="Starts at 09:30 · Janson",
    jumps=("09:20", "09:50", "10:20"),
    channel_reminder="16 more at 10:30",
    second="The Linux Kernel: We have to finish this thing one day",
    speaker="Jean-Pierre Rosen",
    given="Welcome to the Ada DevRoom",
    track="Microkernels and Component-based OS",
    moved_to="11:45",
    moved_until="12:10",
    other_room="H.2214",
    warning="Careful: H.2214 has",
    liked="How FOSS could revolutionize municipal government",
)

needs_fosdem = pytest.mark.skipif(not FOSDEM.exists(), reason="needs ../shared/schedules")

at_both_sizes = pytest.mark.parametrize(
    "conference", [QCON, pytest.param(BIG, marks=needs_fosdem)], ids=["qcon", "fosdem"]
)


@pytest.fixture
def conference() -> VisitedConference:
    """The conference of tests that visit only one."""
    return QCON


@pytest_asyncio.fixture(loop_scope="module")
async def url(conference: VisitedConference) -> AsyncIterator[str]:
    """Run a playground that opens this conference just before its first talk."""
    async with open_playground(schedule=conference.schedule) as url:
        yield url


async def _open_home(window: Window) -> Locator:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Home").click()
    home = window.page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("Updated")
    return home


async def _open_messages(window: Window) -> None:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Messages").click()


@at_both_sizes
async def test_a_talk_is_saved_reminded_of_and_rated_and_the_organiser_sees_the_result(
    window: Window, conference: VisitedConference
) -> None:
    """Save from an answer, see it in Home, get the reminder, rate it, see the result as an organiser."""
    await window.act_as("Amara Okafor")
    await window.write("/qcon next")
    answer = window.message("Only visible to you")
    await expect(answer.get_by_role("button", name="Save")).to_be_visible()
    await window.look(answer, f"{conference.pictures}-answer")
    await answer.get_by_role("button", name="Save").click()
    await expect(answer).to_contain_text("Saved. I'll remind you 10 minutes before.")
    await expect(answer.get_by_role("button", name="Remove from my agenda")).to_be_visible()
    await window.look(answer, f"{conference.pictures}-saved")
    home = await _open_home(window)
    await expect(home).to_contain_text(f"{conference.starts} · {conference.first[:19]}")
    await window.jump(conference.jumps[0])
    await _open_messages(window)
    reminder = window.message(conference.reminder)
    await expect(reminder).to_contain_text("Turn off or change reminders")
    await window.look(reminder, f"{conference.pictures}-reminder")
    await window.button("10 minutes before the next session").click()  # 11:40 or 09:50: the first talk has begun
    await reminder.get_by_role("button", name="Details").click()
    card = window.page.get_by_role("dialog", name="Session")
    await card.get_by_role("button", name="👍 Liked it").click()
    await expect(card).to_contain_text("Your vote: 👍 Liked it")
    await window.look(card, f"{conference.pictures}-card")
    await window.page.keyboard.press("Escape")
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    await window.write("/qcon feedback")
    await expect(window.message("Feedback so far")).to_contain_text("Fewer than 5 votes")


async def test_talks_are_saved_from_a_list_and_by_command_and_the_agenda_shows_them(window: Window) -> None:
    await window.write("/qcon today")
    listed = window.message("Only visible to you")
    await expect(listed).to_contain_text("5 talks")
    await window.look(listed, "surface-list")
    await listed.get_by_role("button", name="More actions").nth(2).click()
    await window.page.get_by_role("menuitem", name="Save to my agenda").click()
    await expect(listed).to_contain_text("Saved. I'll remind you 10 minutes before.")
    await window.write("/qcon save Complex Event Flows in Distributed Systems")
    await expect(window.message("Saved: Complex Event Flows")).to_be_visible()
    await window.write("/qcon agenda")
    await expect(window.message("Your agenda")).to_contain_text("Tue 5 March")
    await window.look(window.message("Your agenda"), "surface-agenda")


async def test_home_is_browsed_and_talks_are_found_while_typing(window: Window) -> None:
    home = await _open_home(window)
    await window.look(home, "surface-home", height=1450)
    await home.get_by_role("combobox", name="Choose a day…").select_option(label="Tue 5 March")
    await expect(home).to_contain_text("17:25")
    await window.look(home, "surface-browse", height=900)
    await home.get_by_role("button", name="Back to Home").click()
    found = home.get_by_role("combobox", name="Find and save a talk…")
    await found.press_sequentially("infra")
    await expect(home.get_by_role("option").first).to_contain_text("Infrastructure Code")
    await found.press("ArrowDown")
    await found.press("Enter")
    await expect(home).to_contain_text("14:55 · Lessons From")
    await home.get_by_role("button", name="Share my agenda…").click()
    form = window.page.get_by_role("dialog", name="Share my agenda")
    await form.get_by_role("button", name="Share").click()
    await expect(form).to_contain_text("Choose a person or a channel.")


@at_both_sizes
async def test_the_shortcut_finds_talks_and_speakers(window: Window, conference: VisitedConference) -> None:
    await window.button("Shortcuts").click()
    await window.page.get_by_role("menuitem", name="Find a talk").click()
    finder = window.page.get_by_role("dialog", name="Find a talk")
    await finder.get_by_role("combobox", name="A speaker…").press_sequentially(conference.speaker[:3].lower())
    found = finder.get_by_role("option").filter(has_text=conference.speaker)
    await expect(found).to_be_visible()
    whole = window.page.locator("body")  # suggestions reach beyond the dialog
    await window.look(whole, f"{conference.pictures}-finder", height=1000)
    await found.dispatch_event("pointerdown")
    speaker = window.page.get_by_role("dialog", name="Speaker")
    await expect(speaker).to_contain_text(conference.given)
    await window.look(speaker, f"{conference.pictures}-speaker")


@at_both_sizes
async def test_a_person_is_welcomed_and_finds_their_settings(window: Window, conference: VisitedConference) -> None:
    await _open_home(window)
    await _open_messages(window)
    welcome = window.message("Hello! I know the schedule")
    await expect(welcome.get_by_role("button", name="What's on next?")).to_be_visible()
    await window.look(welcome, f"{conference.pictures}-welcome")
    await window.write("/qcon settings")
    await expect(window.message("Your settings")).to_be_visible()
    await window.look(window.message("Your settings"), f"{conference.pictures}-settings")
    await window.write("/qcon calendar")
    await expect(window.message("Calendar feeds aren't available here")).to_be_visible()


async def _dialog(window: Window, name: str) -> Locator:
    dialog = window.page.get_by_role("dialog", name=name, exact=True)
    await expect(dialog).to_be_visible()
    return dialog


async def _organise(window: Window) -> Locator:
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    await window.write("/qcon organise")
    return await _dialog(window, "Organise")


async def _choose(field: Locator, typed: str) -> None:
    """Type into a menu, and choose the first suggestion."""
    await field.press_sequentially(typed)
    await expect(field).to_have_attribute("aria-expanded", "true")
    await field.press("ArrowDown")
    await field.press("Enter")


@at_both_sizes
async def test_an_organiser_moves_a_talk_an_attendee_is_notified_and_the_move_is_undone(
    window: Window, conference: VisitedConference
) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon organise")
    await expect(window.message("Only organisers can do this")).to_be_visible()
    await window.write(f"/qcon save {conference.first}")
    await expect(window.message("Saved:")).to_be_visible()
    menu = await _organise(window)
    await window.look(menu, f"{conference.pictures}-organise")
    await _choose(menu.get_by_role("combobox", name="Find a session…"), conference.first[:15].lower())
    await expect(menu).to_contain_text(f"{conference.day} {conference.starts}–{conference.ends}")
    await window.look(menu, f"{conference.pictures}-organise-session")
    await menu.get_by_role("button", name="Time or room…").click()
    form = await _dialog(window, "Time or room")
    await form.get_by_label(f"Starts at ({conference.city} time)").fill("08:00")
    await form.get_by_role("button", name="Next").click()
    await expect(form).to_contain_text("That's already in the past")
    await window.look(form, f"{conference.pictures}-organise-move")
    await form.get_by_label(f"Starts at ({conference.city} time)").fill(conference.moved_to)
    room = form.get_by_role("combobox", name="Room")
    await room.fill("")
    await _choose(room, conference.other_room)
    await form.get_by_role("button", name="Next").click()
    confirm = await _dialog(window, "Is this right?")
    before = f"{conference.starts}–{conference.ends}, {conference.room}"
    after = f"{conference.moved_to}–{conference.moved_until}, {conference.other_room}"
    await expect(confirm).to_contain_text(f"{before} → {after}")
    await expect(confirm).to_contain_text(conference.warning)
    await expect(confirm).to_contain_text("1 person and #general will be notified at once.")
    await window.look(confirm, f"{conference.pictures}-organise-confirm")
    await confirm.get_by_role("button", name="Move it").click()
    done = await _dialog(window, "Done")
    await window.look(done, f"{conference.pictures}-organise-done")
    await done.get_by_role("button", name="Close").last.click()
    await expect(done).to_have_count(0)
    await window.act_as("Amara Okafor")
    await _open_messages(window)
    moved = window.message(f"Moved: now {conference.moved_to}")
    await expect(moved).to_contain_text(f"was {conference.starts}, {conference.room}")
    await window.look(moved, f"{conference.pictures}-moved")
    menu = await _organise(window)
    await menu.get_by_role("button", name="Changes and undo…").click()
    changes = await _dialog(window, "Changes")
    await expect(changes).to_contain_text(
        f"moved “{conference.first}” to {conference.moved_to}, {conference.other_room}"
    )
    await changes.get_by_role("button", name="Undo").click()
    await window.page.get_by_role("dialog", name="Undo this?").get_by_role("button", name="Undo").click()
    await expect(changes).to_contain_text("Undone by")
    await window.look(changes, f"{conference.pictures}-organise-changes")


@at_both_sizes
async def test_an_organiser_announces_to_a_track(window: Window, conference: VisitedConference) -> None:
    menu = await _organise(window)
    await menu.get_by_role("button", name="Announce…").click()
    form = await _dialog(window, "Announce")
    await form.get_by_label("Message").fill(
        f"The talks of this track are in {conference.other_room} after lunch. Plan: https://example.org/plan"
    )
    await form.get_by_label("Send to").press_sequentially(conference.track[:5].lower())
    track = form.get_by_role("option").filter(has_text=conference.track)
    await expect(track).to_be_visible()
    await window.look(window.page.locator("body"), f"{conference.pictures}-announce", height=1000)
    await track.dispatch_event("pointerdown")
    await form.get_by_role("button", name="Preview").click()
    confirm = await _dialog(window, "Is this right?")
    await expect(confirm).to_contain_text("Everyone will have it within a minute.")
    await window.look(confirm, f"{conference.pictures}-announce-confirm")
    await confirm.get_by_role("button", name="Send 1 message").click()
    announced = await _dialog(window, "Announced")
    await announced.get_by_role("button", name="Close").last.click()
    said = window.message(f"From the organisers of {conference.name}")
    await expect(said.get_by_role("link", name="https://example.org/plan")).to_be_visible()
    await window.look(said, f"{conference.pictures}-announcement")


async def test_a_plan_is_drafted_and_saved_at_once(window: Window) -> None:
    await window.act_as("Marisol Vega")
    await window.write("/qcon plan today: event flows and terraform, lunch at 12:45")
    plan = window.message("A plan for")
    await expect(plan).to_contain_text("Matches event flows")
    await expect(plan).to_contain_text("lunch")
    await plan.get_by_role("button", name="Save all").click()
    await expect(window.message("to your agenda")).to_be_visible()


@at_both_sizes
async def test_similar_talks_are_found(window: Window, conference: VisitedConference) -> None:
    await window.write(f"/qcon like {conference.liked}")
    similar = window.message(f"Similar to “{conference.liked}")
    await expect(similar).to_contain_text("In common:")
    await window.look(similar, f"{conference.pictures}-similar", height=1000)


@at_both_sizes
async def test_a_talk_is_shared_from_its_row_and_arrives_with_the_senders_name(
    window: Window, conference: VisitedConference
) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon today")
    await window.message("Only visible to you").get_by_role("button", name="More actions").nth(1).click()
    await window.page.get_by_role("menuitem", name="Share…").click()
    form = window.page.get_by_role("dialog", name="Share this")
    await form.get_by_role("button", name="Share").click()
    await expect(form).to_contain_text("Choose a person or a channel.")
    await window.look(form, f"{conference.pictures}-share")
    await form.get_by_label("A person").select_option(label="Marisol Vega")
    await form.get_by_role("button", name="Share").click()
    await expect(window.page.get_by_role("dialog", name="Shared")).to_contain_text("Shared with")
    await window.page.keyboard.press("Escape")
    await window.act_as("Marisol Vega")
    await _open_messages(window)
    shared = window.message("shares a")
    await expect(shared).to_contain_text(conference.second)
    await window.look(shared, f"{conference.pictures}-shared")


async def test_settings_that_were_changed_in_home_are_kept(window: Window) -> None:
    await window.act_as("Amara Okafor")
    home = await _open_home(window)
    await home.get_by_role("combobox", name="Reminders").select_option(label="15 minutes before")
    await _open_messages(window)
    await window.write("/qcon settings")
    settings = window.message("Your settings")
    await expect(settings.get_by_role("combobox", name="Reminders").locator("option:checked")).to_have_text(
        "15 minutes before"
    )


@at_both_sizes
async def test_an_attendee_sees_and_deletes_their_stored_data(window: Window, conference: VisitedConference) -> None:
    await window.act_as("Amara Okafor")
    await window.write(f"/qcon save {conference.first}")
    await expect(window.message("Saved:")).to_be_visible()
    await window.write("/qcon my-data")
    stored = window.messages.get_by_role("article").filter(has=window.page.get_by_role("button", name="Delete")).last
    await window.look(stored, f"{conference.pictures}-my-data")
    await stored.get_by_role("button", name="Delete").click()
    await window.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(window.message("All your data is deleted")).to_be_visible()
    await window.write("/qcon agenda")
    await expect(window.message("Your agenda is empty")).to_be_visible()


@at_both_sizes
async def test_an_organiser_reads_the_report(window: Window, conference: VisitedConference) -> None:
    await window.act_as("Amara Okafor")
    await window.write(f"/qcon save {conference.first}")
    await expect(window.message("Saved:")).to_be_visible()
    await window.act_as("Olivia Organiser")
    await window.write("/qcon report")
    report = window.message("questions")
    await expect(report).to_contain_text("Only visible to you")
    await window.look(report, f"{conference.pictures}-report")


@at_both_sizes
async def test_a_channel_gets_reminders_and_turns_them_off(window: Window, conference: VisitedConference) -> None:
    await expect(window.message("turned on reminders here")).to_be_visible()
    await window.jump(*conference.jumps)
    await window.look(
        window.message(conference.channel_reminder), f"{conference.pictures}-channel-reminder", height=1200
    )
    await window.write("/qcon remind here off")
    await expect(window.message("Reminders are off in this channel")).to_be_visible()
    await window.write("/qcon remind here")
    preview = window.message(f"posts on {conference.day}")
    await window.look(preview, f"{conference.pictures}-remind-preview")
