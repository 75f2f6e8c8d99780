"""A programme -> a schedule: zone, ids, rooms, speakers and tracks, and an account of what was left out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedule import wall
from bot.schedule.check import LATE
from bot.schedule.importers.ids import Ids, slug
from bot.schedule.importers.imported import Imported, LeftOut
from bot.schedule.importers.kinds import kind_of
from bot.schedule.importers.markup import plain
from bot.schedule.importers.programme import Entry, Hints, Person, Programme
from bot.schedule.importers.trees import refused
from bot.schedule.importers.zones import UNTOLD, in_utc, zone_of
from bot.schedule.model import BREAK_KINDS, Conference, Room, Schedule, Speaker, Talk, Track, in_order
from bot.schedule.record import LINK, LONGEST_LINK
from bot.schedule.texts import one_line

WIDE = 4  # in as many rooms at once it is in none of them in particular


@dataclass(frozen=True, slots=True)
class _Placed:
    """An entry that can be a talk."""

    entry: Entry
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


def assemble(programme: Programme, name: str, hints: Hints) -> Imported:
    """The schedule of a programme; `name` is what problems call its file. Raises ScheduleError where nothing is left."""
    zone, guess = zone_of(programme, hints)
    account = _Account(zone)
    placed = [item for item in map(account.placed, programme.entries) if item]
    placed.sort(key=lambda item: (item.start, item.end, item.title, item.place))
    distinct = list(account.distinct(placed))
    merged = list(_with_merged_breaks(distinct))
    conference = _conference(programme, name, hints, zone, merged)
    if conference is None:
        raise refused(name, f"Nothing in this {programme.format} has a title and a time. Is it the whole schedule?")
    return Imported(
        schedule=_Sections(conference, programme.entries).schedule(merged),
        format=programme.format,
        version=one_line(programme.version),
        entries=len(programme.entries),
        merged=len(distinct) - len(merged),
        left_out=tuple(account.left_out),
        guessed=tuple(_guesses(programme, name, hints, guess, merged)),
        zone_is_told=guess != UNTOLD,
    )


class _Account:
    """Sorts entries into those that can be talks and those that are left out, and remembers why."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.left_out: list[LeftOut] = []

    def placed(self, entry: Entry) -> _Placed | None:
        title = one_line(entry.title)
        start = in_utc(entry.start, self._zone) if entry.start else None
        end = in_utc(entry.end, self._zone) if entry.end else start
        if why := entry.cancelled or _unusable(title, entry, start, end):
            self.left_out.append(LeftOut(title, why))
        elif start and end:
            spoken = any(one_line(person.name) for person in entry.people)
            kind = kind_of(entry.kind, title, spoken=spoken)
            return _Placed(entry, title, start, end, kind, _place(entry, kind))
        return None

    def distinct(self, placed: Iterable[_Placed]) -> Iterator[_Placed]:
        """All but what is listed twice: the same thing, at the same time, in the same place."""
        seen = set()
        for item in placed:
            same = (item.entry.key, item.slot, item.place)
            if same in seen:
                self.left_out.append(LeftOut(item.title, "is listed twice"))
            else:
                seen.add(same)
                yield item


def _unusable(title: str, entry: Entry, start: datetime | None, end: datetime | None) -> str:
    if not title:
        return "has no title"
    if start is None:
        return "has no time yet" if entry.start is None else "is at a time that cannot be meant"
    return "ends before it starts" if end is None or end < start else ""


def _place(entry: Entry, kind: str) -> str:
    rooms = list(dict.fromkeys(filter(None, map(one_line, entry.rooms))))
    return "" if len(rooms) >= WIDE or (len(rooms) > 1 and kind in BREAK_KINDS) else ", ".join(rooms)


def _with_merged_breaks(placed: Iterable[_Placed]) -> Iterator[_Placed]:
    """One break where the same one is listed for several rooms: it is for everybody, then."""
    breaks: dict[tuple[str, datetime, datetime], list[_Placed]] = {}
    for item in placed:
        if item.is_break:
            breaks.setdefault(item.slot, []).append(item)
        else:
            yield item
    for same in breaks.values():
        first = same[0]
        alone = len({item.place for item in same}) == 1
        yield first if alone else _Placed(first.entry, first.title, first.start, first.end, first.kind, "")


