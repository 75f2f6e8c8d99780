"""pretalx's API before its versions: `/api/events/EVENT/schedules/latest/`, and pages of `/api/events/EVENT/talks/`.

The documentation: https://docs.pretalx.org/api/
"""

from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import JsonObject, text_of
from bot.schedule.importers.programme import Programme, ProgrammeEntry, ProgrammePerson
from bot.schedule.importers.trees import import_refusal

PRETALX_FORMAT = "pretalx (legacy API)"
INACTIVE_STATES = frozenset({"canceled", "cancelled", "withdrawn", "rejected", "deleted"})


def is_pretalx(file: JsonObject) -> bool:
    """Whether this is the format of a JSON file."""
    return any("slot" in talk.names() for talk in listed_items(file))


def read_pretalx(file: JsonObject, name: str) -> Programme:
    """The programme in an answer of pretalx's legacy API. Raises ScheduleError where it is one page of several."""
    require_whole(file, name)
    talks = [_pretalx_talk(talk) for talk in listed_items(file)]
    breaks = [_pretalx_break(pause) for pause in file.parts("breaks")]
    return Programme(PRETALX_FORMAT, (*talks, *breaks), version=file.text("version"))


def listed_items(file: JsonObject) -> list[JsonObject]:
    """What an answer of the API lists, be it a schedule or a page of results."""
    return file.parts("slots") or file.parts("results")


def require_whole(file: JsonObject, name: str) -> None:
    """Refuse a page that another follows: half a schedule looks like a whole one."""
    if "next" in file:
        told = f"This is one page of several ({len(listed_items(file))} of {file.text('count') or 'more'} entries)."
        raise import_refusal(name, f"{told} Ask for all at once, with ?limit=500, or import the event's own address.")


def inactive_reason(talk: JsonObject) -> str:
    """Why a submission is no talk, by its state."""
    return "is cancelled" if talk.text("state").lower() in INACTIVE_STATES else ""


def pretalx_person(one: JsonObject) -> ProgrammePerson:
    """A speaker as pretalx lists them."""
    return ProgrammePerson(one.text("name", "code"), one.text("code"), bio=one.text("biography"))


def _pretalx_talk(talk: JsonObject) -> ProgrammeEntry:
    slot = talk.part("slot")
    start = clocks.parse_moment(slot.text("start"))
    return ProgrammeEntry(
        title=talk.text("title"),
        start=start,
        end=clocks.parse_moment(slot.text("end"))
        or clocks.end_after(start, timedelta(minutes=talk.number("duration") or 0)),
        key=talk.text("code"),
        kind=talk.text("submission_type"),
        people=tuple(map(pretalx_person, talk.parts("speakers"))),
        rooms=(slot.text("room"),),
        track=text_of(talk.get("track")),
        abstract=(talk.text("abstract"), talk.text("description")),
        cancelled=inactive_reason(talk),
    )


def _pretalx_break(pause: JsonObject) -> ProgrammeEntry:
    return ProgrammeEntry(
        title=pause.text("description", "title") or "Break",
        start=clocks.parse_moment(pause.text("start")),
        end=clocks.parse_moment(pause.text("end")),
        kind="break",
        rooms=(pause.text("room"),),
    )
