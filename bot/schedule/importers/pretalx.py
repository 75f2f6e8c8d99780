"""pretalx's API before its versions: `/api/events/EVENT/schedules/latest/`, and pages of `/api/events/EVENT/talks/`.

The documentation: https://docs.pretalx.org/api/
"""

from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import Fields, text_of
from bot.schedule.importers.programme import Entry, Person, Programme
from bot.schedule.importers.trees import refused

FORMAT = "pretalx (legacy API)"
GONE = frozenset({"canceled", "cancelled", "withdrawn", "rejected", "deleted"})


def is_it(file: Fields) -> bool:
    """Whether this is the format of a JSON file."""
    return any("slot" in talk.names() for talk in listed(file))


def read(file: Fields, name: str) -> Programme:
    """The programme in an answer of pretalx's legacy API. Raises ScheduleError where it is one page of several."""
    keep_whole(file, name)
    talks = [_talk(talk) for talk in listed(file)]
    breaks = [_break(pause) for pause in file.parts("breaks")]
    return Programme(FORMAT, (*talks, *breaks), version=file.text("version"))


def listed(file: Fields) -> list[Fields]:
    """What an answer of the API lists, be it a schedule or a page of results."""
    return file.parts("slots") or file.parts("results")


def keep_whole(file: Fields, name: str) -> None:
    """Refuse a page that another follows: half a schedule looks like a whole one."""
    if "next" in file:
        told = f"This is one page of several ({len(listed(file))} of {file.text('count') or 'more'} entries)."
        raise refused(name, f"{told} Ask for all at once, with ?limit=500, or import the event's own address.")


def why_gone(talk: Fields) -> str:
    """Why a submission is no talk, by its state."""
    return "is cancelled" if talk.text("state").lower() in GONE else ""


def person(one: Fields) -> Person:
    """A speaker as pretalx lists them."""
    return Person(one.text("name", "code"), one.text("code"), bio=one.text("biography"))


def _talk(talk: Fields) -> Entry:
    slot = talk.part("slot")
    start = clocks.moment(slot.text("start"))
    return Entry(
        title=talk.text("title"),
        start=start,
        end=clocks.moment(slot.text("end")) or clocks.later(start, timedelta(minutes=talk.number("duration") or 0)),
        key=talk.text("code"),
        kind=talk.text("submission_type"),
        people=tuple(map(person, talk.parts("speakers"))),
        rooms=(slot.text("room"),),
        track=text_of(talk.get("track")),
        abstract=(talk.text("abstract"), talk.text("description")),
        cancelled=why_gone(talk),
    )


def _break(pause: Fields) -> Entry:
    return Entry(
        title=pause.text("description", "title") or "Break",
        start=clocks.moment(pause.text("start")),
        end=clocks.moment(pause.text("end")),
        kind="break",
        rooms=(pause.text("room"),),
    )
