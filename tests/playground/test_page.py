"""The playground as a newcomer uses it, in a real headless Chromium."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.playground.server import open_playground
from bot.schedule.yaml.dump import schedule_yaml
from tests.playground.browser import Window, browser, url, window
from tests.schedules import a_room, a_schedule, a_talk

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
__all__ = ("browser", "url", "window")


async def test_the_page_opens_in_the_middle_of_a_morning(window: Window) -> None:
    await expect(window.message("Good morning, and welcome to day two!")).to_be_visible()
    await expect(window.page.get_by_role("group", name="Conference clock")).to_contain_text("Tue 5 Mar 10:2")
    await expect(window.page.get_by_role("list", name="Conversations").get_by_role("listitem")).to_have_count(4)
    await window.screenshot("opening")


async def test_a_slash_command_is_answered_to_the_asker_alone_and_can_be_shared(window: Window) -> None:
    await window.write("/qcon next")
    answer = window.message("Only visible to you")
    await expect(answer).to_contain_text("10:35–11:25 · Fleming, 3rd floor")
    await window.act_as("Amara Okafor")
    await expect(window.message("Good morning, and welcome")).to_be_visible()
    await expect(answer).to_have_count(0)
    await window.act_as("Olivia Organiser")
    await answer.get_by_role("button", name="Share here").click()
    await window.act_as("Amara Okafor")
    await expect(window.message("Complex Event Flows")).to_contain_text("Bernd Ruecker")


async def test_a_mention_is_answered_in_its_thread_and_details_open_in_a_modal(window: Window) -> None:
    await window.write("@qcon who talks about reactive systems?")
    await window.message("reactive systems?").get_by_role("button", name="1 reply").click()
    await expect(window.thread).to_contain_text("Fleming")
    await window.thread.get_by_role("button", name="Details").first.click()
    modal = window.page.get_by_role("dialog")
    await expect(modal).to_contain_text("Reactive Systems Architecture")
    await window.screenshot("modal")
    await window.page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await expect(window.composer).to_be_visible()


async def test_reminders_are_turned_on_with_a_button_once_it_is_clear_what_they_mean(window: Window) -> None:
    await window.write("/qcon remind here off")
    await expect(window.message("Reminders are off in this channel.")).to_be_visible()
    await window.write("/qcon remind here")
    await expect(window.message("5 posts on Tue 5 March, the first at 10:25")).to_be_visible()
    await window.button("Turn on").click()
    await expect(window.message("Reminders are on")).to_be_visible()


async def test_a_reminder_arrives_once_the_clock_jumps_to_it(window: Window) -> None:
    await expect(window.message("turned on reminders here")).to_be_visible()
    await window.button("10 minutes before the next session").click()
    reminder = window.message("10:35 · Fleming, 3rd floor")
    await expect(reminder).to_contain_text("Complex Event Flows in Distributed Systems")
    await window.button("1 reply").click()
    await expect(window.thread).to_contain_text("Yevgeniy Brikman")
    await expect(reminder).to_be_in_viewport()
    await window.page.set_viewport_size({"width": 1200, "height": 720})
    await window.act_as("Amara Okafor")
    await window.button("1 reply").click()
    await expect(window.thread).to_contain_text("Yevgeniy Brikman")
    await window.page.mouse.move(0, 0)  # a message below the pointer looks different
    await window.screenshot("playground")  # the README's picture


async def test_the_demo_begins_afresh_only_after_a_confirmation(window: Window) -> None:
    await window.write("Is anybody here?")
    await expect(window.message("Is anybody here?")).to_be_visible()
    await window.button("Begin afresh").click()
    question = window.page.get_by_role("dialog", name="Begin afresh?")
    await question.get_by_role("button", name="Keep going").click()
    await expect(window.message("Is anybody here?")).to_be_visible()
    await window.button("Begin afresh").click()
    await question.get_by_role("button", name="Begin afresh").click()
    await expect(window.message("Is anybody here?")).to_have_count(0)
    await expect(window.message("who talks about Terraform?")).to_contain_text("1 reply")


async def test_two_people_side_by_side_see_each_other_write(window: Window) -> None:
    await window.button("Two people side by side").click()
    olivia = window.page.get_by_role("region", name="Olivia Organiser in general")
    amara = window.page.get_by_role("region", name="Amara Okafor in general")
    await olivia.get_by_role("textbox", name="Message").fill("Hello, *Amara*")
    await olivia.get_by_role("textbox", name="Message").press("Enter")
    await expect(amara.get_by_role("article").filter(has_text="Hello").locator("strong").last).to_have_text("Amara")
    await window.screenshot("side-by-side")


async def test_the_page_works_with_the_keyboard_alone(window: Window) -> None:
    await expect(window.message("who talks about Terraform?")).to_be_visible()
    await window.page.keyboard.press("?")
    await expect(window.page.get_by_role("dialog", name="Keys")).to_be_visible()
    await window.screenshot("keys")
    await window.page.keyboard.press("Escape")
    await window.page.keyboard.press("/")
    await expect(window.composer).to_be_focused()
    await expect(window.page.get_by_role("listbox", name="Hints")).to_contain_text("/qcon next")
    await window.page.keyboard.press("ArrowDown")
    await window.page.keyboard.press("ArrowDown")
    await window.page.keyboard.press("Enter")
    await expect(window.composer).to_have_value("/qcon next")
    await window.page.keyboard.press("Enter")
    await expect(window.message("Only visible to you")).to_contain_text("Complex Event Flows")
    await window.page.keyboard.press("Alt+ArrowDown")
    await expect(window.message("Is the coffee on this floor any good?")).to_be_visible()


async def test_html_in_a_message_is_shown_as_text(window: Window) -> None:
    await window.write("<img src=x onerror=alert(1)> & <!channel> <b>bold</b>")
    await expect(window.message("onerror")).to_contain_text("<img src=x onerror=alert(1)> & <!channel> <b>bold</b>")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_no_violations_in_a_thread_and_a_modal(window: Window, theme: str) -> None:
    await window.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await window.write("/qcon next")
    await expect(window.message("Only visible to you")).to_be_visible()
    await window.button("1 reply").click()
    await expect(window.thread).to_contain_text("Brikman")
    await window.expect_accessible()
    await window.screenshot(f"thread-{theme}")
    await window.thread.get_by_role("button", name="Details").first.click()
    await expect(window.page.get_by_role("dialog")).to_be_visible()
    await window.screenshot(f"modal-{theme}")
    await window.expect_accessible()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_page_fits_a_phone(window: Window, theme: str) -> None:
    await window.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await window.page.set_viewport_size({"width": 390, "height": 780})
    await window.write("/qcon today")
    await expect(window.message("Only visible to you")).to_be_visible()
    assert await window.page.evaluate("document.documentElement.scrollWidth") == 390
    await window.screenshot(f"phone-{theme}")
    await window.button("Conversations and people").click()
    await window.screenshot(f"phone-drawer-{theme}")
    await window.page.get_by_role("list", name="Conversations").get_by_role("button", name="qcon").click()
    await window.page.get_by_role("tab", name="Messages").click()
    await window.write("how long until lunch?")
    await expect(window.message("lunch")).to_be_visible()


async def _fill_the_window(window: Window) -> None:
    for number in range(25):
        await window.write(f"Line {number}")
    await expect(window.message("Line 24")).to_be_in_viewport()


async def test_own_answers_scroll_into_view_and_a_button_announces_other_messages(window: Window) -> None:
    await _fill_the_window(window)
    await window.button("Two people side by side").click()
    olivia = window.page.get_by_role("region", name="Olivia Organiser in general")
    amara = window.page.get_by_role("region", name="Amara Okafor in general")
    log, pill = olivia.get_by_role("log", name="Messages"), olivia.get_by_role("button", name="New messages")
    await log.evaluate("log => { log.scrollTop = 0 }")
    await amara.get_by_role("textbox", name="Message").fill("Can you see this?")
    await amara.get_by_role("textbox", name="Message").press("Enter")
    await expect(pill).to_be_visible()
    await expect(olivia.get_by_role("article").filter(has_text="Can you see this?")).not_to_be_in_viewport()
    await pill.click()
    await expect(olivia.get_by_role("article").filter(has_text="Can you see this?")).to_be_in_viewport()
    await expect(pill).to_be_hidden()
    await log.evaluate("log => { log.scrollTop = 0 }")
    await olivia.get_by_role("textbox", name="Message").fill("/qcon next")
    await olivia.get_by_role("textbox", name="Message").press("Enter")
    await expect(olivia.get_by_role("article").filter(has_text="Only visible to you").last).to_be_in_viewport()


async def test_messages_and_a_half_typed_one_survive_a_lost_connection(window: Window) -> None:
    await expect(window.message("who talks about Terraform?")).to_be_visible()
    await window.composer.fill("half a thought")
    async with window.page.expect_websocket():
        await window.drop_connection()
    await expect(window.message("who talks about Terraform?")).to_be_visible()
    await expect(window.composer).to_have_value("half a thought")


async def test_the_focus_returns_to_the_button_that_opened_a_modal(window: Window) -> None:
    await window.write("/qcon next")
    details = window.message("Only visible to you").get_by_role("button", name="Details").first
    await details.click()
    await expect(window.page.get_by_role("dialog", name="Session")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await expect(details).to_be_focused()


async def test_enter_chooses_the_only_match(window: Window) -> None:
    await window.button("Shortcuts").click()
    await window.page.get_by_role("menuitem", name="Find a talk").click()
    finder = window.page.get_by_role("dialog", name="Find a talk")
    field = finder.get_by_role("combobox").first
    await field.fill("terr")
    await field.press("Enter")
    await expect(window.page.get_by_role("dialog", name="Session")).to_contain_text("Infrastructure Code")


async def test_touch_targets_are_44_pixels_high_on_a_phone(window: Window) -> None:
    await window.page.set_viewport_size({"width": 390, "height": 780})
    await window.write("/qcon today")
    await expect(window.message("Only visible to you")).to_be_visible()
    await window.expect_touchable()


async def test_axe_finds_no_violations_in_the_new_messages_button_and_the_reset_dialog(window: Window) -> None:
    await _fill_the_window(window)
    await window.messages.evaluate("log => { log.scrollTop = 0 }")
    await window.button("10 minutes before the next session").click()
    await expect(window.button("New messages")).to_be_visible()
    await window.expect_accessible()
    await window.screenshot("new-messages")
    await window.button("Begin afresh").click()
    await expect(window.page.get_by_role("dialog", name="Begin afresh?")).to_be_visible()
    await window.expect_accessible()


async def test_organisers_set_the_wifi_password_and_everyone_gets_it(window: Window) -> None:
    await window.act_as("Olivia Organiser")
    await window.write("/qcon organise")
    await window.page.get_by_role("dialog", name="Organise").get_by_role("button", name="Practical answers").click()
    form = window.page.get_by_role("dialog", name="Practical answers")
    await expect(form.get_by_label("Lunch")).to_have_value(re.compile("Invented for this demo"))
    await form.get_by_label("Wifi").fill("Network QCon-5G, see https://example.org/wifi")
    await window.screenshot("practical-answers")
    await form.get_by_role("button", name="Save").click()
    await expect(window.page.get_by_role("dialog", name="Done")).to_contain_text("practical answers about “wifi”")
    await window.page.keyboard.press("Escape")
    await window.act_as("Amara Okafor")
    await window.write("/qcon what's the wifi password?")
    await expect(window.message("Network QCon-5G")).to_be_visible()
    await expect(window.message("Network QCon-5G").get_by_role("link")).to_have_attribute(
        "href", "https://example.org/wifi"
    )


ODD_TITLES = (
    "*p++ is not **p: pointers 🐘",
    "🚀 Ship * it *now*",
    "snake_case and 2*3*4 = 24",
    ":wave: <b>bold</b> & C*",
)


async def test_stars_and_emoji_in_a_title_do_not_break_its_bold(browser: Browser, tmp_path: Path) -> None:
    talks = [a_talk(title, "10:35", room=a_room(f"Room {number}")) for number, title in enumerate(ODD_TITLES)]
    file = tmp_path / "schedule.yaml"
    file.write_bytes(schedule_yaml(a_schedule(*talks)))
    async with open_playground(schedule=str(file)) as url:
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(url)
        window = Window(page)
        await window.write("/qcon next")
        answer = window.message("Only visible to you")
        await window.screenshot("odd-titles")
        for title in ODD_TITLES:
            shown = title.replace("*", "∗").replace(":wave:", "∶wave:")
            await expect(answer.locator("strong").filter(has_text=shown)).to_have_count(1)
        await page.close()
