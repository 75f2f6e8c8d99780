import asyncio
import threading
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from bot.db.database import Database, Transaction
from bot.db.tables import SOURCES
from bot.errors import ScheduleError
from bot.live_schedule import repository
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.live_schedule.version_cache import VersionCache
from bot.live_schedule.versions import (
    AlreadyUndone,
    ChangeCause,
    OverrideConflict,
    SupersededVersion,
    VersionConflict,
)
from bot.schedule.diff import schedule_changes, talk_changes
from bot.schedule.models import Info, Schedule, Talk
from bot.schedule.overrides import ADDED_PREFIX, Conflict, Fields, Override, addition, answer_override, override_of
from bot.search.index import Index, build
from tests.conftest import MachineTime
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk, london

TALK, OTHER = a_talk("A"), a_talk("B", "12:00")

FIRST = a_schedule(TALK, OTHER)

SECOND = a_schedule(a_talk("A", "11:00"), OTHER)

WITHOUT = a_schedule(OTHER)

HALF_HOUR = timedelta(minutes=30)

EARLY = london("07:00")

IN_WHITTLE = override_of(TALK, room="Whittle")


@dataclass
class RecordingPlanner:
    """A planner that records its calls."""

    planned: list[int] = field(default_factory=list)
    causes: list[ChangeCause] = field(default_factory=list)
    now: datetime = EARLY

    async def conference_now(self, tx: Transaction) -> datetime:
        return self.now

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: ChangeCause
    ) -> None:
        self.planned.append(revision)
        self.causes.append(cause)


def a_process(database: Database, plan: RecordingPlanner | None = None) -> LiveSchedule:
    return LiveSchedule(database, plan or RecordingPlanner(), VersionCache(build))


async def versions(tx: Transaction) -> int:
    return int((await tx.execute(select(func.count()).select_from(SOURCES))).scalar_one())


async def edited(process: LiveSchedule, *edits: Override) -> Snapshot:
    return await process.apply(edits, "an action", "U1", on=process.current)


async def test_the_operators_schedule_is_the_first_revision(database: Database) -> None:
    process = a_process(database)
    snapshot = await process.publish_source(FIRST)
    assert (snapshot.revision, snapshot.schedule) == (1, FIRST)
    assert await process.accepted_source() == FIRST
    assert len(snapshot.index.talks) == 2


async def test_nodes_that_start_together_publish_it_once(database: Database) -> None:
    snapshots = await asyncio.gather(*(a_process(database).publish_source(FIRST) for _ in range(4)))
    assert {snapshot.revision for snapshot in snapshots} == {1}
    assert await database.read(versions) == 1


async def test_a_new_version_is_a_new_revision_and_an_unchanged_one_is_not(database: Database) -> None:
    await a_process(database).publish_source(FIRST)
    assert (await a_process(database).publish_source(FIRST)).revision == 1
    assert (await a_process(database).publish_source(SECOND)).revision == 2


