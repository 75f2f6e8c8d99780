"""Turning a programme into a schedule, with ids that stay the same from one import to the next.

Its entries are sorted first: which can be talks, which are breaks, and which are left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.redaction import HIDDEN, redacted
from bot.schedule import local_time
from bot.schedule.importers.datetimes import find_zone, to_utc
from bot.schedule.importers.html_to_text import to_line, to_plain_text
from bot.schedule.importers.json_xml import import_refusal
from bot.schedule.importers.models import (
    ImportHints,
    ImportResult,
    NamedKey,
    Programme,
    ProgrammeEntry,
    ProgrammePerson,
    SkippedEntry,
)
from bot.schedule.local_time import LATE_HOUR
from bot.schedule.models import BREAK_KINDS, Conference, Room, Schedule, Speaker, Talk, Track, in_order
from bot.schedule.texts import UniqueIds, single_line, slug, without_cancelled
from bot.schedule.yaml.record import LINK, MAX_LINK

_SAME_AS_TALK = frozenset({"", "talk", "lecture", "session", "other", "event", "presentation", "speech", "vortrag"})

_KIND_PATTERNS = {
    "lunch": r"lunch|mittagessen|mittagspause|almuerzo|déjeuner",
    "coffee": r"coffee|tea|kaffee|kaffeepause|café",
    "registration": r"registration|check-?in|badge pick-?up|einlass|doors open",
    "social": r"(?:after-?)?party|reception|get-together|social event|drinks",
    "break": r"break|pause|(?:room )?change-?over|free time|intermission|breakfast|brunch|dinner|frühstück|abendessen",
}

_IN_A_TITLE = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _KIND_PATTERNS.items()}

# A title that consists of such words only: `Coffee & Tea break`, `Lunch (Red Team)`, but not `Break the Build`.
# The words before a colon name the day or the stage: `Main stage: morning tea`.
_ANY_KIND = "|".join(_KIND_PATTERNS.values())

_ONLY_A_BREAK = re.compile(
    rf"(?:(?:morning|afternoon|evening|short|long|lunch) )?(?:{_ANY_KIND})(?: ?(?:&|and|/|\+) ?(?:{_ANY_KIND}))?"
    r"(?: (?:break|time|pause))?(?: ?\([^()]*\))?",
    re.IGNORECASE,
)


def session_kind(published: str, title: str, *, has_speakers: bool, is_break: bool = False) -> str:
    """The kind of an entry as a schedule names it. `is_break` means that the file lists the entry among its breaks."""
    kind = to_line(published).lower()
    title = to_line(title)
    if kind in BREAK_KINDS and kind != "break":
        return kind
    if is_break or kind == "break" or (not has_speakers and _ONLY_A_BREAK.fullmatch(title.rpartition(": ")[2])):
        return next((kind for kind, words in _IN_A_TITLE.items() if words.search(title)), "break")
    return "talk" if kind in _SAME_AS_TALK else kind


def says_break(title: str) -> bool:
    """Tell whether a title names a break: `Short break`, `Changeover`."""
    return bool(_IN_A_TITLE["break"].search(to_line(title)))


MIN_ROOMS_TO_MERGE = 4  # an entry in this many rooms at once gets no room


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry that can become a talk."""

    entry: ProgrammeEntry
    title: str
    start: datetime
    end: datetime
    kind: str
    place: str

    @property
    def is_break(self) -> bool:
        return self.kind in BREAK_KINDS

    @property
    def slot(self) -> tuple[str, datetime, datetime]:
        return self.title.casefold(), self.start, self.end


