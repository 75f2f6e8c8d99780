"""Channels whose track or room the schedule renames or no longer has."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.db.database import Database
from bot.db.tables import DELIVERIES, REMINDERS
from bot.delivery import recipients_repository
from bot.delivery.alert_messages import lost_scope_alert, render_alert
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.models import ALERT
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.recipients_repository import Subscription
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.models import Schedule
from bot.schedule.queries import has_lost_talks
from bot.search.index import build
from tests.conftest import MachineTime
from tests.schedules import a_room, a_schedule, a_talk, a_track

HALL, LAB = a_room("Hall", ""), a_room("Lab", "")


def version(hall: str = "Hall", track: str = "Dough", *, without_lab: bool = False) -> Schedule:
    in_hall = [
        a_talk(f"Hall {number}", f"{number}:00", room=a_room(hall, ""), track=a_track(track))
        for number in range(10, 15)
    ]
    in_lab = [a_talk(f"Lab {number}", f"{number}:00", room=LAB, track=a_track("Ovens")) for number in (10, 11)]
    return a_schedule(*in_hall, *([] if without_lab else in_lab))


@pytest.fixture
async def served(database: Database) -> LiveSchedule:
    planner = ReminderPlanner(Clock(), (10,), OrganiserAlerts("T1", ("CORG",)))
    live = LiveSchedule(database, planner, VersionCache(build))
    await live.publish_source(version())
    for channel, track, room in [("C1", "", "hall"), ("C2", "dough", ""), ("C3", "", "lab"), ("C4", "ovens", "")]:
        await database.write(recipients_repository.add_subscription, Subscription("T1", channel, 10, "U9", track, room))
    return live


async def alerts(database: Database) -> Sequence[str]:
    rows = await database.read(
        lambda tx: tx.execute(select(DELIVERIES.c.content).where(DELIVERIES.c.kind == ALERT).order_by(DELIVERIES.c.id))
    )
    return sorted(render_alert(json.loads(row.content)).text for row in rows)


async def test_organisers_are_told_of_new_names_and_channels_keep_their_reminders(
    served: LiveSchedule, database: Database
) -> None:
    await served.publish_source(version("Hall (Acme Stage)", "Dough and batter"))
    assert await alerts(database) == [
        "Revision 2, from the schedule's source: only details. Nobody is notified.\n"
        "• Hall is now called Hall (Acme Stage).\n• Dough is now called Dough and batter."
    ]
    rows = await database.read(lambda tx: tx.execute(select(REMINDERS.c.room, REMINDERS.c.track).distinct()))
    assert {(row.room, row.track) for row in rows} == {("hall", "dough"), ("lab", "ovens")}


async def test_a_lost_track_or_room_alerts_once_each_time_it_is_lost(
    served: LiveSchedule, database: Database, machine: MachineTime
) -> None:
    def lost(told: Sequence[str]) -> list[str]:
        return [text for text in told if text.startswith("<#")]

    await served.publish_source(version(without_lab=True))
    expected = [lost_scope_alert(channel, scope).text for channel, scope in (("C3", "Lab"), ("C4", "Ovens"))]
    assert lost(await alerts(database)) == expected
    await served.publish_source(version("Aula", without_lab=True))
    assert lost(await alerts(database)) == expected
    await served.publish_source(version("Aula"))
    assert lost(await alerts(database)) == expected
    machine.forward(minutes=1)
    await served.publish_source(version("Aula", without_lab=True))
    assert lost(await alerts(database)) == sorted(expected * 2)


def test_a_track_or_room_is_lost_only_when_it_has_no_talks() -> None:
    schedule = version()
    assert not has_lost_talks(schedule, track="dough")
    assert has_lost_talks(schedule, room="cellar")
    assert not has_lost_talks(schedule)
