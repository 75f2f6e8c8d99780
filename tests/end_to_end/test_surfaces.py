"""Everything that people see of the bot, in a real Chromium; `make pictures` keeps the pictures for the docs.

A test for each flow: ask, look at details, save, be reminded, vote, read the results; save from a list and see the agenda;
browse Home and find by typing; share; find by the shortcut; be welcomed; settings, calendar, one's own data; organise, move,
hear of it and undo; announce; plan and look for similar talks; the report; a channel's reminders. Every view that is looked
at is looked at by axe, too, by day and on a phone by night.
"""

import pytest
from playwright.async_api import Locator, expect

from tests.playground.browser import Window, browser, url, window

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ("browser", "url", "window")


async def _open_home(window: Window) -> Locator:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Home").click()
    home = window.page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("Updated")
    return home


async def _open_messages(window: Window) -> None:
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Messages").click()


async def test_from_an_answer_to_the_organisers_results(window: Window) -> None:
    """Save from an answer, see it in Home, get the reminder, rate it, see the result as an organiser."""
    await window.act_as("Amara Okafor")
    await window.write("/qcon next")
    answer = window.message("Only visible to you")
    await expect(answer.get_by_role("button", name="Save")).to_be_visible()
    await window.look(answer, "surface-answer")
    await answer.get_by_role("button", name="Save").click()
    await expect(answer).to_contain_text("Saved. I'll remind you 10 minutes before.")
    await expect(answer.get_by_role("button", name="Remove from my agenda")).to_be_visible()
    await window.look(answer, "surface-saved")
    home = await _open_home(window)
    await expect(home).to_contain_text("10:35 · Complex Event Flows")
    await window.button("10 minutes before the next session").click()
    await _open_messages(window)
    reminder = window.message("Starts at 10:35 (11:35 for you) · Fleming, 3rd floor")
    await expect(reminder).to_contain_text("Turn off or change reminders")
    await window.look(reminder, "surface-reminder")
    await window.button("10 minutes before the next session").click()  # 11:40: the first talk is over
    await reminder.get_by_role("button", name="Details").click()
    card = window.page.get_by_role("dialog", name="Session")
    await card.get_by_role("button", name="👍 Liked it").click()
    await expect(card).to_contain_text("Your vote: 👍 Liked it")
    await window.look(card, "surface-card")
    await window.page.keyboard.press("Escape")
    await window.act_as("Olivia Organiser")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="general").click()
    await window.write("/qcon feedback")
    await expect(window.message("Feedback so far")).to_contain_text("fewer than 5 votes")
    await window.look(window.message("Feedback so far"), "surface-results")


async def test_lists_save_from_one_menu_and_the_agenda_shows_it(window: Window) -> None:
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
    await window.look(form, "surface-share")


async def test_the_shortcut_finds_talks_and_speakers(window: Window) -> None:
    await window.button("Shortcuts").click()
    await window.page.get_by_role("menuitem", name="Find a talk").click()
    finder = window.page.get_by_role("dialog", name="Find a talk")
    await finder.get_by_role("combobox", name="A speaker…").press_sequentially("ber")
    await expect(finder.get_by_role("option", name="Bernd Ruecker")).to_be_visible()
    await window.look(finder, "surface-finder")
    await finder.get_by_role("combobox", name="A speaker…").press("ArrowDown")
    await finder.get_by_role("combobox", name="A speaker…").press("Enter")
    speaker = window.page.get_by_role("dialog", name="Speaker")
    await expect(speaker).to_contain_text("Complex Event Flows")
    await window.look(speaker, "surface-speaker")


async def test_a_person_is_welcomed_and_finds_their_settings(window: Window) -> None:
    await _open_home(window)
    await _open_messages(window)
    welcome = window.message("Hello! I know the schedule")
    await expect(welcome.get_by_role("button", name="What's on next?")).to_be_visible()
    await window.look(welcome, "surface-welcome")
    await window.write("/qcon settings")
    await expect(window.message("Your settings")).to_be_visible()
    await window.look(window.message("Your settings"), "surface-settings")
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


async def test_an_organiser_moves_a_talk_whoever_saved_it_hears_of_it_and_it_is_undone(window: Window) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon organise")
    await expect(window.message("Only organisers can do this")).to_be_visible()
    await window.write("/qcon save Complex Event Flows in Distributed Systems")
    await expect(window.message("Saved:")).to_be_visible()
    menu = await _organise(window)
    await window.look(menu, "surface-organise")
    await _choose(menu.get_by_role("combobox", name="Find a session…"), "complex")
    await expect(menu).to_contain_text("Tue 5 March 10:35–11:25")
    await window.look(menu, "surface-organise-session")
    await menu.get_by_role("button", name="Time or room…").click()
    form = await _dialog(window, "Time or room")
    await form.get_by_label("Starts at (London time)").fill("09:00")
    await form.get_by_role("button", name="Next").click()
    await expect(form).to_contain_text("That's already in the past")
    await window.look(form, "surface-organise-move")
    await form.get_by_label("Starts at (London time)").fill("11:45")
    room = form.get_by_role("combobox", name="Room")
    await room.fill("")
    await _choose(room, "Whittle")
    await form.get_by_role("button", name="Next").click()
    confirm = await _dialog(window, "Is this right?")
    await expect(confirm).to_contain_text("10:35–11:25, Fleming → 11:45–12:35, Whittle")
    await expect(confirm).to_contain_text("1 person and #general will be notified at once.")
    await window.look(confirm, "surface-organise-confirm")
    await confirm.get_by_role("button", name="Move it").click()
    done = await _dialog(window, "Done")
    await window.look(done, "surface-organise-done")
    await done.get_by_role("button", name="Close").last.click()
    await expect(done).to_have_count(0)
    await window.act_as("Amara Okafor")
    await _open_messages(window)
    await expect(window.message("Moved: now 11:45")).to_contain_text("was 10:35, Fleming")
    await window.look(window.message("Moved: now 11:45"), "surface-moved")
    menu = await _organise(window)
    await menu.get_by_role("button", name="Changes and undo…").click()
    changes = await _dialog(window, "Changes")
    await expect(changes).to_contain_text("moved “Complex Event Flows in Distributed Systems” to 11:45, Whittle")
    await changes.get_by_role("button", name="Undo").click()
    await window.page.get_by_role("dialog", name="Undo this?").get_by_role("button", name="Undo").click()
    await expect(changes).to_contain_text("Undone by")
    await window.look(changes, "surface-organise-changes")