async def test_a_talk_missing_from_a_version_is_cancelled_until_it_comes_back(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    assert (await process.publish_source(WITHOUT)).schedule.talks == (replace(TALK, cancelled=True), OTHER)
    assert (await process.publish_source(WITHOUT)).revision == 2
    assert (await process.publish_source(FIRST)).schedule == FIRST


async def test_a_source_may_drop_talks_that_are_over_and_their_days(database: Database) -> None:
    process = a_process(database, RecordingPlanner(now=london("11:30")))
    await process.publish_source(FIRST)
    only_wednesday = a_conference(days=(date(2019, 3, 6),))
    served = (await process.publish_source(a_schedule(OTHER, conference=only_wednesday))).schedule
    assert served.talks == FIRST.talks
    assert served.conference.days == (date(2019, 3, 5), date(2019, 3, 6))


async def test_an_override_is_published_at_once_and_survives_a_restart(database: Database) -> None:
    plan = RecordingPlanner()
    process = a_process(database, plan)
    await process.publish_source(FIRST)
    after = await edited(process, IN_WHITTLE)
    assert (after.revision, after.schedule.talk_by_id["a"].room) == (2, after.schedule.rooms[-1])
    assert [cause.confirmed for cause in plan.causes] == [False, True]
    assert (await a_process(database).publish_source(FIRST)).schedule == after.schedule
    [kept] = await database.read(repository.all_overrides)
    assert (kept.by, kept.action, kept.edits) == ("U1", "an action", (IN_WHITTLE,))


async def test_an_override_still_applies_to_the_next_version_of_the_source(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    await edited(process, IN_WHITTLE)
    talk = (await process.publish_source(SECOND)).schedule.talk_by_id["a"]
    assert (talk.start, talk.room and talk.room.name) == (london("11:00"), "Whittle")


async def test_a_version_that_conflicts_with_an_override_is_reported_once(database: Database) -> None:
    plan = RecordingPlanner()
    process = a_process(database, plan)
    await process.publish_source(FIRST)
    await edited(process, IN_WHITTLE)
    in_turing = a_talk("A", room=a_room("Turing"))
    after = await process.publish_source(a_schedule(in_turing, OTHER))
    assert plan.causes[-1].conflicts == (OverrideConflict(Conflict("a", ("room",)), "an action"),)
    assert [talk.room and talk.room.name for talk in after.schedule.talks] == ["Whittle", None]
    await process.publish_source(a_schedule(in_turing))
    assert (plan.planned[-1], len(plan.causes[-1].conflicts)) == (4, 0)


LATER = replace(TALK, start=TALK.start + HALF_HOUR, end=TALK.end + HALF_HOUR)


@pytest.mark.parametrize(
    "changed",
    [
        LATER,
        replace(TALK, end=TALK.end + HALF_HOUR),
        replace(TALK, room=a_room("Whittle")),
        replace(TALK, speakers=(a_speaker("Ann"),)),
        replace(TALK, title="Another title"),
        replace(TALK, cancelled=True),
    ],
    ids=["time", "length", "room", "speakers", "title", "cancelled"],
)
async def test_a_change_ends_when_the_source_has_it_too_so_that_later_changes_of_the_source_count(
    database: Database, changed: Talk
) -> None:
    plan = RecordingPlanner()
    process = a_process(database, plan)
    await process.publish_source(FIRST)
    by_organiser = override_of(
        TALK,
        title=changed.title,
        start=changed.start,
        end=changed.end,
        room=changed.room.name if changed.room else "",
        speakers=tuple(speaker.name for speaker in changed.speakers),
        cancelled=changed.cancelled,
    )
    by_hand = (await edited(process, by_organiser)).schedule.talk_by_id["a"]
    assert talk_changes(TALK, by_hand)
    assert (
        talk_changes(by_hand, (await process.publish_source(a_schedule(changed, OTHER))).schedule.talk_by_id["a"]) == ()
    )
    assert (await process.publish_source(FIRST)).schedule.talk_by_id["a"] == TALK
    assert [cause.conflicts for cause in plan.causes] == [(), (), (), ()]
    assert len(await database.read(repository.recent_overrides, 5)) == 1


async def test_a_change_ends_when_the_source_has_it_after_other_values(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    await edited(process, override_of(TALK, start=LATER.start, end=LATER.end))
    starts = []
    for clock in ("12:00", "10:35", "11:05", "10:35"):
        snapshot = await process.publish_source(a_schedule(a_talk("A", clock), OTHER))
        starts.append(snapshot.schedule.talk_by_id["a"].start)
    assert starts == [LATER.start] * 3 + [TALK.start]


async def test_a_reason_ends_when_the_source_has_the_change_too(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    await edited(process, override_of(TALK, "The projector is broken.", start=LATER.start, end=LATER.end))
    elsewhere = a_schedule(replace(TALK, room=a_room("Turing")), OTHER)
    assert (await process.publish_source(elsewhere)).schedule.talk_by_id["a"].reason == "The projector is broken."
    assert (await process.publish_source(a_schedule(LATER, OTHER))).schedule.talk_by_id["a"].reason == ""


async def test_a_reason_is_back_when_the_change_after_it_is_undone(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    delayed = await edited(process, override_of(TALK, "The projector is broken.", start=LATER.start, end=LATER.end))
    talk = delayed.schedule.talk_by_id["a"]
    assert (await edited(process, override_of(talk, room="Whittle"))).schedule.talk_by_id["a"].reason == ""
    [latest] = await database.read(repository.recent_overrides, 1)
    assert (await process.undo(latest.id, "U1")).schedule.talk_by_id["a"] == talk


IN_FLEMING = replace(TALK, room=a_room("Fleming"))


@pytest.mark.parametrize(
    ("changed", "is_full"),
    [
        (replace(IN_FLEMING, room=a_room("Turing")), False),
        (replace(IN_FLEMING, start=LATER.start, end=LATER.end), True),
        (replace(IN_FLEMING, room=replace(a_room("Fleming Hall"), id="fleming")), True),
    ],
    ids=["another room", "another time", "another name of the room"],
)
async def test_a_full_talk_stays_full_until_the_source_gives_it_another_room(
    database: Database, changed: Talk, is_full: bool
) -> None:
    process = a_process(database)
    in_turing = replace(OTHER, room=a_room("Turing"))
    await process.publish_source(a_schedule(IN_FLEMING, in_turing))
    await edited(process, override_of(IN_FLEMING, full=True))
    assert (await process.publish_source(a_schedule(changed, in_turing))).schedule.talk_by_id["a"].full == is_full
    back = await process.publish_source(a_schedule(IN_FLEMING, in_turing))
    assert back.schedule.talk_by_id["a"].full == is_full


async def test_a_talk_that_was_cancelled_and_reinstated_is_cancelled_when_the_source_drops_it(
    database: Database,
) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    after = await edited(process, override_of(TALK, cancelled=True))
    await edited(process, override_of(after.schedule.talk_by_id["a"], cancelled=False))
    assert (await process.publish_source(WITHOUT)).schedule.talk_by_id["a"].cancelled


async def test_a_talk_that_was_reinstated_is_cancelled_when_the_source_has_it_and_drops_it_again(
    database: Database,
) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    after = await process.publish_source(WITHOUT)
    await edited(process, override_of(after.schedule.talk_by_id["a"], cancelled=False))
    assert not (await process.publish_source(a_schedule(OTHER, a_talk("C")))).schedule.talk_by_id["a"].cancelled
    await process.publish_source(FIRST)
    assert (await process.publish_source(WITHOUT)).schedule.talk_by_id["a"].cancelled


async def test_an_answer_that_the_source_gives_too_follows_the_source_from_then_on(database: Database) -> None:
    process = a_process(database)
    for number, answer in enumerate(("", "2nd floor", "3rd floor")):
        info = (Info(("lunch",), answer),) if answer else ()
        after = await process.publish_source(replace(FIRST, info=info))
        assert after.schedule.info == info
        if number == 0:
            await edited(process, answer_override(("lunch",), "", "2nd floor"))


async def test_a_change_of_the_time_that_version_1_0_0_stored_is_merged_with_every_later_version(
    database: Database,
) -> None:
    plan = RecordingPlanner()
    process = a_process(database, plan)
    await process.publish_source(FIRST)
    before, after = Fields(end=TALK.end), Fields(end=TALK.end + HALF_HOUR)
    await edited(process, Override("a", before, after))
    lengths = []
    for clock, minutes in (("17:00", 50), ("08:00", 50), ("09:00", 80), ("09:00", 20)):
        snapshot = await process.publish_source(a_schedule(a_talk("A", clock, minutes=minutes), OTHER))
        talk = snapshot.schedule.talk_by_id["a"]
        assert talk.start == london(clock)
        lengths.append(talk.length / timedelta(minutes=1))
    assert lengths == [80, 80, 80, 20]
    assert not any(cause.conflicts for cause in plan.causes)


async def test_a_later_start_that_version_1_0_0_stored_counts_from_the_length_that_organisers_gave_before(
    database: Database,
) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    longer = await edited(process, override_of(TALK, end=TALK.start + 3 * HALF_HOUR))
    await edited(process, Override("a", Fields(start=TALK.start), Fields(start=LATER.start)))
    for _ in range(2):
        talk = process.current.schedule.talk_by_id["a"]
        assert (talk.start, talk.end) == (LATER.start, longer.schedule.talk_by_id["a"].end)
        await process.publish_source(WITHOUT)
        await process.publish_source(FIRST)


async def test_undoing_an_override_restores_the_talk_of_the_source(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    await edited(process, IN_WHITTLE)
    await edited(process, override_of(OTHER, note="Bring a laptop."))
    latest, first = await database.read(repository.recent_overrides, 5)
    assert (await process.undo(first.id, "U2")).schedule == a_schedule(TALK, replace(OTHER, note="Bring a laptop."))
    assert [override.id for override in await database.read(repository.all_overrides) if not override.undone_by] == [
        latest.id
    ]
    with pytest.raises(AlreadyUndone):
        await process.undo(first.id, "U2")
    assert process.current.revision == 4


async def test_a_session_that_was_added_and_taken_back_stays_as_cancelled(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    await edited(process, addition(7, "Open space", london("14:00"), london("15:00"), "Attic", []))
    await process.publish_source(SECOND)
    assert not process.current.schedule.talk_by_id[f"{ADDED_PREFIX}7"].cancelled
    [added] = await database.read(repository.all_overrides)
    assert (await process.undo(added.id, "U1")).schedule.talk_by_id[f"{ADDED_PREFIX}7"].cancelled
    assert (await process.publish_source(FIRST)).schedule.talk_by_id[f"{ADDED_PREFIX}7"].cancelled


async def test_undoing_the_last_of_many_overrides_restores_the_schedule_before_it(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    await process.publish_source(WITHOUT)
    await edited(process, addition(7, "Open space", london("14:00"), london("15:00"), "Attic", ["Ann"]))
    session = process.current.schedule.talk_by_id[f"{ADDED_PREFIX}7"]
    await edited(
        process,
        override_of(session, room="Turing"),
        override_of(process.current.schedule.talk_by_id["a"], cancelled=False),
    )
    before = await edited(process, override_of(OTHER, title="Untitled"))
    await edited(process, override_of(session, note="Upstairs"))
    [latest] = await database.read(repository.recent_overrides, 1)
    assert (await process.undo(latest.id, "U1")).schedule == before.schedule


async def test_an_override_that_would_make_the_schedule_invalid_is_not_published(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    with pytest.raises(ScheduleError):
        await edited(process, override_of(TALK, end=london("10:00")))
    assert (await edited(process, override_of(TALK, title="In  two\x00 lines\n"))).schedule.talks[
        0
    ].title == "In two lines"
    assert (await a_process(database).publish_source(FIRST)).schedule == process.current.schedule


async def test_overrides_belong_to_their_conference_and_return_with_it(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    await edited(process, override_of(TALK, note="Bring a laptop."))
    before = await edited(process, addition(7, "Open space", london("14:00"), london("15:00"), "", []))
    conference = await database.read(repository.conference_id)
    next_year = a_schedule(
        a_talk("C", london("10:00", "2020-03-02")), conference=a_conference(days=(date(2020, 3, 2),))
    )
    assert (await process.publish_source(next_year)).schedule == next_year
    assert await database.read(repository.conference_id) != conference
    assert await database.read(repository.recent_overrides, 5) == ()
    await edited(process, override_of(next_year.talks[0], full=True))
    assert (await process.publish_source(FIRST)).schedule == before.schedule
    assert await database.read(repository.conference_id) == conference
    assert len(await database.read(repository.recent_overrides, 5)) == 2
    assert len(await database.read(repository.all_overrides)) == 3


async def test_a_wrong_year_keeps_everything_that_organisers_decided(database: Database) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    before = await edited(process, override_of(TALK, note="Bring a laptop."), override_of(TALK, room="Turing"))
    year = timedelta(days=366)
    wrong = a_schedule(
        *(replace(talk, start=talk.start + year, end=talk.end + year) for talk in FIRST.talks),
        conference=a_conference(days=tuple(day + year for day in FIRST.conference.days)),
    )
    served = (await process.publish_source(wrong)).schedule
    assert served.talk_by_id[TALK.id].note == "Bring a laptop."
    assert (await process.publish_source(FIRST)).schedule == before.schedule


async def test_overrides_follow_a_talk_with_another_key_and_a_room_with_another_name(database: Database) -> None:
    plan = RecordingPlanner()
    process = a_process(database, plan)
    rooms = [a_talk(f"Talk {number}", f"{number}:00", room=a_room("Fleming")) for number in range(10, 14)]
    talk = a_talk("Flows", "15:00")
    await process.publish_source(a_schedule(talk, *rooms))
    before = await edited(process, override_of(talk, room="Fleming"))
    renamed = [replace(other, id=f"new-{other.id}", room=a_room("Acme Stage")) for other in rooms]
    after = await process.publish_source(a_schedule(replace(talk, id="new"), *renamed))
    assert schedule_changes(before.schedule, after.schedule) == ()
    assert [(renaming.before, renaming.now) for renaming in plan.causes[-1].renamings] == [("Fleming", "Acme Stage")]
    assert plan.causes[-1].conflicts == ()
    assert {talk.room.name for talk in after.schedule.talks if talk.room} == {"Acme Stage"}


async def test_a_refused_version_is_used_when_an_organiser_says_so(database: Database) -> None:
    plan = RecordingPlanner()
    process = a_process(database, plan)
    await process.publish_source(FIRST)
    number = await process.reject(WITHOUT, "too few")
    assert await a_process(database).reject(WITHOUT, "too few") == number
    after = await process.use_anyway(number, "U1")
    assert (after.revision, after.schedule.given) == (2, (OTHER,))
    assert (plan.causes[-1].by, plan.causes[-1].confirmed) == ("U1", True)
    assert (await a_process(database).publish_source(WITHOUT)).revision == 2
    with pytest.raises(SupersededVersion):
        await process.use_anyway(number, "U2")


@pytest.mark.parametrize("then", [FIRST, SECOND])
async def test_a_refused_version_that_the_source_no_longer_has_cannot_be_used(
    database: Database, then: Schedule
) -> None:
    process = a_process(database)
    await process.publish_source(FIRST)
    number = await process.reject(WITHOUT, "too few")
    await process.publish_source(then)
    with pytest.raises(SupersededVersion):
        await process.use_anyway(number, "U1")
    assert await process.reject(WITHOUT, "too few") != number


async def test_schedule_at_gives_the_version_served_then_or_the_oldest_one_known(
    database: Database, machine: MachineTime
) -> None:
    process, began = a_process(database), machine()
    await process.publish_source(FIRST)
    machine.forward(hours=1)
    await process.publish_source(SECOND)
    hour = timedelta(hours=1)
    assert await process.schedule_at(began + hour / 2) == (FIRST, began + hour / 2)
    assert await process.schedule_at(began + 2 * hour) == (SECOND, began + 2 * hour)
    assert await process.schedule_at(began - hour) == (FIRST, began)


async def test_every_new_answer_of_the_source_to_a_question_that_organisers_answered_is_a_conflict(
    database: Database,
) -> None:
    plan = RecordingPlanner()
    process, ask = a_process(database, plan), ("wifi", "wlan")

    async def conflicts_of(answer: str, *talks: Talk) -> int:
        await process.publish_source(replace(a_schedule(TALK, *talks), info=(Info(ask, answer),)))
        return len(plan.causes[-1].conflicts)

    assert await conflicts_of("Ask us.") == 0
    await edited(process, answer_override(ask, "Ask us.", "qcon2019"))
    assert await conflicts_of("open") == 1
    assert await conflicts_of("closed") == 1
    assert await conflicts_of("closed", OTHER) == 0


class FailingOnce:
    """A database whose first read by this query fails."""

    def __init__(self, database: Database, query: object) -> None:
        self._database, self._query = database, query

    async def read(self, query: Any, *args: Any) -> Any:
        if query is self._query:
            self._query = None
            raise ConnectionError
        return await self._database.read(query, *args)


async def test_moved_talks_are_looked_up_again_after_the_database_failed(database: Database) -> None:
    publishing = a_process(database)
    await publishing.publish_source(FIRST)
    await publishing.publish_source(SECOND)
    failing = cast("Database", FailingOnce(database, repository.recent_number))
    process = LiveSchedule(failing, RecordingPlanner(), VersionCache(build))
    with pytest.raises(ConnectionError):
        await process.refresh()
    await process.refresh()
    assert process.current.moved == {TALK.id}


async def test_a_talk_counts_as_moved_for_a_day_unless_it_moves_back(database: Database, machine: MachineTime) -> None:
    process, started_later = a_process(database), a_process(database)
    await process.publish_source(FIRST)
    machine.forward(hours=1)
    assert (await process.publish_source(SECOND)).moved == {TALK.id}
    await started_later.refresh()
    assert started_later.current.moved == {TALK.id}
    assert (await process.publish_source(FIRST)).moved == frozenset()
    await edited(process, IN_WHITTLE)
    assert process.current.moved == {TALK.id}
    machine.forward(hours=25)
    assert not await process.refresh()
    assert process.current.moved == frozenset()


async def test_a_refresh_takes_over_the_version_that_another_node_published(database: Database) -> None:
    first, second = a_process(database), a_process(database)
    await first.publish_source(FIRST)
    await second.publish_source(FIRST)
    await first.publish_source(SECOND)
    assert first.current.schedule == SECOND
    assert second.current.schedule == FIRST
    assert await second.refresh()
    assert second.current.schedule == SECOND
    assert not await second.refresh()


async def test_an_index_is_built_once_even_if_the_refreshes_that_wait_for_it_time_out(database: Database) -> None:
    publishing, may_build, built = a_process(database), threading.Event(), []

    def build_slowly(schedule: Schedule) -> Index:
        built.append(schedule)
        may_build.wait(30)
        return build(schedule)

    await publishing.publish_source(FIRST)
    process = LiveSchedule(database, RecordingPlanner(), VersionCache(build_slowly))
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await process.refresh()
    may_build.set()
    assert await process.refresh()
    assert (process.current.schedule, built) == (FIRST, [FIRST])


async def test_of_two_changes_to_the_same_revision_the_second_is_refused(database: Database) -> None:
    plan = RecordingPlanner()
    first, second = a_process(database, plan), a_process(database, plan)
    await first.publish_source(FIRST)
    await second.publish_source(FIRST)
    await edited(first, IN_WHITTLE)
    with pytest.raises(VersionConflict):
        await edited(second, override_of(TALK, room="Turing"))
    assert plan.planned == [1, 2]
    assert len(await database.read(repository.all_overrides)) == 1


async def test_a_new_version_and_an_undo_at_the_same_time_both_take_effect(database: Database) -> None:
    first, second = a_process(database), a_process(database)
    await first.publish_source(FIRST)
    await edited(first, override_of(OTHER, full=True))
    [full] = await database.read(repository.all_overrides)
    await second.refresh()
    await asyncio.gather(first.publish_source(SECOND), second.undo(full.id, "U1"))
    await first.refresh()
    assert (first.current.schedule, first.current.revision) == (SECOND, 4)


async def test_a_plan_that_fails_publishes_nothing(database: Database) -> None:
    class Broken(RecordingPlanner):
        async def plan(
            self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: ChangeCause
        ) -> None:
            raise ValueError("no plan")

    with pytest.raises(ValueError, match="no plan"):
        await a_process(database, Broken()).publish_source(FIRST)
    assert await database.read(repository.newest_accepted) is None
    assert (await a_process(database).publish_source(FIRST)).revision == 1
