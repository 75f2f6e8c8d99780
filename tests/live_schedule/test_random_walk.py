"""Random sequences of versions: nobody hears of what did not change, nobody misses what did, and nothing is lost."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, insert, select, update

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.sql import METADATA
from bot.db.tables import AGENDA, DELIVERIES, DELIVERY_TALKS, PEOPLE, SENT, SUBSCRIPTIONS, VERSIONS
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.models import NOTICE
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.live_schedule import repository
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.version_cache import VersionCache
from bot.live_schedule.versions import ChangeCause
from bot.live_schedule.watcher import SourceWatcher
from bot.schedule.diff import talk_changes
from bot.schedule.importers.models import ImportResult
from bot.schedule.models import Schedule, Talk
from bot.schedule.overrides import addition, override_of
from bot.search.index import build
from tests.conftest import MachineTime
from tests.live_schedule.sources import GivenSource
from tests.live_schedule.walk import HOUR, ORGANISERS_ROOM, Expected, RandomConference, Session, faulty_versions
from tests.migrated import migrated_sqlite
from tests.schedules import a_schedule

SEQUENCES, PARTS, VERSIONS_EACH = 2_000, 4, 4

NO_INDEX = build(a_schedule())

EVERYTHING = "CALL"


class RecordingPlanner(ReminderPlanner):
    """A planner that keeps the names that changed, which organisers read."""

    renamed: Sequence[tuple[str, str]] = ()

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: ChangeCause
    ) -> None:
        self.renamed = [(renaming.before, renaming.now) for renaming in cause.renamings]
        await super().plan(tx, before, after, revision, cause)


class Walk:
    """One sequence: a conference, its source, the bot, and people who each saved one session."""

    def __init__(self, database: Database, seed: int) -> None:
        self.random = Random(seed)
        self.conference = RandomConference(self.random)
        self.database = database
        self.planner = RecordingPlanner(Clock(), (10,), OrganiserAlerts("T1"))
        self.live = LiveSchedule(database, self.planner, VersionCache(lambda _: NO_INDEX))
        self.source = GivenSource()
        self.watcher = SourceWatcher(self.source, self.live, self._set_alert)
        self.ids: dict[int, str] = {}  # under which each session was saved
        self.told: defaultdict[str, set[int]] = defaultdict(set)  # sessions that each channel has been told of
        self.room_decided: dict[int, int] = {}  # by an organiser
        self.notes: dict[int, str] = {}

    async def _set_alert(self, *_: object) -> None:
        """Alert nobody."""

    async def start(self) -> None:
        """Serve the first version, let an organiser decide some things, and let people save and channels follow."""
        self.source.version = ImportResult(self.conference.published(), "given")
        await self.watcher.start(await self.watcher.first_look())
        self._find_ids()
        await self._amend()
        await self.database.write(self._let_follow)
        for session in self.conference.sessions:
            await self.database.write(self._let_save, session)

    async def _amend(self) -> None:
        noted, moved, to_new_room = self.random.sample(self.conference.sessions, 3)
        self.notes[noted.number] = f"Note {noted.number}"
        self.room_decided[moved.number] = (moved.room + 1) % ORGANISERS_ROOM
        self.room_decided[to_new_room.number] = ORGANISERS_ROOM
        start = self.conference.sessions[0].start
        edits = [
            override_of(self._talk(noted), note=self.notes[noted.number]),
            *(
                override_of(self._talk(session), room=self.conference.rooms[self.room_decided[session.number]])
                for session in (moved, to_new_room)
            ),
            addition(1, "Open space", start, start + HOUR, self.conference.rooms[0], []),
        ]
        await self.live.apply(edits, "decided", "U1", self.live.current)

    async def _let_follow(self, tx: Transaction) -> None:
        schedule = self.live.current.schedule
        rooms = {room.name: room.id for room in schedule.rooms}
        tracks = {track.title: track.id for track in schedule.tracks}
        scopes = [(EVERYTHING, "", "")]
        scopes += [(f"CR{number}", "", rooms[name]) for number, name in self.conference.rooms.items() if name in rooms]
        scopes += [
            (f"CT{number}", tracks[name], "") for number, name in self.conference.tracks.items() if name in tracks
        ]
        row = {"workspace": "T1", "lead": 10, "turned_on_by": "U1", "active": True, "ended_because": ""}
        rows = [row | {"conversation": name, "track": track, "room": room} for name, track, room in scopes]
        await tx.execute(insert(SUBSCRIPTIONS).values(changed_at=await tx.now()), rows)
        self.channels = [name for name, _, _ in scopes]

    async def _let_save(self, tx: Transaction, session: Session) -> None:
        now, person = await tx.now(), {"workspace": "T1", "person": f"U{session.number}"}
        chosen = {"reminded": True, "lead": 10, "digest": False, "channel": "", "zone": "", "changed_at": now}
        await tx.execute(insert(AGENDA).values(person | {"talk": self.ids[session.number], "saved_at": now}))
        await tx.execute(insert(PEOPLE).values(person | chosen))

    async def step(self) -> Counter[str]:
        """Let the source publish a faulty version or none, and then one that changed. Check who hears what."""
        tried: Counter[str] = Counter()
        for fault, version in faulty_versions(self.conference.published(), self.random):
            tried[fault] += 1
            assert not await self._publish(version), fault
            assert self.watcher.problem, fault
        before, places = self.live.current.schedule, self._places()
        expected = self.conference.change()
        for number in expected.moved_at_its_time & self.room_decided.keys():
            del expected.changes[number]
        is_new = await self._publish(self.conference.published())
        assert not self.watcher.problem
        self._find_ids()
        assert sorted(self.planner.renamed if is_new else []) == sorted(expected.renamed)
        await self._check_heard(expected, before, places, is_new=is_new)
        self._check_kept()
        for number in [*self.room_decided]:
            if self.conference.sessions[number].room == self.room_decided[number]:
                del self.room_decided[number]  # from now on, the source counts
        for number, kinds in expected.changes.items():
            if kinds == {"new"}:
                await self.database.write(self._let_save, self.conference.sessions[number])
        return tried

    async def _publish(self, version: Schedule) -> bool:
        self.source.version, revision = ImportResult(version, "given"), self.live.current.revision
        await self.watcher.poll()
        await self.watcher.poll()
        return self.live.current.revision != revision

    def _find_ids(self) -> None:
        """Note the ids of sessions that are new."""
        by_slot = {(talk.title, talk.start): talk.id for talk in self.live.current.schedule.given}
        for session in self.conference.sessions:
            if session.number not in self.ids:
                self.ids[session.number] = by_slot[session.title, session.start]

    def _talk(self, session: Session) -> Talk:
        return self.live.current.schedule.talk_by_id[self.ids[session.number]]

    def _room(self, session: Session) -> int:
        return self.room_decided.get(session.number, session.room)

    def _places(self) -> dict[int, tuple[int, int]]:
        return {session.number: (self._room(session), session.track) for session in self.conference.sessions}

    async def _check_heard(
        self, expected: Expected, before: Schedule, places: dict[int, tuple[int, int]], *, is_new: bool
    ) -> None:
        heard = await self.database.write(self._heard_of, self.live.current.revision) if is_new else {}
        should_hear: dict[str, set[int]] = defaultdict(set)
        for number in expected.changes:
            session = self.conference.sessions[number]
            if expected.changes[number] != {"new"}:
                should_hear[f"U{number}"].add(number)
            old_room, track = places.get(number, (self._room(session), session.track))
            scopes = {EVERYTHING, f"CR{old_room}", f"CR{self._room(session)}", f"CT{track}"}
            for channel in self.channels:
                if channel in scopes or number in self.told[channel]:
                    should_hear[channel].add(number)
        assert heard == {who: {self.ids[number] for number in numbers} for who, numbers in should_hear.items()}
        for channel in self.channels:
            self.told[channel] |= should_hear[channel]
        after = self.live.current.schedule
        for number, kinds in expected.changes.items():
            id = self.ids[number]
            assert {change.kind for change in talk_changes(before.talk_by_id.get(id), after.talk_by_id[id])} == kinds

    async def _heard_of(self, tx: Transaction, revision: int) -> dict[str, set[str]]:
        """The talks in the notices of this revision, by recipient. The notices are marked as sent."""
        items = select(DELIVERY_TALKS.c.conversation, DELIVERY_TALKS.c.talk).where(
            DELIVERY_TALKS.c.kind == NOTICE, DELIVERY_TALKS.c.occasion == f"r{revision}"
        )
        heard: dict[str, set[str]] = defaultdict(set)
        for row in await tx.execute(items):
            heard[row.conversation].add(row.talk)
        await tx.execute(update(DELIVERIES).values(state=SENT))
        return dict(heard)

    def _check_kept(self) -> None:
        """Check that every save and every decision still stands for its session."""
        for session in self.conference.sessions:
            talk = self._talk(session)
            assert talk.cancelled != session.is_on
            assert talk.note == self.notes.get(session.number, "")
            if session.is_on:
                assert (talk.title, talk.start) == (session.title, session.start)
                assert talk.room
                assert talk.room.name == self.conference.rooms[self._room(session)]
                assert talk.track
                assert talk.track.title == self.conference.tracks[session.track]
        open_space = self.live.current.schedule.talk_by_id["added:1"]
        assert open_space.room
        assert open_space.room.name == self.conference.rooms[0]
        assert len(set(self.ids.values())) == len(self.ids)


async def _empty(tx: Transaction) -> None:
    for table in METADATA.sorted_tables:
        if table is not VERSIONS:
            await tx.execute(delete(table))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
async def test_random_sequences_of_versions_notify_exactly_the_people_they_concern(
    part: int, tmp_path: Path, machine: MachineTime
) -> None:
    database = Database(migrated_sqlite(tmp_path / "walk.sqlite3"), machine, shared_clock=False)
    tried: Counter[str] = Counter()
    for seed in _seeds(part):
        walk = Walk(database, seed)
        try:
            await walk.start()
            for _ in range(VERSIONS_EACH):
                tried += await walk.step()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        tried += walk.conference.tried
        assert len(await database.read(repository.all_overrides)) == 1
        await database.write(_empty)
    await database.close()
    print(f"{len(_seeds(part)):,} sequences of {VERSIONS_EACH} versions:", dict(sorted(tried.items())))


def _seeds(part: int) -> range:
    return range(part * SEQUENCES // PARTS, (part + 1) * SEQUENCES // PARTS)
