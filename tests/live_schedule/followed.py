"""Versions of a source that are followed live, with a person who saved each session and a channel for each room and track."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import insert, select, update

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.tables import AGENDA, DELIVERIES, DELIVERY_TALKS, PEOPLE, SENT, SUBSCRIPTIONS
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.messages import ChangedTalk, ChangeWording
from bot.delivery.models import NOTICE
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.version_cache import VersionCache
from bot.live_schedule.watcher import SOURCE_ALERT, SourceWatcher
from bot.schedule.importers.models import ImportResult
from bot.schedule.models import Schedule
from bot.search.index import build
from tests.live_schedule.sources import GivenSource
from tests.schedules import a_schedule


@dataclass
class Heard:
    """The lines that the new version caused, by reader."""

    people: Mapping[str, str] = field(default_factory=dict)  # by the id of the talk that they saved
    channels: Mapping[str, set[str]] = field(default_factory=dict)  # by the name of the room or track that they follow
    question: str = ""  # to organisers, where the version is set aside


class FollowedSource:
    """A source, the bot that follows it, and people who saved every session of the first version."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._source = GivenSource()
        self._question = ""
        planner = ReminderPlanner(Clock(), (10,), OrganiserAlerts("T1"))
        self.live = LiveSchedule(database, planner, VersionCache(lambda _: build(a_schedule())))
        self._watcher = SourceWatcher(self._source, self.live, self._set_alert)

    async def _set_alert(self, subject: str, text: str, _: int) -> None:
        if subject == SOURCE_ALERT:
            self._question = text

    @property
    def served(self) -> Schedule:
        return self.live.current.schedule

    async def start(self, version: Schedule | ImportResult) -> None:
        """Serve the first version. Let a person save each session, and a channel follow each room and track."""
        self._source.version = _imported(version)
        await self._watcher.start(await self._watcher.first_look())
        await self._database.write(self._save_and_follow)

    async def _save_and_follow(self, tx: Transaction) -> None:
        now, served = await tx.now(), self.served
        people = {f"U{number}": talk.id for number, talk in enumerate(served.talks)}
        chosen = {"reminded": True, "lead": 10, "digest": False, "channel": "", "zone": "", "changed_at": now}
        saved = [{"workspace": "T1", "person": person, "talk": talk} for person, talk in people.items()]
        await tx.execute(insert(AGENDA).values(saved_at=now), saved)
        await tx.execute(insert(PEOPLE).values(chosen), [{"workspace": "T1", "person": person} for person in people])
        places = [("", room.id, room.name) for room in served.rooms]
        places += [(track.id, "", track.title) for track in served.tracks]
        row = {"workspace": "T1", "lead": 10, "turned_on_by": "U1", "active": True, "ended_because": ""}
        rows = [row | {"conversation": name, "track": track, "room": room} for track, room, name in places]
        if rows:
            await tx.execute(insert(SUBSCRIPTIONS).values(changed_at=now), rows)

    async def hear(self, version: Schedule | ImportResult) -> Heard:
        """Let the source have another version. Return who hears what of it."""
        before, revision = self.served, self.live.current.revision
        self._source.version = _imported(version)
        await self._watcher.poll()
        await self._watcher.poll()
        if self.live.current.revision == revision:
            return Heard(question=self._question)
        return await self._database.write(self._heard_of, before)

    async def _heard_of(self, tx: Transaction, before: Schedule) -> Heard:
        told = select(DELIVERY_TALKS.c.conversation, DELIVERY_TALKS.c.talk).where(
            DELIVERY_TALKS.c.kind == NOTICE, DELIVERY_TALKS.c.occasion == f"r{self.live.current.revision}"
        )
        people: dict[str, str] = {}
        channels: dict[str, set[str]] = defaultdict(set)
        for row in await tx.execute(told):
            changed = ChangedTalk(before.talk_by_id.get(row.talk), self.served.talk_by_id[row.talk])
            line = ChangeWording(self.served.conference, None).line(changed)
            if row.conversation[:1] == "U" and row.conversation[1:].isdigit():
                assert row.talk not in people, "two people heard of a session that only one saved"
                people[row.talk] = line
            else:
                channels[row.conversation].add(line)
        await tx.execute(update(DELIVERIES).values(state=SENT))
        return Heard(people, dict(channels))


def _imported(version: Schedule | ImportResult) -> ImportResult:
    return version if isinstance(version, ImportResult) else ImportResult(version, "given")
