"""Calendar files (.ics, RFC 5545): one talk to download, or a feed to subscribe to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event, vDuration

from bot.schedule.models import Conference, Speaker, Talk

PRODUCT_ID = "-//qcon-bot//qcon-bot//EN"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One talk as an event of a calendar."""

    talk: Talk
    sequence: int = 0  # number of changes so far; calendars keep the entry with the highest number


def calendar_file(
    entries: Iterable[CalendarEntry],
    conference: Conference,
    stamp: datetime,
    conference_id: str,
    *,
    title: str = "",
    alarm: timedelta | None = None,
    refresh: timedelta | None = None,
) -> bytes:
    """Write an .ics file, in UTF-8. Its times are in UTC; calendars show them in the reader's own time zone.

    `stamp` is the time at which the file is made, aware. `conference_id` is what `calendar_uid` needs. `alarm` is how
    long before each talk the calendar reminds. `refresh` is how often calendars should ask for a feed again. The same
    arguments give the same bytes.
    """
    file = Calendar()
    file.add("prodid", PRODUCT_ID)
    file.add("version", "2.0")
    file.add("x-wr-calname", title or conference.name)
    file.add("name", title or conference.name)  # RFC 7986, 5.1
    if refresh:
        file.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})  # RFC 7986, 5.7
        file.add("x-published-ttl", vDuration(refresh))
    for entry in entries:
        file.add_component(_event(entry, conference_id, stamp, alarm))
    written: bytes = file.to_ical()
    return written


def calendar_uid(talk: Talk, conference_id: str) -> str:
    """The id of the talk in calendars. It stays the same when the talk changes (RFC 5545, 3.8.4.7).

    `conference_id` tells the talks of different conferences apart and never changes, unlike the conference's name.
    """
    return f"{talk.id}@{conference_id}.qcon-bot"


def _event(entry: CalendarEntry, conference_id: str, stamp: datetime, alarm: timedelta | None) -> Event:
    talk = entry.talk
    event = Event()
    event.add("uid", calendar_uid(talk, conference_id))
    event.add("dtstamp", stamp)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if talk.cancelled else "CONFIRMED")
    event.add("summary", talk.title)
    event.add("dtstart", talk.start)
    if talk.length:  # the end must be later than the start (RFC 5545, 3.8.2.2)
        event.add("dtend", talk.end)
    if talk.room:
        event.add("location", talk.room.place)
    if description := _description(talk):
        event.add("description", description)
    if talk.url:
        event.add("url", talk.url)
    if alarm and not talk.cancelled:
        event.add_component(_alarm(talk, alarm))
    return event


def _alarm(talk: Talk, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", talk.title)
    alarm.add("trigger", -before)
    return alarm


def _description(talk: Talk) -> str:
    speakers = "\n".join(map(_speaker, talk.speakers))
    return "\n\n".join(filter(None, [talk.subtitle, speakers, talk.abstract, talk.stream]))


def _speaker(speaker: Speaker) -> str:
    return ", ".join(filter(None, [speaker.name, speaker.role, speaker.affiliation]))