async def test_an_organiser_announces_to_a_track(window: Window) -> None:
    menu = await _organise(window)
    await menu.get_by_role("button", name="Announce…").click()
    form = await _dialog(window, "Announce")
    await form.get_by_label("Message").fill(
        "The talks of this track are in Whittle after lunch. Plan: https://example.org/plan"
    )
    await form.get_by_label("Send to").press_sequentially("micro")
    await expect(form.get_by_role("option").filter(has_text="Microservices")).to_be_visible()
    await window.look(form, "surface-announce")
    await form.get_by_role("option").filter(has_text="Microservices").dispatch_event("pointerdown")
    await form.get_by_role("button", name="Preview").click()
    confirm = await _dialog(window, "Is this right?")
    await expect(confirm).to_contain_text("Everyone will have it within a minute.")
    await window.look(confirm, "surface-announce-confirm")
    await confirm.get_by_role("button", name="Send 1 message").click()
    announced = await _dialog(window, "Announced")
    await announced.get_by_role("button", name="Close").last.click()
    said = window.message("From the organisers of QCon London 2019")
    await expect(said.get_by_role("link", name="https://example.org/plan")).to_be_visible()
    await window.look(said, "surface-announcement")


async def test_a_plan_is_drafted_and_saved_at_once_and_similar_talks_are_found(window: Window) -> None:
    await window.act_as("Marisol Vega")
    await window.write("/qcon plan today: event flows and terraform, lunch at 12:45")
    plan = window.message("A plan for")
    await expect(plan).to_contain_text("Matches event flows")
    await expect(plan).to_contain_text("lunch")
    await window.look(plan, "surface-plan")
    await plan.get_by_role("button", name="Save all").click()
    await expect(window.message("to your agenda")).to_be_visible()
    await window.write("/qcon like reactive systems")
    similar = window.message("Similar to “Reactive Systems")
    await expect(similar).to_contain_text("In common:")
    await window.look(similar, "surface-similar", height=1000)


async def test_a_talk_is_shared_from_its_row_and_whoever_gets_it_sees_whose_it_is(window: Window) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon today")
    await window.message("Only visible to you").get_by_role("button", name="More actions").nth(1).click()
    await window.page.get_by_role("menuitem", name="Share…").click()
    form = window.page.get_by_role("dialog", name="Share this")
    await form.get_by_label("A person").select_option(label="Marisol Vega")
    await form.get_by_role("button", name="Share").click()
    await expect(window.page.get_by_role("dialog", name="Shared")).to_contain_text("Shared with")
    await window.page.keyboard.press("Escape")
    await window.act_as("Marisol Vega")
    await _open_messages(window)
    shared = window.message("shares a")
    await expect(shared).to_contain_text("Reactive Systems Architecture")
    await window.look(shared, "surface-shared")


async def test_settings_are_changed_and_stay_changed(window: Window) -> None:
    await window.act_as("Amara Okafor")
    home = await _open_home(window)
    await home.get_by_role("combobox", name="Reminders").select_option(label="15 minutes before")
    await _open_messages(window)
    await window.write("/qcon settings")
    settings = window.message("Your settings")
    await expect(settings.get_by_role("combobox", name="Reminders").locator("option:checked")).to_have_text(
        "15 minutes before"
    )


async def test_a_person_reads_and_deletes_what_is_stored_about_them(window: Window) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon save Complex Event Flows in Distributed Systems")
    await expect(window.message("Saved:")).to_be_visible()
    await window.write("/qcon my-data")
    stored = window.messages.get_by_role("article").filter(has=window.page.get_by_role("button", name="Delete")).last
    await window.look(stored, "surface-my-data")
    await stored.get_by_role("button", name="Delete").click()
    await window.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(window.message("All your data is deleted")).to_be_visible()
    await window.write("/qcon agenda")
    await expect(window.message("Your agenda is empty")).to_be_visible()


async def test_an_organiser_reads_the_report(window: Window) -> None:
    await window.act_as("Amara Okafor")
    await window.write("/qcon save Complex Event Flows in Distributed Systems")
    await expect(window.message("Saved:")).to_be_visible()
    await window.act_as("Olivia Organiser")
    await window.write("/qcon report")
    report = window.message("questions")
    await expect(report).to_contain_text("Only visible to you")
    await window.look(report, "surface-report")


async def test_a_channel_follows_its_reminders_and_stops(window: Window) -> None:
    await expect(window.message("turned on reminders here")).to_be_visible()
    await window.button("10 minutes before the next session").click()
    await window.look(window.message("10:35 · Fleming, 3rd floor"), "surface-channel-reminder")
    await window.write("/qcon remind here off")
    await expect(window.message("Reminders are off in this channel")).to_be_visible()
    await window.write("/qcon remind here")
    preview = window.message("posts on Tue 5 March")
    await window.look(preview, "surface-remind-preview")
