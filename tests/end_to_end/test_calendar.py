"""Calendar files and feeds over real connections, read by two parsers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from icalendar import Calendar

from bot.fake_slack.workspace import SlackMessage
from bot.schedule.models import Schedule, short_id
from tests.end_to_end.conftest import World, bot_in
from tests.fake_slack.server import SlackForTests

PUBLIC = "https://bot.example.org"


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[World]:
    """A bot with a public address."""
    async with SlackForTests.serving() as slack, bot_in(slack, tmp_path, public_url=PUBLIC) as world:
        yield world


async def _get(world: World, address: str, **headers: str) -> tuple[int, str, str]:
    """The status, text and ETag of a public address."""
    url = address.replace(PUBLIC, world.bot.url)
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.text(), response.headers.get("ETag", "")


def _address(message: SlackMessage) -> str:
    return next(line for line in message.text.splitlines() if line.startswith(PUBLIC))


async def test_a_calendar_feed_has_the_saved_talks_and_two_parsers_read_it(public: World) -> None:
    await public.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    status, feed, _ = await _get(public, _address(await public.attendee.ask("/qcon calendar")))
    assert status == 200
    [event] = Calendar.from_ical(feed).walk("VEVENT")
    from ical.calendar_stream import IcsCalendarStream  # noqa: PLC0415  # slow to import, in each of the test processes

    [also] = IcsCalendarStream.calendar_from_ics(feed).events
    assert (event["SUMMARY"], event["LOCATION"]) == (also.summary, also.location)
    assert also.summary == "Complex Event Flows in Distributed Systems"
    assert str(event["SEQUENCE"]) == "1"
    assert len(event.walk("VALARM")) == 1


async def test_an_unchanged_calendar_feed_answers_304(public: World) -> None:
    address = _address(await public.attendee.ask("/qcon calendar"))
    _, _, tag = await _get(public, address)
    assert (await _get(public, address, **{"If-None-Match": tag}))[0] == 304


async def test_a_feeds_old_address_stops_working_when_it_is_renewed_or_turned_off(public: World) -> None:
    said = await public.attendee.ask("/qcon calendar")
    old = _address(said)
    await public.attendee.click(said, "new-feed")
    await public.slack.workspace.wait_until(lambda: old not in said.text, 30)
    assert (await _get(public, old))[0] == 404
    new = _address(said)
    assert (await _get(public, new))[0] == 200
    await public.attendee.click(said, "end-feed")
    await public.attendee.sees("general", "Your calendar feed is off")
    assert (await _get(public, new))[0] == 404


async def test_a_talk_that_left_the_schedule_is_cancelled_in_the_feed(public: World, qcon: Schedule) -> None:
    await public.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    address = _address(await public.attendee.ask("/qcon calendar"))
    conference = public.bot.live_schedule
    left = Schedule(qcon.conference, qcon.rooms, qcon.tracks, qcon.speakers, qcon.talks[1:], qcon.info)
    await conference.publish_source(left)
    [event] = Calendar.from_ical((await _get(public, address))[1]).walk("VEVENT")
    assert (event["STATUS"], str(event["SEQUENCE"])) == ("CANCELLED", "2")
    assert str(event["UID"]).startswith("complex-event-flows@")


async def test_calendar_entries_keep_their_ids_when_the_conference_is_renamed(public: World, qcon: Schedule) -> None:
    await public.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    address = _address(await public.attendee.ask("/qcon calendar"))
    [before] = Calendar.from_ical((await _get(public, address))[1]).walk("VEVENT")
    renamed = replace(qcon, conference=replace(qcon.conference, name="QCon London, sold out"))
    await public.bot.live_schedule.publish_source(renamed)
    calendar = Calendar.from_ical((await _get(public, address))[1])
    assert str(calendar["X-WR-CALNAME"]) == "QCon London, sold out: my talks"
    assert [event["UID"] for event in calendar.walk("VEVENT")] == [before["UID"]]


async def test_each_talk_has_a_calendar_file(public: World) -> None:
    await public.attendee.click(await public.attendee.ask("/qcon next"), "details")
    card = await public.attendee.sees_modal("Session")
    address = f"{PUBLIC}/calendar/talk/{short_id('complex-event-flows')}.ics"
    assert address in str(card.payload)
    status, file, _ = await _get(public, address)
    assert (status, len(Calendar.from_ical(file).walk("VEVENT"))) == (200, 1)
    assert (await _get(public, f"{PUBLIC}/calendar/talk/0000.ics"))[0] == 404


async def test_without_a_public_address_the_card_links_to_online_calendars(world: World) -> None:
    assert "Calendar feeds aren't available here" in (await world.attendee.ask("/qcon calendar")).text
    await world.attendee.click(await world.attendee.ask("/qcon next"), "details")
    card = await world.attendee.sees_modal("Session")
    assert "https://calendar.google.com/calendar/render?action=TEMPLATE" in str(card.payload)
    assert "outlook.live.com" in str(card.payload)
    await world.attendee.click(card, "link:0")
