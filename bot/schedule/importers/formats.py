"""Detecting the format of a schedule file and importing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.errors import BotError
from bot.schedule import local_time
from bot.schedule.importers import frab, ical, pretalx, pycons, sessionize
from bot.schedule.importers.html_to_text import LongTextError
from bot.schedule.importers.json_xml import TOP_LEVEL_LIST, JsonObject, import_refusal, parse_json
from bot.schedule.importers.models import NO_HINTS, OWN_FORMAT, ImportHints, ImportResult, Programme
from bot.schedule.importers.normalise import build_schedule
from bot.schedule.texts import quote_value
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load

JSON_FORMATS = (
    (frab.is_schedule_json_v2, frab.read_schedule_json_v2),
    (frab.is_schedule_json, frab.read_schedule_json),
    (pretalx.is_pretalx_v1, pretalx.read_pretalx_v1),
    (pretalx.is_pretalx, pretalx.read_pretalx),
    (pretalx.is_pretalx_widget, pretalx.read_pretalx_widget),
    (sessionize.is_sessionize, sessionize.read_sessionize),
    (sessionize.is_sessionize_list, sessionize.read_sessionize_list),
    (pycons.is_pycon_us, pycons.read_pycon_us),
    (pycons.is_europython, pycons.read_europython),
)


def import_schedule(data: bytes, name: str, hints: ImportHints = NO_HINTS) -> ImportResult:
    """Import a schedule file of any known format; `name` is the file's name in messages.

    Raises ScheduleError, and BotError for an unknown time zone in `hints`.
    """
    _check(hints)
    with _long_texts_refused(name):
        if (programme := _read_programme(data, name)) is not None:
            return _as_imported(programme, name, hints)
    schedule = load(data, name)
    return ImportResult(schedule, OWN_FORMAT, entries=len(schedule.talks))


def import_event(export: bytes, widget: bytes | None, name: str, hints: ImportHints) -> ImportResult:
    """Import a pretalx event from its export and from its widget, if it has one. Only the widget has the breaks.

    Raises ScheduleError, and BotError for an unknown time zone in `hints`.
    """
    _check(hints)
    with _long_texts_refused(name):
        programme = _read_json(export, name)
        breaks = None if widget is None else _read_json(widget, name)
    if programme is None or (breaks is None and widget is not None):
        raise import_refusal(name, "This isn't a pretalx event.")
    if breaks is None:
        guessed = (*programme.guessed, "Breaks could not be read: the event has no widget.")
        programme = replace(programme, guessed=guessed)
    else:
        added = tuple(entry for entry in breaks.entries if entry.kind == "break")
        programme = replace(programme, entries=programme.entries + added)
    return _as_imported(programme, name, hints)


@contextmanager
def _long_texts_refused(name: str) -> Iterator[None]:
    try:
        yield
    except LongTextError as error:
        raise import_refusal(name, str(error)) from None


def is_html(data: bytes) -> bool:
    """Tell whether this is a web page, not a schedule file."""
    return _file_start(data).lower().startswith((b"<!doctype html", b"<html"))


def _check(hints: ImportHints) -> None:
    if hints.zone and local_time.zone_named(hints.zone) is None:
        raise BotError(f"There is no time zone {quote_value(hints.zone)}. Name it like Europe/London.")


def _as_imported(programme: Programme, name: str, hints: ImportHints) -> ImportResult:
    imported = build_schedule(programme, name, hints)
    load(dump(imported.schedule), name)  # refuse a schedule that could not be read back from the database
    return imported


def _file_start(data: bytes) -> bytes:
    return data[:200].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")


def _read_programme(data: bytes, name: str) -> Programme | None:
    """Read a file of a foreign format; `None` if it may be in our own format."""
    begin = _file_start(data)
    if is_html(data):
        raise import_refusal(name, "This is a web page, not a schedule. Is the address that of the schedule's export?")
    if begin.startswith(b"<"):
        return frab.read_frab_xml(data, name)
    if begin.upper().startswith(b"BEGIN:VCALENDAR"):
        return ical.read_ical(data, name)
    if begin.startswith((b"{", b"[")):
        return _read_json(data, name)
    return None


def _read_json(data: bytes, name: str) -> Programme | None:
    tree = parse_json(data, name)
    file = JsonObject({TOP_LEVEL_LIST: tree} if isinstance(tree, list) else tree)
    for is_format, read in JSON_FORMATS:
        if is_format(file):
            return read(file, name)
    if "conference" in file:
        return None
    raise import_refusal(name, "This is JSON, but in no conference format I know (data/samples/README.md lists them).")
