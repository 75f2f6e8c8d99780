"""Sources of the operator's schedule: files and web addresses."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import BasicAuth, web
from aiohttp.test_utils import TestServer

from bot.cli import files
from bot.errors import BotError, ScheduleError, SettingsError
from bot.live_schedule import source
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.repository import StoredVersion
from bot.live_schedule.source import DownloadedSchedule, ScheduleSource, download
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.importers.models import OWN_FORMAT, ImportHints, ImportResult
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.search.index import build
from tests.conftest import QCON
from tests.live_schedule.sources import GivenSource
from tests.schedule.importers.table import OURS
from tests.schedules import a_schedule, a_talk

SAMPLES = {
    "/frab.xml": "frab.xml",
    "/teapot/schedule/export/schedule.json": "schedule-v1.json",
    "/teapot/schedule/widgets/schedule.json": "pretalx-widget.json",
    "/broken": "README.md",
    "/quiet/schedule/export/schedule.json": "schedule-v1.json",
    "/busy/schedule/export/schedule.json": "schedule-v1.json",
    "/empty/schedule/export/schedule.json": "schedule-v1.json",
    "/locked/schedule/export/schedule.json": "schedule-v1.json",
    "/locked/schedule/widgets/schedule.json": "pretalx-widget.json",
}


def test_a_file_in_our_own_format_is_read(qcon: Schedule) -> None:
    assert source.read_source(str(QCON)) == qcon


@pytest.mark.parametrize("name", ["frab.xml", "schedule-v1.json", "conference.ics"])
def test_a_file_of_another_format_is_served_as_it_is(name: str) -> None:
    assert source.read_source(str(OURS / name)).conference.name == "Teapot Days 2031"


@pytest.mark.parametrize("name", ["sessionize.json", "sched.ics"])
def test_a_schedule_without_a_time_zone_is_not_served(name: str) -> None:
    with pytest.raises(SettingsError, match=r"names no time zone.*QCON_TIMEZONE"):
        source.read_source(str(OURS / name))


async def test_the_operators_name_and_time_zone_replace_those_of_an_imported_file(qcon: Schedule) -> None:
    named = ImportHints("Kettle Camp", "Europe/Madrid")
    for name in ("sessionize.json", "frab.xml"):
        read = await ScheduleSource(str(OURS / name), named).read_if_changed()
        assert read
        assert (read.schedule.conference.name, read.schedule.conference.timezone.key) == (
            "Kettle Camp",
            "Europe/Madrid",
        )
    assert source.read_source(str(QCON), named) == qcon


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        source.read_source(str(tmp_path / "none.yaml"))


def test_an_address_within_our_own_network_is_not_followed() -> None:
    with pytest.raises(FetchError, match="isn't a public address"):
        source.read_source("http://127.0.0.1:1/schedule.json")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    files.write_file(str(file), b"one")
    files.write_file(str(file), b"two")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(BotError, match="cannot be written"):
        files.write_file(str(tmp_path / "none" / "schedule.yaml"), b"three")


def test_the_app_does_not_load_the_parsers_of_other_formats() -> None:
    program = "import sys, bot.app.single; print({'defusedxml', 'icalendar'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


async def answer(request: web.Request) -> web.StreamResponse:
    if request.path.startswith("/locked") and request.headers.get("Authorization") != BasicAuth("tea", "pot").encode():
        raise web.HTTPUnauthorized
    if name := SAMPLES.get(request.path):
        if request.headers.get("If-None-Match") == f'"{name}"':
            raise web.HTTPNotModified
        return web.Response(body=(OURS / name).read_bytes(), headers={"ETag": f'"{name}"'})
    if request.path.startswith("/busy/schedule/widgets"):
        raise web.HTTPServiceUnavailable
    if request.path.startswith("/empty/schedule/widgets"):
        return web.Response()
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
    assert downloaded.next_time["If-None-Match"] == '"frab.xml"'
    assert await download(f"{server}/frab.xml", conditions=downloaded.next_time, private=True) is None


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


async def test_an_event_whose_widget_answers_with_nothing_is_not_imported_without_its_breaks(server: str) -> None:
    with pytest.raises(ScheduleError):
        await download(f"{server}/empty/schedule", private=True)


async def test_an_event_is_imported_with_the_password_of_its_page(server: str) -> None:
    imported = (await downloaded_from(f"{server.replace('//', '//tea:pot@')}/locked/")).imported
    assert [talk.title for talk in imported.schedule.talks] == ["Pouring at scale", "Tea break", "Midnight infusions"]


async def test_a_page_that_is_not_an_event_is_recognised(server: str) -> None:
    with pytest.raises(FetchError, match="is a web page, but not a pretalx event's"):
        await download(f"{server}/about", private=True)


async def test_a_broken_file_is_reported_with_its_address(server: str) -> None:
    with pytest.raises(ScheduleError, match=f"{server}/broken:3:1: error: "):
        await download(f"{server}/broken", private=True)


TEA, COFFEE = a_schedule(a_talk("Tea")), a_schedule(a_talk("Coffee"))


class CountedSource(GivenSource):
    """A source that counts how often it is read."""

    def __init__(self, versions: VersionCache | None = None) -> None:
        super().__init__(versions)
        self.reads = 0
        self.error: BotError | None = None

    async def read_if_changed(self) -> ImportResult | None:
        self.reads += 1
        if self.error:
            raise self.error
        return self.version


def _version(schedule: Schedule) -> ImportResult:
    return ImportResult(schedule, OWN_FORMAT, entries=1)


async def test_a_source_is_read_once_for_all_its_followers() -> None:
    source = CountedSource()
    source.version = _version(TEA)
    found = await asyncio.gather(*(source.read(60) for _ in range(20)))
    assert found == [source.version] * 20
    assert await source.read(60) is found[0]
    assert source.reads == 1


async def test_a_second_read_finds_a_new_version_with_another_digest() -> None:
    source = CountedSource()
    source.version = _version(TEA)
    await source.read(60)
    first = source.digest
    await source.read(0)  # it is read again, and is the same
    assert (source.reads, source.number, source.edition, source.digest) == (2, 1, 1, first)
    source.version = _version(COFFEE)
    assert await source.read(0) == source.version
    assert source.number == 2
    assert source.digest not in ("", first)


async def test_other_keys_make_another_edition_but_no_new_version() -> None:
    source = CountedSource()
    source.version = _version(TEA)
    await source.read(60)
    source.version = _version(a_schedule(a_talk("Tea", id="another")))
    assert await source.read(0) == source.version
    assert (source.number, source.edition) == (1, 2)


async def test_every_follower_is_told_that_the_source_cannot_be_used() -> None:
    source = CountedSource()
    source.error = SettingsError("no time zone")
    for _ in range(2):
        assert await source.read(60) is source.error
    assert (source.number, source.digest) == (1, "")
    source.error = SettingsError("no time zone")
    await source.read(0)
    assert source.number == 1


async def test_a_source_that_fails_for_a_while_keeps_its_version() -> None:
    source = CountedSource()
    source.version = _version(TEA)
    await source.read(60)
    first, source.error = source.digest, FetchError("no answer")
    for max_age_s in (0, 60):  # read again, and told again without reading
        with pytest.raises(FetchError, match="no answer"):
            await source.read(max_age_s)
    source.error = None
    assert await source.read(0) == source.version
    assert (source.reads, source.number, source.digest) == (3, 1, first)


async def test_an_address_without_a_version_is_told_apart_from_one_that_has_not_changed() -> None:
    source = CountedSource()
    with pytest.raises(FetchError, match="sent no schedule"):
        await source.read(0)


async def test_a_source_shares_its_schedule_with_the_workspaces_that_serve_it() -> None:
    cache = VersionCache(build)
    source = CountedSource(cache)
    source.version = _version(a_schedule(a_talk("Tea")))
    served, _ = await cache.indexed(StoredVersion(1, dump(TEA), "file", ""))
    found = await source.read(60)
    assert isinstance(found, ImportResult)
    assert found.schedule is served


class SlowSource(CountedSource):
    """A source that answers when it may, and tells each version once."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def read_if_changed(self) -> ImportResult | None:
        self.reads += 1
        told, self.version = self.version, None
        await self.may_answer.wait()
        return told


async def test_a_version_is_not_lost_if_its_first_reader_leaves() -> None:
    source = SlowSource()
    source.version = _version(TEA)
    leaving = asyncio.create_task(source.read(0))
    await asyncio.sleep(0)
    staying = asyncio.create_task(source.read(0))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    source.may_answer.set()
    assert (await staying, source.reads) == (_version(TEA), 1)


async def test_a_version_is_known_by_its_digest_until_the_next_one_is_ready() -> None:
    digests = list[str]()

    class NotingCache(VersionCache):
        def remember(self, digest: bytes, schedule: Schedule) -> Schedule:
            digests.append(counted.digest)
            return super().remember(digest, schedule)

    counted = CountedSource(NotingCache(build))
    for schedule in (TEA, COFFEE):
        counted.version = _version(schedule)
        await counted.read(0)
        digests.append(counted.digest)
    assert digests[2] == digests[1] != digests[3]