class EntrySorter:
    """Sorts entries into those that can become talks and those that are left out, with the reasons in `skipped`."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.skipped: list[SkippedEntry] = []

    def place(self, entry: ProgrammeEntry) -> PlacedEntry | None:
        """Place an entry in time, in UTC; `None` if it is left out."""
        title = to_line(entry.title)
        start = to_utc(entry.start, self._zone) if entry.start else None
        end = to_utc(entry.end, self._zone) if entry.end else start
        if without_cancelled(title) is not None:
            self.skipped.append(SkippedEntry(title, "cancelled"))
        elif reason := entry.cancelled or _skip_reason(title, entry, start, end):
            self.skipped.append(SkippedEntry(title, reason))
        elif start and end:
            has_speakers = any(to_line(person.name) for person in entry.people)
            kind = session_kind(entry.kind, title, has_speakers=has_speakers)
            return PlacedEntry(entry, title, start, end, kind, _place_key(entry, kind))
        return None

    def deduplicate(self, placed: Iterable[PlacedEntry]) -> Iterator[PlacedEntry]:
        """Drop entries listed twice: the same title, people, time and room; without a room, the same key too."""
        seen = set()
        for item in placed:
            key = "" if item.place else item.entry.key
            identity = (key, item.slot, item.place, frozenset(to_line(person.name) for person in item.entry.people))
            if identity in seen:
                self.skipped.append(SkippedEntry(item.title, "listed twice"))
            else:
                seen.add(identity)
                yield item


def _skip_reason(title: str, entry: ProgrammeEntry, start: datetime | None, end: datetime | None) -> str:
    if not title:
        return "without a title"
    if start is None:
        return "without a time yet" if entry.start is None else "at an impossible time"
    return "with an end before the start" if end is None or end < start else ""


def _place_key(entry: ProgrammeEntry, kind: str) -> str:
    rooms = list(dict.fromkeys(filter(None, map(to_line, entry.rooms))))
    return "" if len(rooms) >= MIN_ROOMS_TO_MERGE or (len(rooms) > 1 and kind in BREAK_KINDS) else ", ".join(rooms)


def merge_breaks(placed: Iterable[PlacedEntry]) -> Iterator[PlacedEntry]:
    """Merge breaks that are listed for several rooms: the same break at the same time is for everybody."""
    breaks: dict[tuple[str, datetime, datetime], list[PlacedEntry]] = {}
    for item in placed:
        if item.is_break:
            breaks.setdefault(item.slot, []).append(item)
        else:
            yield item
    for slot_breaks in breaks.values():
        first = slot_breaks[0]
        in_one_place = len({item.place for item in slot_breaks}) == 1
        yield first if in_one_place else replace(first, place="")


# A code of three letters is for a language that has none of two: alone, it is more likely a word such as `tba`.
_LANGUAGE = re.compile(r"([a-z]{2}|[a-z]{3}(?=[-_]))(?:[-_][a-z0-9]+)*")


class SectionBuilder:
    """Builds the sections of a schedule: rooms, tracks and speakers in the order of the programme, and talks."""

    def __init__(self, conference: Conference, programme: Programme) -> None:
        self._conference = conference
        self._order = {id(entry): number for number, entry in enumerate(programme.entries)}
        self._room_keys, self._track_keys = _keys_by_name(programme.room_keys), _keys_by_name(programme.track_keys)
        self._rooms: dict[str, Room] = {}
        self._tracks: dict[str, Track] = {}
        self._speakers: dict[str, Speaker] = {}
        self._ids = {section: UniqueIds() for section in ("rooms", "tracks", "speakers", "talks")}

    def schedule(self, placed: list[PlacedEntry]) -> Schedule:
        """Build the schedule of these entries."""
        for item in sorted(placed, key=lambda item: self._order[id(item.entry)]):
            self._add_sections(item)
        talks = [self._talk(item) for item in sorted(placed, key=lambda item: (item.start, item.place, item.title))]
        return Schedule(
            conference=self._conference,
            rooms=tuple(self._rooms.values()),
            tracks=tuple(self._tracks.values()),
            speakers=tuple(self._speakers.values()),
            talks=in_order(talks),
        )

    def _add_sections(self, item: PlacedEntry) -> None:
        if item.place and item.place not in self._rooms:
            floor = to_line(item.entry.floor)
            key = self._room_keys.get(item.place, "")
            self._rooms[item.place] = Room(self._new_id("rooms", slug(item.place)), item.place, floor, key)
        if (title := to_line(item.entry.track)) and title not in self._tracks:
            key = self._track_keys.get(title, "")
            self._tracks[title] = Track(self._new_id("tracks", slug(title)), title, key=key)
        for person in _people(item.entry):
            self._add_speaker(person)

    def _add_speaker(self, person: ProgrammePerson) -> None:
        """Add a speaker, or fill in what is not known yet of one who was added before."""
        key, name = _person_key(person), to_line(person.name)
        known = self._speakers.get(key) or Speaker(
            self._new_id("speakers", slug(name)), name, key=single_line(person.key)
        )
        self._speakers[key] = Speaker(
            known.id,
            known.name,
            known.role or to_line(person.role),
            known.affiliation or to_line(person.affiliation),
            known.bio or to_plain_text(person.bio),
            known.key,
        )

    def _talk(self, item: PlacedEntry) -> Talk:
        entry = item.entry
        day = self._conference.date_of(item.start)
        speakers = dict.fromkeys(self._speakers[_person_key(person)] for person in _people(entry))
        key = single_line(entry.key) or f"{slug(item.title)}-{day}"
        talk_id = self._new_id("talks", key)
        return Talk(
            id=talk_id,
            title=item.title,
            start=item.start,
            end=item.end,
            kind=item.kind,
            level=to_line(entry.level),
            language=_language_code(entry.language),
            subtitle=to_line(entry.subtitle),
            speakers=tuple(speakers),
            track=self._tracks.get(to_line(entry.track)),
            room=self._rooms.get(item.place),
            abstract=_abstract(entry.abstract),
            url=valid_link(entry.url),
            stream=valid_link(entry.stream),
            key="" if key == talk_id else key,
        )

    def _new_id(self, section: str, wanted: str) -> str:
        return self._ids[section].take(wanted)


def _keys_by_name(named: Iterable[NamedKey]) -> dict[str, str]:
    """The keys of rooms or tracks by their names. A key that several names have identifies none of them."""
    keys = {to_line(name): single_line(key) for name, key in named if name and key}
    times = Counter(keys.values())
    return {name: key for name, key in keys.items() if times[key] == 1}


def _people(entry: ProgrammeEntry) -> list[ProgrammePerson]:
    return [person for person in entry.people if to_line(person.name)]


def _person_key(person: ProgrammePerson) -> str:
    """Identify a person by name and by the format's key, because two people may have the same name."""
    return f"{person.key}\n{to_line(person.name)}"


