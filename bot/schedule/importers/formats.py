"""Which format a file is in, and the schedule in it."""

from dataclasses import replace

from bot.errors import BotError
from bot.schedule import wall
from bot.schedule.dump import dump
from bot.schedule.growth import nothing_to_collect
from bot.schedule.importers import (
    europython,
    frab_xml,
    ics,
    pretalx,
    pretalx_v1,
    pretalx_widget,
    pycon,
    schedule_json,
    schedule_json_v2,
    sessionize,
)
from bot.schedule.importers.assemble import assemble
from bot.schedule.importers.fields import Fields
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import NO_HINTS, Hints, Programme
from bot.schedule.importers.trees import json_tree, refused
from bot.schedule.load import load
from bot.schedule.problems import quoted

OWN = "a schedule file of qcon-bot"
JSON_FORMATS = (
    (schedule_json_v2.is_it, schedule_json_v2.read),
    (schedule_json.is_it, schedule_json.read),
    (pretalx_v1.is_it, pretalx_v1.read),
    (pretalx.is_it, pretalx.read),
    (pretalx_widget.is_it, pretalx_widget.read),
    (sessionize.is_it, sessionize.read),
    (pycon.is_it, pycon.read),
    (europython.is_it, europython.read),
)


def import_schedule(data: bytes, name: str, hints: Hints = NO_HINTS) -> Imported:
    """The schedule in a file of any format we know; `name` is what the file is called. Raises ScheduleError."""
    _check(hints)
    with nothing_to_collect():
        if (programme := _programme(data, name)) is not None:
            return _kept(programme, name, hints)
        schedule = load(data, name)
    return Imported(schedule, OWN, entries=len(schedule.talks))


def import_event(export: bytes, widget: bytes, name: str, hints: Hints = NO_HINTS) -> Imported:
    """The schedule of a pretalx event: its export tells most, but leaves out the breaks, which its widget has."""
    _check(hints)
    programme, shown = (_of_json(data, name) for data in (export, widget))
    if programme is None or shown is None:
        raise refused(name, "This is no event of pretalx.")
    breaks = tuple(entry for entry in shown.entries if entry.kind == "break")
    return _kept(replace(programme, entries=programme.entries + breaks), name, hints)


def is_web_page(data: bytes) -> bool:
    """Whether this is what browsers show, rather than a file for programs."""
    return _beginning(data).lower().startswith((b"<!doctype html", b"<html"))


def _check(hints: Hints) -> None:
    if hints.zone and wall.zone(hints.zone) is None:
        raise BotError(f"There is no time zone {quoted(hints.zone)}. Name it like Europe/London.")


def _kept(programme: Programme, name: str, hints: Hints) -> Imported:
    imported = assemble(programme, name, hints)
    load(dump(imported.schedule), name)  # what could not be kept and read again is refused now
    return imported


def _beginning(data: bytes) -> bytes:
    return data[:200].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")


def _programme(data: bytes, name: str) -> Programme | None:
    """What a file of somebody else's format says; nothing where it may be one of ours."""
    begin = _beginning(data)
    if is_web_page(data):
        raise refused(name, "This is a web page, not a schedule. Is the address that of the schedule's export?")
    if begin.startswith(b"<"):
        return frab_xml.read(data, name)
    if begin.upper().startswith(b"BEGIN:VCALENDAR"):
        return ics.read(data, name)
    if begin.startswith((b"{", b"[")):
        return _of_json(data, name)
    return None


def _of_json(data: bytes, name: str) -> Programme | None:
    tree = json_tree(data, name)
    file = Fields(tree)
    for is_it, read in JSON_FORMATS:
        if is_it(file):
            return read(file, name)
    if "conference" in file:
        return None
    raise refused(name, "This is JSON, but of no conference format we know (data/samples/README.md lists them).")
