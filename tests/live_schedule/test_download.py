"""Downloading a schedule from the address of a file or of a pretalx event."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import ScheduleError
from bot.live_schedule.download import DownloadedSchedule, download
from bot.live_schedule.fetch import FetchError
from tests.schedule.importers.table import OURS

SAMPLES = {
    "/frab.xml": "frab.xml",
    "/teapot/schedule/export/schedule.json": "schedule-v1.json",
    "/teapot/schedule/widgets/schedule.json": "pretalx-widget.json",
    "/broken": "README.md",
    "/quiet/schedule/export/schedule.json": "schedule-v1.json",
    "/busy/schedule/export/schedule.json": "schedule-v1.json",
}


async def answer(request: web.Request) -> web.StreamResponse:
    if name := SAMPLES.get(request.path):
        if request.headers.get("If-None-Match") == f'"{name}"':
            raise web.HTTPNotModified
        return web.Response(body=(OURS / name).read_bytes(), headers={"ETag": f'"{name}"'})
    if request.path.startswith("/busy/schedule/widgets"):
        raise web.HTTPServiceUnavailable
    if request.path.endswith(".json"):
        raise web.HTTPNotFound
    return web.Response(text="<!DOCTYPE html><html></html>", content_type="text/html")


@pytest.fixture
async def server() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def downloaded_from(url: str) -> DownloadedSchedule:
    downloaded = await download(url, private=True)
    assert downloaded is not None
    return downloaded


async def test_a_file_is_imported_from_its_address(server: str) -> None:
    downloaded = await downloaded_from(f"{server}/frab.xml")
    assert len(downloaded.imported.schedule.talks) == 7
    assert downloaded.validators.etag == '"frab.xml"'
    assert await download(f"{server}/frab.xml", validators=downloaded.validators, private=True) is None


@pytest.mark.parametrize("page", ["/teapot", "/teapot/", "/teapot/schedule/", "/teapot/talk/POUR22/?x=1"])
async def test_an_event_is_imported_from_any_page_of_pretalx(server: str, page: str) -> None:
    imported = (await downloaded_from(server + page)).imported
    assert [talk.title for talk in imported.schedule.talks] == ["Pouring at scale", "Tea break", "Midnight infusions"]
    assert imported.schedule.talks[0].speakers[0].bio  # only the export has biographies
    assert imported.schedule.talks[1].kind == "coffee"  # and only the widget has the breaks
    assert (imported.entries, imported.merged, len(imported.skipped)) == (5, 1, 1)


async def test_an_event_without_a_widget_is_imported_without_breaks_and_that_is_reported(server: str) -> None:
    imported = (await downloaded_from(f"{server}/quiet/")).imported
    assert len(imported.schedule.talks) == 2
    assert "Breaks could not be read" in imported.guessed[-1]


async def test_an_event_whose_widget_fails_just_now_is_not_imported_without_its_breaks(server: str) -> None:
    with pytest.raises(FetchError, match="503"):
        await download(f"{server}/busy/schedule", private=True)


async def test_a_page_that_is_not_an_event_is_recognised(server: str) -> None:
    with pytest.raises(FetchError, match="is a web page, but not a pretalx event's"):
        await download(f"{server}/about", private=True)


async def test_a_broken_file_is_reported_with_its_address(server: str) -> None:
    with pytest.raises(ScheduleError, match=f"{server}/broken:3:1: error: "):
        await download(f"{server}/broken", private=True)