def _language_code(published: str) -> str:
    """The language of `en`, `en-US`, `de_AT` or `zh-Hans-CN`; nothing for another text."""
    code = _LANGUAGE.fullmatch(to_line(published).lower())
    return code[1] if code else ""


def _abstract(texts: Iterable[str]) -> str:
    """Join the texts about a talk. A text that is contained in another one is left out."""
    kept: list[str] = []
    for text in filter(None, map(to_plain_text, texts)):
        kept = [earlier for earlier in kept if earlier not in text]
        if not any(text in earlier for earlier in kept):
            kept.append(text)
    return "\n\n".join(kept)


def valid_link(url: str) -> str:
    """Return the web address if a schedule may hold it, else an empty text."""
    url = single_line(url)
    return url if LINK.fullmatch(url) and len(url) <= MAX_LINK else ""


# Parts of addresses that say nothing about the conference.
GENERIC_NAMES = frozenset(
    {"all", "api", "conference", "events", "export", "json", "latest", "schedule", "talks", "widgets"}
)


def build_schedule(programme: Programme, name: str, hints: ImportHints) -> ImportResult:
    """Build the schedule of a programme; `name` is the file's name in messages. Raises ScheduleError if it is empty."""
    reading = find_zone(programme, hints)
    zone = reading.zone
    sorter = EntrySorter(zone)
    placed = [item for item in map(sorter.place, programme.entries) if item]
    placed.sort(key=lambda item: (item.start, item.end, item.title, item.place))
    distinct = list(sorter.deduplicate(placed))
    merged = list(merge_breaks(distinct))
    conference = _conference(programme, name, hints, zone, merged)
    if conference is None:
        raise import_refusal(
            name, f"Nothing in this {programme.format} has a title and a time. Is it the whole schedule?"
        )
    return ImportResult(
        schedule=SectionBuilder(conference, programme).schedule(merged),
        format=programme.format,
        version=to_line(programme.version),
        entries=len(programme.entries),
        merged=len(distinct) - len(merged),
        skipped=tuple(sorter.skipped),
        guessed=tuple(_guess_notes(programme, name, hints, reading.guessed, merged)),
        doubts=reading.doubts,
        zone_is_known=reading.is_known,
    )


def _conference(
    programme: Programme, name: str, hints: ImportHints, zone: ZoneInfo, placed: Iterable[PlacedEntry]
) -> Conference | None:
    """The conference; `None` if it has no days."""
    starts = {item.start.astimezone(zone) for item in placed}
    days = _days(starts) | {day for day in programme.days if day.year in local_time.YEARS}
    title = single_line(hints.name) or to_line(programme.name) or _conference_name(name)
    return Conference(title, zone, tuple(sorted(days)), valid_link(programme.url)) if days else None


def _days(starts: Iterable[datetime]) -> set[date]:
    """The days on which entries start. Hours after midnight belong to the day before, if that day has entries."""
    local = [start.replace(tzinfo=None) for start in starts]
    days = {start.date() for start in local if start - LATE_HOUR >= datetime.combine(start.date(), datetime.min.time())}
    return days | {start.date() for start in local if start.date() - timedelta(days=1) not in days}


def _conference_name(source: str) -> str:
    """Derive the conference's name from its file or address. In `…/democon/schedule.json` it is not the last part."""
    parts = redacted(source).split("?", maxsplit=1)[0].replace("\\", "/").strip("/").split("/")
    names = (
        single_line(re.sub(r"\.[a-zA-Z]{2,5}$", "", part).replace("-", " ").replace("_", " ")) for part in parts[::-1]
    )
    return next(
        (name for name in names if name and HIDDEN not in name and name.lower() not in GENERIC_NAMES), "Conference"
    )


def _guess_notes(
    programme: Programme, name: str, hints: ImportHints, zone: Iterable[str], placed: list[PlacedEntry]
) -> Iterator[str]:
    if not (single_line(hints.name) or to_line(programme.name)):
        yield f"The source doesn't name the conference, so it's called {_conference_name(name)} after the file. Set it with --name"
    yield from zone
    yield from programme.guessed
    dropped = [
        url for item in placed for url in (item.entry.url, item.entry.stream) if url.strip() and not valid_link(url)
    ]
    if dropped:
        yield f"Links that aren't web addresses were dropped: {len(dropped)}."
    if wide := sum(len(item.entry.rooms) > 1 and not item.is_break for item in placed):
        yield f"Talks in several rooms at once: {wide}. Those in {MIN_ROOMS_TO_MERGE} or more are shown without a room."
