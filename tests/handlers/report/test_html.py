"""The page, as text and as people see it in a real Chromium."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from bot.handlers.report.html import report_page
from bot.schedule.models import Schedule
from tests.handlers.report.reports import HOSTILE, a_report, an_empty_report
from tests.playground.browser import SCREENSHOTS, browser

__all__ = ("browser",)


class Reader(HTMLParser):
    """The text of the page, its elements, and its links."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: set[str] = set()
        self.targets: set[str] = set()
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.targets |= {value or "" for name, value in attrs if name in ("href", "src", "action")}

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def test_the_page_shows_the_figures() -> None:
    text = Reader(report_page(a_report())).text
    for told in ("1,204", "93% answered", "39 liked it · 1 okay · 1 not for me", "99.9% on time", "gone (no longer in"):
        assert told in text


def test_html_in_a_comment_is_shown_as_text() -> None:
    document = report_page(a_report(comment=HOSTILE))
    read = Reader(document)
    assert "script" not in read.elements
    assert document.count("&lt;script&gt;") >= 2
    assert HOSTILE in read.text


def test_the_page_opens_offline_and_loads_nothing() -> None:
    read = Reader(report_page(a_report()))
    assert read.targets == {
        f"{name}.csv" for name in ("talks", "comments", "questions", "unanswered", "demand", "messages", "punctuality")
    }
    assert "default-src 'none'; style-src 'unsafe-inline'" in unescape(report_page(a_report()))
    assert not re.search(r"url\(|@import|https?://", report_page(a_report()))


def test_the_page_says_how_much_is_left_out_and_names_the_csv_files() -> None:
    text = " ".join(Reader(report_page(a_report())).text.split())
    assert "and 2 more in comments.csv" in text
    assert "3 more are in unanswered.csv" in text
    assert "37 others were searched for less often" in text
    assert "2 more talks have fewer than 5 votes" in text


def test_an_empty_report_says_that_there_is_no_data_yet() -> None:
    text = Reader(report_page(an_empty_report())).text
    for said in ("No talk was saved by 5 people", "No talk has 5 votes yet", "No questions yet", "None sent yet"):
        assert said in text


def test_the_page_names_no_other_conference() -> None:
    report = a_report()
    other = replace(report, conference=replace(report.conference, name="Teapot Days"))
    assert "qcon" not in report_page(other).casefold()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_fits_desktop_and_phone_screens(
    browser: Browser, tmp_path: Path, qcon: Schedule, scheme: str, width: int
) -> None:
    (tmp_path / "report.html").write_text(report_page(a_report(qcon)), encoding="utf-8")
    window = await browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    wrong: list[str] = []
    window.on("pageerror", lambda error: wrong.append(str(error)))
    window.on("console", lambda said: wrong.append(said.text))
    await window.goto((tmp_path / "report.html").as_uri())
    assert await window.evaluate("document.documentElement.scrollWidth") == width
    SCREENSHOTS.mkdir(exist_ok=True)
    await window.screenshot(path=SCREENSHOTS / f"report-{scheme}-{width}.png", full_page=True)
    assert not wrong
    await window.close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_has_no_accessibility_violations(
    browser: Browser, tmp_path: Path, qcon: Schedule, scheme: str
) -> None:
    (tmp_path / "report.html").write_text(report_page(a_report(qcon)), encoding="utf-8")
    window = await browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    await window.goto((tmp_path / "report.html").as_uri())
    SCREENSHOTS.mkdir(exist_ok=True)
    await window.screenshot(path=SCREENSHOTS / f"report-{scheme}.png")
    found = await Axe().run(window)
    assert not [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]]
    await window.close()
