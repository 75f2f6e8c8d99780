"""A conference that changes at random, and the versions that its source publishes of it.

The test knows what is the same session, room and track. The source does not say: its keys are its own, numbers, or made
anew for each version.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from bot.schedule.models import Room, Schedule, Speaker, Talk, Track, in_order
from bot.schedule.texts import UniqueIds, slug
from tests.schedules import a_conference

DAYS = (date(2019, 3, 6), date(2019, 3, 7))

HOUR, YEAR = timedelta(hours=1), timedelta(days=364)

WORDS = [
    "amber",
    "basil",
    "cedar",
    "dune",
    "ember",
    "fjord",
    "grove",
    "heron",
    "iris",
    "jade",
    "kelp",
    "lotus",
    "maple",
    "nettle",
    "olive",
    "pearl",
    "quartz",
    "raven",
]

KEY_MODES = ("own", "indexed", "numbered", "fresh")

ORGANISERS_ROOM = 3  # in which an organiser has a session before the source has one there

MOST_DISTURBED = 2  # sessions that go or move in one version; more would not be believed


@dataclass
class Session:
    """One slot of a talk. Slots of the same talk have one `series`, title and speaker."""

    number: int
    series: int
    title: str
    speaker: Speaker | None
    start: datetime
    room: int
    track: int
    code: int  # in the keys of the source; another session may take it when this one is cancelled
    is_on: bool = True


@dataclass
class Expected:
    """The kinds of changes that people should hear of, by session, and the names that organisers should read."""

    changes: dict[int, set[str]] = field(default_factory=dict)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    moved_at_its_time: set[int] = field(default_factory=set)  # nobody hears if an organiser decided the room


class RandomConference:
    """The truth about a conference, which changes step by step."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.rooms = {number: f"Hall {name}" for number, name in enumerate(("Ash", "Birch", "Cypress"))}
        self.tracks = {number: f"Track {name}" for number, name in enumerate(("Ocean", "Desert", "Tundra"))}
        self.sessions: list[Session] = []
        self._key_mode = random.choice(KEY_MODES)
        self._offset = self._versions = self._names = 0
        self._is_shuffled = False
        self._held: tuple[set[int], set[int]] = (set(), set())  # the rooms and tracks of the version before
        self._touched: set[int] = set()  # the series that this version changes already
        self._known_by_one_talk: set[int] = set()  # the rooms that this version renames, with one talk each
        self._disturbed = 0
        self.tried: Counter[str] = Counter()
        for number in range(10):
            self._add(room=number if number in self.rooms else None)
        for number in self.tracks:
            self.sessions[number].track = number
        self._add(series_of=self.sessions[0])
        self._add(series_of=self.sessions[0])
        self.rooms[ORGANISERS_ROOM] = "Hall Dogwood"

    def change(self) -> Expected:
        """Change one to three things at random."""
        expected = Expected()
        self._touched, self._known_by_one_talk, self._disturbed = set(), set(), 0
        rooms, tracks = dict(self.rooms), dict(self.tracks)
        held = self._held = self._rooms_and_tracks_held()
        for _ in range(self._random.randint(1, 3)):
            step = self._random.choice(STEPS)
            if step(self, expected):
                self.tried[step.__name__.strip("_").replace("_", " ")] += 1
        self._take_back_names_that_nobody_reads(rooms, tracks)
        read = {*self.rooms.values(), *self.tracks.values()}
        expected.renamed = [(before, now) for before, now in expected.renamed if now in read]
        for before, now in zip(held, self._rooms_and_tracks_held(), strict=True):
            self.tried["a room or track leaves"] += len(before - now)
            self.tried["a room or track comes"] += len(now - before)
        return expected

    def _rooms_and_tracks_held(self) -> tuple[set[int], set[int]]:
        on = [session for session in self.sessions if session.is_on]
        return {session.room for session in on}, {session.track for session in on}

    def _take_back_names_that_nobody_reads(self, rooms: dict[int, str], tracks: dict[int, str]) -> None:
        """Keep the names of rooms and tracks that the version does not have."""
        held_rooms, held_tracks = self._rooms_and_tracks_held()
        self.rooms |= {number: name for number, name in rooms.items() if number not in held_rooms}
        self.tracks |= {number: name for number, name in tracks.items() if number not in held_tracks}

    def published(self) -> Schedule:
        """The version that the source publishes now."""
        self._versions += 1
        sessions = [session for session in self.sessions if session.is_on]
        if self._is_shuffled:
            self._random.shuffle(sessions)
        else:
            sessions.sort(key=lambda session: (session.start, session.room))
        rooms = {number: Room(slug(name), name) for number, name in self.rooms.items()}
        tracks = {number: Track(slug(name), name) for number, name in self.tracks.items()}
        ids = UniqueIds()
        talks = []
        for number, session in enumerate(sessions):
            key = self._key(number, session, sessions)
            id = ids.take(key)
            talk = Talk(id, session.title, session.start, session.start + HOUR, key="" if id == key else key)
            people = (session.speaker,) if session.speaker else ()
            talks.append(replace(talk, room=rooms[session.room], track=tracks[session.track], speakers=people))
        return Schedule(
            a_conference(days=DAYS),
            tuple(room for room in rooms.values() if any(talk.room == room for talk in talks)),
            tuple(track for track in tracks.values() if any(talk.track == track for talk in talks)),
            tuple(dict.fromkeys(person for talk in talks for person in talk.speakers)),
            in_order(talks),
        )

    def _key(self, number: int, session: Session, listed: list[Session]) -> str:
        slots = [other for other in listed if other.series == session.series]
        match self._key_mode:
            case "own":
                return f"code{session.code}"
            case "indexed":
                return f"code{session.code}-{slots.index(session)}@x" if len(slots) > 1 else f"code{session.code}@x"
            case "numbered":
                return str(number + self._offset)
        return f"{self._versions}-{self._random.getrandbits(32):x}"

    def _new_name(self) -> str:
        self._names += 1
        return f"{' '.join(self._random.sample(WORDS, 2))} {self._names}"

    def _free_slot(self, session: Session | None, *, room: int | None = None) -> tuple[datetime, int]:
        """A time and a room that nothing else has, at a time that no slot of the same talk ever had."""
        taken = {(other.start, other.room) for other in self.sessions}
        starts = {other.start for other in self.sessions if session and other.series == session.series}
        while True:
            day, hour = self._random.choice(DAYS), self._random.randint(8, 19)
            start = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
            place = self._random.choice([*self.rooms.keys() - self._known_by_one_talk]) if room is None else room
            if (start, place) not in taken and start not in starts:
                return start, place

    def _add(self, series_of: Session | None = None, room: int | None = None) -> Session:
        number = len(self.sessions)
        start, room = self._free_slot(series_of, room=room)
        speaker = Speaker(f"p{number}", f"Person {number}") if self._random.random() < 0.6 else None
        session = Session(
            number, number, self._new_name(), speaker, start, room, self._random.choice(list(self.tracks)), number
        )
        if series_of:
            session.series, session.title, session.speaker = series_of.series, series_of.title, series_of.speaker
            session.code = series_of.code
        self.sessions.append(session)
        return session

    def _untouched(self, *, is_on: bool = True, is_last: bool = False) -> Session | None:
        """A session that this version does not change yet; the only one of its room or its track if `is_last`."""
        found = [session for session in self.sessions if session.is_on == is_on and session.series not in self._touched]
        on = [session for session in self.sessions if session.is_on]
        rooms, tracks = Counter(session.room for session in on), Counter(session.track for session in on)
        last = [session for session in found if rooms[session.room] == 1 or tracks[session.track] == 1]
        found = last if is_last else found
        session = self._random.choice(found) if found else None
        if session:
            self._touched.add(session.series)
        return session

    def _may_disturb(self) -> bool:
        self._disturbed += 1
        return self._disturbed <= MOST_DISTURBED and sum(session.is_on for session in self.sessions) > 9

    # The steps. Each returns false if it is not possible now.

    def _rename_a_room(self, expected: Expected) -> bool:
        return self._rename(self.rooms, lambda session: session.room, expected)

    def _rename_a_track(self, expected: Expected) -> bool:
        return self._rename(self.tracks, lambda session: session.track, expected)

    def _rename(self, names: dict[int, str], of: Callable[[Session], int], expected: Expected) -> bool:
        number = self._random.choice(list(names))
        held = [session for session in self.sessions if session.is_on and of(session) == number]
        before = names[number]
        was_held = number in self._held[0 if names is self.rooms else 1]
        if not (held and was_held) or any(now == before for _, now in expected.renamed):
            return False  # a room or track that comes back is only known by its own name
        self._names += 1
        is_known_by_talks = len(held) >= 5 or (names is self.rooms and self._is_a_single_talk(held))
        is_extended = not is_known_by_talks or self._random.random() < 0.5
        names[number] = f"{before} (Acme {self._names})" if is_extended else f"{self._new_name()}"
        if not is_extended and len(held) == 1:
            self._touched.add(held[0].series)
            self._known_by_one_talk.add(number)
        expected.renamed.append((before, names[number]))
        return True

    def _is_a_single_talk(self, held: list[Session]) -> bool:
        """Tell whether these are one session that this version does not change, of a talk with no other slot."""
        series = [session.series for session in self.sessions]
        return len(held) == 1 and series.count(held[0].series) == 1 and held[0].series not in self._touched

    def _reorder(self, _: Expected) -> bool:
        self._is_shuffled = not self._is_shuffled
        return True

    def _renumber(self, _: Expected) -> bool:
        self._offset += self._random.randint(1, 3)
        return True

    def _change_keys(self, _: Expected) -> bool:
        self._key_mode = self._random.choice(KEY_MODES)
        return True

    def _move(self, expected: Expected) -> bool:
        if not self._may_disturb() or not (session := self._untouched()):
            return False
        if self._random.random() < 0.5 or session.speaker is None:
            session.start, session.room = self._free_slot(session, room=session.room)
        else:
            session.start, session.room = self._free_slot(session)
        expected.changes[session.number] = {"moved"}
        return True

    def _change_the_room(self, expected: Expected) -> bool:
        return self._change_the_room_of(self._untouched(), expected)

    def _change_the_room_of_the_last_one(self, expected: Expected) -> bool:
        return self._change_the_room_of(self._untouched(is_last=True), expected)

    def _change_the_room_of(self, session: Session | None, expected: Expected) -> bool:
        if not session or not self._may_disturb():
            return False
        taken = {other.room for other in self.sessions if other.start == session.start} | self._known_by_one_talk
        if not (free := [*self.rooms.keys() - taken]):
            return False
        session.room = self._random.choice(free)
        expected.changes[session.number] = {"moved"}
        expected.moved_at_its_time.add(session.number)
        return True

    def _cancel(self, expected: Expected) -> bool:
        return self._cancel_it(self._untouched(), expected)

    def _cancel_the_last_one(self, expected: Expected) -> bool:
        """Cancel the only session of a room or a track."""
        return self._cancel_it(self._untouched(is_last=True), expected)

    def _cancel_it(self, session: Session | None, expected: Expected) -> bool:
        if not session or not self._may_disturb():
            return False
        session.is_on = False
        expected.changes[session.number] = {"cancelled"}
        return True

    def _bring_back(self, expected: Expected) -> bool:
        if not (session := self._untouched(is_on=False)):
            return False
        session.is_on = True
        expected.changes[session.number] = {"reinstated"}
        return True

    def _add_a_session(self, expected: Expected) -> bool:
        session = self._add()
        self._touched.add(session.series)
        expected.changes[session.number] = {"new"}
        return True

    def _add_a_session_with_the_code_of_a_cancelled_one(self, expected: Expected) -> bool:
        on = {session.series for session in self.sessions if session.is_on}
        if not (free := [session for session in self.sessions if session.series not in on]):
            return False
        cancelled, session = self._random.choice(free), self._add()
        while session.start == cancelled.start:  # without speakers, this would be the same talk with another title
            session.start, session.room = self._free_slot(None)
        session.code = cancelled.code
        self._touched.add(session.series)
        expected.changes[session.number] = {"new"}
        return True

    def _split_into_slots(self, expected: Expected) -> bool:
        if not (session := self._untouched()):
            return False
        expected.changes[self._add(series_of=session).number] = {"new"}
        return True

    def _correct_a_title(self, expected: Expected) -> bool:
        session = self._untouched()
        if session is None or sum(other.series == session.series for other in self.sessions) > 1:
            return False
        session.title = f"{session.title}, corrected"
        expected.changes[session.number] = {"retitled"}
        return True


