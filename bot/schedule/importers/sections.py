"""The sections of a schedule, made from placed entries: rooms, tracks, speakers and talks, with their ids."""

from collections.abc import Iterable

from bot.schedule.importers.ids import Ids, slug
from bot.schedule.importers.markup import plain
from bot.schedule.importers.placing import Placed
from bot.schedule.importers.programme import Entry, Person
from bot.schedule.model import Conference, Room, Schedule, Speaker, Talk, Track, in_order
from bot.schedule.record import LINK, LONGEST_LINK
from bot.schedule.texts import one_line


class Sections:
    """Makes the parts that talks name: each room, track and speaker once, in the order of the programme."""

    def __init__(self, conference: Conference, entries: Iterable[Entry]) -> None:
        self._conference = conference
        self._order = {id(entry): number for number, entry in enumerate(entries)}
        self._rooms: dict[str, Room] = {}
        self._tracks: dict[str, Track] = {}
        self._speakers: dict[str, Speaker] = {}
        self._ids = {section: Ids() for section in ("rooms", "tracks", "speakers", "talks")}

    def schedule(self, placed: list[Placed]) -> Schedule:
        """The schedule of these entries."""
        for item in sorted(placed, key=lambda item: self._order[id(item.entry)]):
            self._name(item)
        talks = [self._talk(item) for item in sorted(placed, key=lambda item: (item.start, item.place, item.title))]
        return Schedule(
            conference=self._conference,
            rooms=tuple(self._rooms.values()),
            tracks=tuple(self._tracks.values()),
            speakers=tuple(self._speakers.values()),
            talks=in_order(talks),
        )

    def _name(self, item: Placed) -> None:
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

    def _talk(self, item: Placed) -> Talk:
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
            url=link(entry.url),
            stream=link(entry.stream),
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


def link(url: str) -> str:
    """A web address that may stand in a schedule; nothing where it is none."""
    url = one_line(url)
    return url if LINK.fullmatch(url) and len(url) <= LONGEST_LINK else ""
