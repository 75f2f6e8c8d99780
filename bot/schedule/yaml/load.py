"""Reading a schedule file: bytes to a Schedule, or every problem with its line and column."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.errors import Problem, ScheduleError
from bot.schedule.models import Conference, Info, Room, Schedule, Speaker, Talk, Track, Walk, in_order
from bot.schedule.texts import REASON_END, quote_value, without_cancelled
from bot.schedule.validation import check_schedule
from bot.schedule.yaml import nodes
from bot.schedule.yaml.nodes import ProblemCollector
from bot.schedule.yaml.record import (
    CONFERENCE,
    INFO,
    ROOM,
    SCHEDULE,
    SPEAKER,
    TALK,
    TRACK,
    WALK,
    Record,
    RecordFormat,
)

_FALLBACK_ZONE = ZoneInfo("UTC")

_MISSING = datetime.min.replace(tzinfo=UTC)


def load(data: bytes, name: str) -> Schedule:
    """Read a schedule. `name` is the file's name in messages. Raises ScheduleError with all errors."""
    return _usable(*load_with_problems(data, name))


def load_from_any_version(data: bytes, name: str) -> Schedule:
    """Read a schedule that a bot wrote, perhaps a newer one: keys that this one does not know are left out."""
    problems = ProblemCollector(name, takes_unknown_keys=True)
    return _usable(*_load(nodes.read_dumped(data) or nodes.read_document(data, problems), problems))


def _usable(schedule: Schedule | None, problems: Iterable[Problem]) -> Schedule:
    if schedule is None:
        raise ScheduleError(*(problem for problem in problems if problem.severity == "error"))
    return schedule


def load_with_problems(data: bytes, name: str) -> tuple[Schedule | None, tuple[Problem, ...]]:
    """Read a schedule and all its errors and warnings, in the order of the file.

    With errors, the schedule is `None`.
    """
    problems = ProblemCollector(name)
    return _load(nodes.read_document(data, problems), problems)


def _load(root: nodes.Node | None, problems: ProblemCollector) -> tuple[Schedule | None, tuple[Problem, ...]]:
    if isinstance(root, nodes.Mapping):
        schedule = _ScheduleReader(Record(root, SCHEDULE, problems), problems).schedule()
        return (None if problems.errors else schedule), problems.all()
    if root:
        problems.error(root, "A schedule begins with `conference:`; data/README.md shows how.")
    return None, problems.all()


class _ScheduleReader:
    """Reads a file section by section. Errors go to `problems`, and reading continues."""

    def __init__(self, file: Record, problems: ProblemCollector) -> None:
        self._problems = problems
        self._conference = _conference(file.record("conference", CONFERENCE))
        self._rooms = {record.id: _room(record) for record in self._distinct(file, "rooms", ROOM)}
        self._speakers = {record.id: _speaker(record) for record in self._distinct(file, "speakers", SPEAKER)}
        self._placed_tracks = [(self._track(record), record) for record in self._distinct(file, "tracks", TRACK)]
        self._tracks = {track.id: track for track, _ in self._placed_tracks}
        self._talks = [(self._talk(record), record) for record in self._distinct(file, "talks", TALK)]
        self._info = tuple(_info(record) for record in file.records("info", INFO))
        self._walks = [self._walk(record) for record in file.records("walks", WALK)]
        self._former_rooms = tuple(map(_room, self._distinct(file, "former_rooms", ROOM)))
        self._former_tracks = tuple(map(self._track, self._distinct(file, "former_tracks", TRACK)))

    def schedule(self) -> Schedule:
        """Build a schedule from everything that could be read. It may be used only if `problems` has no errors."""
        placed = [(talk, record) for talk, record in self._talks if talk]
        check_schedule(self._conference, self._placed_tracks, placed, self._problems)
        return Schedule(
            conference=self._conference,
            rooms=tuple(self._rooms.values()),
            tracks=tuple(self._tracks.values()),
            speakers=tuple(self._speakers.values()),
            talks=in_order(talk for talk, _ in placed),
            info=self._info,
            walks=tuple(walk for walk in self._walks if walk),
            former_rooms=self._former_rooms,
            former_tracks=self._former_tracks,
        )

    def _distinct(self, file: Record, section: str, part: RecordFormat) -> list[Record]:
        """The records of a section. Ids that occur twice are reported."""
        records = file.records(section, part)
        first: dict[str, Record] = {}
        for record in records:
            if record.id and first.setdefault(record.id, record) is not record:
                line = first[record.id].position("id").line
                text = f"{quote_value(record.id)} is the id of another {part.name} too, on line {line}. Change one of them."
                self._problems.error(record.position("id"), text)
        return records

    def _track(self, record: Record) -> Track:
        return Track(
            id=record.id,
            title=record.single_line("title"),
            day=record.day("day"),
            room=record.reference("room", self._rooms, "rooms"),
            host=record.references("host", self._speakers, "speakers"),
            description=record.text("description"),
            key=record.single_line("key"),
        )

    def _walk(self, record: Record) -> Walk | None:
        start, end = (record.reference(key, self._rooms, "rooms") for key in ("from", "to"))
        minutes = record.number("minutes")
        if start and start == end:
            self._problems.error(record.position("to"), "`from` and `to` are the same room. Change one of them.")
        return Walk(start, end, minutes) if start and end else None

    def _talk(self, record: Record) -> Talk | None:
        """Read a talk and report all its errors. Returns `None` if it has no start or end."""
        start = record.moment("start", self._conference.timezone)
        end = record.moment("end", self._conference.timezone)
        if start and end and end < start:
            text = "The talk ends before it starts. If it ends after midnight, write the next day."
            self._problems.error(record.position("end"), text)
        title = record.single_line("title")
        told_off = without_cancelled(title)
        reason, _, note = record.text("note").rpartition(REASON_END)
        talk = Talk(
            id=record.id,
            title=title if told_off is None else told_off,
            start=start or _MISSING,
            end=end or _MISSING,
            kind=record.single_line("kind") or "talk",
            level=record.single_line("level"),
            language=record.single_line("language"),
            subtitle=record.single_line("subtitle"),
            speakers=record.references("speakers", self._speakers, "speakers"),
            track=record.reference("track", self._tracks, "tracks"),
            room=record.reference("room", self._rooms, "rooms"),
            abstract=record.text("abstract"),
            url=record.link("url"),
            stream=record.link("stream"),
            recording=record.link("recording"),
            note=note.strip(),
            reason=reason,
            full=record.flag("full"),
            cancelled=record.flag("cancelled") or told_off is not None,
            key=record.single_line("key"),
        )
        return talk if start and end else None


def _conference(record: Record | None) -> Conference:
    """Read the conference. If it is missing, an empty one lets the talks be checked nevertheless."""
    if record is None:
        return Conference("", _FALLBACK_ZONE, ())
    zone = record.zone("timezone") or _FALLBACK_ZONE
    return Conference(record.single_line("name"), zone, record.days("days"), record.link("url"))


def _room(record: Record) -> Room:
    return Room(
        record.id,
        record.single_line("name"),
        record.single_line("floor"),
        record.single_line("key"),
        record.number("seats"),
    )


def _speaker(record: Record) -> Speaker:
    return Speaker(
        record.id,
        record.single_line("name"),
        record.single_line("role"),
        record.single_line("affiliation"),
        record.text("bio"),
        record.single_line("key"),
    )


def _info(record: Record) -> Info:
    return Info(record.lines("ask"), record.text("answer"))