STEPS: tuple[Callable[[RandomConference, Expected], bool], ...] = (
    RandomConference._rename_a_room,
    RandomConference._rename_a_track,
    RandomConference._reorder,
    RandomConference._renumber,
    RandomConference._change_keys,
    RandomConference._move,
    RandomConference._move,
    RandomConference._change_the_room,
    RandomConference._change_the_room_of_the_last_one,
    RandomConference._cancel,
    RandomConference._cancel_the_last_one,
    RandomConference._bring_back,
    RandomConference._bring_back,
    RandomConference._add_a_session,
    RandomConference._add_a_session_with_the_code_of_a_cancelled_one,
    RandomConference._split_into_slots,
    RandomConference._correct_a_title,
)


def faulty_versions(schedule: Schedule, random: Random) -> Iterator[tuple[str, Schedule]]:
    """Versions that the source publishes by mistake: half of a file, and another year."""
    if random.random() < 0.3:
        yield "half file", replace(schedule, talks=schedule.talks[: len(schedule.talks) // 2])
    if random.random() < 0.3:
        talks = (replace(talk, start=talk.start + YEAR, end=talk.end + YEAR) for talk in schedule.talks)
        days = tuple(day + YEAR for day in schedule.conference.days)
        yield "wrong year", replace(schedule, conference=a_conference(days=days), talks=in_order(talks))
