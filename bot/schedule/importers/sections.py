"""The sections of a schedule, made from placed entries: rooms, tracks, speakers and talks, with their ids."""

from collections.abc import Iterable

from bot.schedule.importers.ids import UniqueIds, slug
from bot.schedule.importers.markup import to_plain_text
from bot.schedule.importers.placing import PlacedEntry
from bot.schedule.importers.programme import ProgrammeEntry, ProgrammePerson
from bot.schedule.model import Conference, Room, Schedule, Speaker, Talk, Track, in_order
from bot.schedule.record import LINK, MAX_LINK
from bot.schedule.texts import single_line


class SectionBuilder:
    """Makes the parts that talks name: each room, track and speaker once, in the order of the programme."""

    def __init__(self, conference: Conference, entries: Iterable[ProgrammeEntry]) -> None:
        self._conference = conference
        self._order = {id(entry): number for number, entry in enumerate(entries)}
        self._rooms: dict[str, Room] = {}
        self._tracks: dict[str, Track] = {}
        self._speakers: dict[str, Speaker] = {}
        self._ids = {section: UniqueIds() for section in ("rooms", "tracks", "speakers", "talks")}

    def schedule(self, placed: list[PlacedEntry]) -> Schedule:
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

    def _name(self, item: PlacedEntry) -> None:
        if item.place and item.place not in self._rooms:
            floor = single_line(item.entry.floor)
            self._rooms[item.place] = Room(self._new_id("rooms", slug(item.place)), item.place, floor)
        if (title := single_line(item.entry.track)) and title not in self._tracks:
            self._tracks[title] = Track(self._new_id("tracks", slug(title)), title)
        for person in _people(item.entry):
            self._add_speaker(person)

    def _add_speaker(self, person: ProgrammePerson) -> None:
        """Get to know a speaker; what one entry says of them and another does not is kept."""
        key, name = _person_key(person), single_line(person.name)
        known = self._speakers.get(key) or Speaker(self._new_id("speakers", slug(name)), name)
        self._speakers[key] = Speaker(
            known.id,
            known.name,
            known.role or single_line(person.role),
            known.affiliation or single_line(person.affiliation),
            known.bio or to_plain_text(person.bio),
        )

    def _talk(self, item: PlacedEntry) -> Talk:
        entry = item.entry
        day = self._conference.day_of(item.start)
        speakers = dict.fromkeys(self._speakers[_person_key(person)] for person in _people(entry))
        return Talk(
            id=self._new_id("talks", entry.key or f"{slug(item.title)}-{day}"),
            title=item.title,
            start=item.start,
            end=item.end,
            kind=item.kind,
            subtitle=single_line(entry.subtitle),
            speakers=tuple(speakers),
            track=self._tracks.get(single_line(entry.track)),
            room=self._rooms.get(item.place),
            abstract=_abstract(entry.abstract),
            url=valid_link(entry.url),
            stream=valid_link(entry.stream),
        )

    def _new_id(self, section: str, wanted: str) -> str:
        return self._ids[section].take(wanted)


def _people(entry: ProgrammeEntry) -> list[ProgrammePerson]:
    return [person for person in entry.people if single_line(person.name)]


def _person_key(person: ProgrammePerson) -> str:
    """Who somebody is: two of one name are told apart by the format's own key."""
    return f"{person.key}\n{single_line(person.name)}"


def _abstract(texts: Iterable[str]) -> str:
    """What is told of a talk, in one text; what repeats is told once."""
    told: list[str] = []
    for text in filter(None, map(to_plain_text, texts)):
        told = [earlier for earlier in told if earlier not in text]
        if not any(text in earlier for earlier in told):
            told.append(text)
    return "\n\n".join(told)


def valid_link(url: str) -> str:
    """A web address that may stand in a schedule; nothing where it is none."""
    url = single_line(url)
    return url if LINK.fullmatch(url) and len(url) <= MAX_LINK else ""
