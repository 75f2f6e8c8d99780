import asyncio
from dataclasses import dataclass, field

import pytest

from bot.conference.running import OutdatedError, RunningConference
from bot.schedule.model import Schedule
from bot.search.index import build
from bot.store.database import Database, Transaction
from tests.schedules import a_schedule, a_talk

FIRST = a_schedule(a_talk("A"))
SECOND = a_schedule(a_talk("A", "11:00"))
THIRD = a_schedule(a_talk("A", "12:00"))


@dataclass
class PlanBook:
    """A planner that writes down what it was asked to plan."""

    planned: list[int] = field(default_factory=list)

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, *, confirmed: bool = False
    ) -> None:
        self.planned.append(revision)


def a_node(database: Database, plan: PlanBook | None = None) -> RunningConference:
    return RunningConference(database, plan or PlanBook(), build)


async def test_the_operators_schedule_is_the_first_revision(database: Database) -> None:
    node = a_node(database)
    edition = await node.start(FIRST)
    assert (edition.revision, edition.schedule) == (1, FIRST)
    assert len(edition.index.talks) == 1


async def test_nodes_that_start_together_publish_it_once(database: Database) -> None:
    editions = await asyncio.gather(*(a_node(database).start(FIRST) for _ in range(4)))
    assert {edition.revision for edition in editions} == {1}


async def test_a_changed_file_is_a_new_revision_and_an_unchanged_one_is_not(database: Database) -> None:
    await a_node(database).start(FIRST)
    assert (await a_node(database).start(FIRST)).revision == 1
    assert (await a_node(database).start(SECOND)).revision == 2


async def test_a_restart_does_not_take_back_what_an_organiser_changed(database: Database) -> None:
    node = a_node(database)
    await node.publish(SECOND, "U1", "moved", on=await node.start(FIRST))
    assert (await a_node(database).start(FIRST)).schedule == SECOND


async def test_all_nodes_turn_to_what_one_publishes(database: Database) -> None:
    here, there = a_node(database), a_node(database)
    await here.start(FIRST)
    await there.start(FIRST)
    await here.publish(SECOND, "U1", "moved", on=here.current)
    assert here.current.schedule == SECOND
    assert there.current.schedule == FIRST
    assert await there.refresh()
    assert there.current.schedule == SECOND
    assert not await there.refresh()


async def test_of_two_who_change_the_same_revision_one_is_told_to_look_again(database: Database) -> None:
    plan = PlanBook()
    here, there = a_node(database, plan), a_node(database, plan)
    first = await here.start(FIRST)
    await there.start(FIRST)
    await here.publish(SECOND, "U1", "moved", on=first)
    with pytest.raises(OutdatedError):
        await there.publish(THIRD, "U2", "moved too", on=first)
    assert plan.planned == [1, 2]


async def test_a_plan_that_fails_publishes_nothing(database: Database) -> None:
    class Broken(PlanBook):
        async def plan(
            self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, *, confirmed: bool = False
        ) -> None:
            raise ValueError("no plan")

    with pytest.raises(ValueError, match="no plan"):
        await a_node(database, Broken()).start(FIRST)
    assert (await a_node(database).start(FIRST)).revision == 1