class _Sections:
    """Makes the parts that talks name: each room, track and speaker once, in the order of the programme."""

    def __init__(self, conference: Conference, entries: Iterable[Entry]) -> None:
        self._conference = conference
        self._order = {id(entry): number for number, entry in enumerate(entries)}
        self._rooms: dict[str, Room] = {}
        self._tracks: dict[str, Track] = {}
        self._speakers: dict[str, Speaker] = {}
        self._ids = {section: Ids() for section in ("rooms", "tracks", "speakers", "talks")}

    def schedule(self, placed: list[_Placed]) -> Schedule:
        """The schedule of these entries."""
        for item in sorted(placed, key=lambda item: self._order[id(item.entry)]):
            self._name(item)
        talks = [self._talk(item) for item in sorted(placed, key=lambda item: (item.start, item.place, item.title))]
        sections = (self._rooms, self._tracks, self._speakers)
        rooms, tracks, speakers = (tuple(section.values()) for section in sections)
        return Schedule(self._conference, rooms, tracks, speakers, in_order(talks))  # type: ignore[arg-type]

    def _name(self, item: _Placed) -> None:
        if item.place and item.place not in self._rooms:
            floor = one_line(item.entry.floor)
            self._rooms[item.place] = Room(self._id("rooms", slug(item.place)), item.place, floor)
        if (title := one_line(item.entry.track)) and title not in self._tracks:
            self._tracks[title] = Track(self._id("tracks", slug(title)), title)
        for person in _people(item.entry):
            self._meet(person)

    def _meet(self, person: Person) -> None:
        """Get to know a speaker; what one entry says of them and another does not is kept."""
        key, name = _key(person), one_line(person.name)
        known = self._speakers.get(key) or Speaker(self._id("speakers", slug(name)), name)
        self._speakers[key] = Speaker(
            known.id,
            known.name,
            known.role or one_line(person.role),
            known.affiliation or one_line(person.affiliation),
            known.bio or plain(person.bio),
        )

    def _talk(self, item: _Placed) -> Talk:
        entry = item.entry
        day = self._conference.day_of(item.start)
        speakers = dict.fromkeys(self._speakers[_key(person)] for person in _people(entry))
        return Talk(
            id=self._id("talks", entry.key or f"{slug(item.title)}-{day}"),
            title=item.title,
            start=item.start,
            end=item.end,
            kind=item.kind,
            subtitle=one_line(entry.subtitle),
            speakers=tuple(speakers),
            track=self._tracks.get(one_line(entry.track)),
            room=self._rooms.get(item.place),
            abstract=_abstract(entry.abstract),
            url=_link(entry.url),
            stream=_link(entry.stream),
        )

    def _id(self, section: str, wanted: str) -> str:
        return self._ids[section].take(wanted)


def _people(entry: Entry) -> list[Person]:
    return [person for person in entry.people if one_line(person.name)]


def _key(person: Person) -> str:
    """Who somebody is: two of one name are told apart by the format's own key."""
    return f"{person.key}\n{one_line(person.name)}"


def _abstract(texts: Iterable[str]) -> str:
    """What is told of a talk, in one text; what repeats is told once."""
    told: list[str] = []
    for text in filter(None, map(plain, texts)):
        told = [earlier for earlier in told if earlier not in text]
        if not any(text in earlier for earlier in told):
            told.append(text)
    return "\n\n".join(told)


def _link(url: str) -> str:
    url = url.strip()
    return url if LINK.fullmatch(url) and len(url) <= LONGEST_LINK else ""


def _conference(
    programme: Programme, name: str, hints: Hints, zone: ZoneInfo, placed: Iterable[_Placed]
) -> Conference | None:
    """The conference; nothing where there is not one day on which it could be."""
    found = {item.start.astimezone(zone) for item in placed}
    days = _days(found) | {day for day in programme.days if day.year in wall.YEARS}
    called = one_line(hints.name) or one_line(programme.name) or _name_of(name)
    return Conference(called, zone, tuple(sorted(days)), _link(programme.url)) if days else None


def _days(starts: Iterable[datetime]) -> set[date]:
    """The days on which something starts; the hours after midnight belong to the day before, if that is one."""
    local = [start.replace(tzinfo=None) for start in starts]
    days = {start.date() for start in local if start - LATE >= datetime.combine(start.date(), datetime.min.time())}
    return days | {start.date() for start in local if start.date() - timedelta(days=1) not in days}


def _name_of(file: str) -> str:
    """A conference's name from that of its file or address: the best there is where the file holds none."""
    last = file.split("?", maxsplit=1)[0].rstrip("/").replace("\\", "/").rsplit("/", 1)[-1]
    stem = last.rsplit(".", 1)[0] if "." in last[1:] else last
    return one_line(" ".join(stem.replace("-", " ").replace("_", " ").split())) or "Conference"


def _guesses(programme: Programme, name: str, hints: Hints, zone: str, placed: list[_Placed]) -> Iterator[str]:
    if not (one_line(hints.name) or one_line(programme.name)):
        yield f"The conference's name is not told: called {_name_of(name)} after the file. Name it: --name"
    if zone:
        yield zone
    yield from programme.guessed
    dropped = [url for item in placed for url in (item.entry.url, item.entry.stream) if url.strip() and not _link(url)]
    if dropped:
        yield f"{len(dropped)} links are no web addresses and were dropped."
    if wide := sum(len(item.entry.rooms) > 1 and not item.is_break for item in placed):
        yield f"{wide} talks are in several rooms at once; in {WIDE} or more, no room is given."
