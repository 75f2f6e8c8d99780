"""The counts in the report, over rows as the delivery code writes them."""

from datetime import date, datetime

import pytest
from sqlalchemy import update

from bot.clock import SimulatedClock
from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES, SENT
from bot.delivery import queue, recipients_repository, results
from bot.delivery.leases import LeasedDelivery
from bot.delivery.models import ALERT
from bot.delivery.queue import NewDelivery
from bot.delivery.recipients_repository import Preferences
from bot.delivery.results import DeliveryResult
from bot.handlers.ask import repository
from bot.handlers.feedback import repository as feedback_repository
from bot.handlers.report import repository as report_repository
from bot.handlers.report.figures import ConferenceReport, MessageStats, PunctualityStats, QuestionStats
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, subscribe, sweep_all
from tests.schedules import a_conference

DUE = START - minutes(10)


async def read_report(database: Database, workspace: str) -> ConferenceReport:
    report, _ = await database.read(report_repository.read_report, workspace, a_conference(), DUE)
    return report


async def begin(database: Database, machine: MachineTime, at: datetime) -> list[LeasedDelivery]:
    """Set the machine's time and lease the deliveries that are due then, in order of recipient."""
    machine.now = at
    await sweep_all(database, at)
    return sorted(await lease(database, at), key=lambda one: one.conversation)


async def send(database: Database, *leased: LeasedDelivery) -> None:
    await database.write(results.record_results, [DeliveryResult(one.id, "node-a", SENT, ts=one.id) for one in leased])


async def test_talks_are_counted_by_the_people_who_saved_them(database: Database) -> None:
    for person, talk in (("U1", "a"), ("U2", "a"), ("U1", "b")):
        await database.write(recipients_repository.save, "T1", person, talk)
    await database.write(recipients_repository.save, "T2", "U3", "a")
    assert await database.read(report_repository.saves_by_talk, "T1") == {"a": 2, "b": 1}


async def test_each_participant_and_channel_is_counted_once_and_fewer_than_five_people_are_not_told(
    database: Database,
) -> None:
    for number in range(6):
        await attend(database, f"U{number}", "a", "b")
    await database.write(recipients_repository.save_preferences, "T1", "U0", Preferences(reminded=False))
    for person in ("U1", "U2"):
        for talk in ("a", "b"):
            await database.write(feedback_repository.set_vote, "T1", person, talk, "green")
    await subscribe(database, "C1")
    await subscribe(database, "C1", track="x")
    report = await read_report(database, "T1")
    assert (report.savers, report.reminded, report.voters, report.channels) == (6, 5, None, 1)


async def test_questions_are_counted_by_day_and_by_kind_with_the_most_frequent_first(database: Database) -> None:
    monday, tuesday = date(2019, 3, 4), date(2019, 3, 5)
    asked = {
        ("T1", monday, "who", True): 7,
        ("T1", tuesday, "list", True): 20,
        ("T1", tuesday, "who", False): 3,
        ("T2", tuesday, "who", True): 9,
    }
    await database.write(repository.add_question_counts, asked)
    counted = await read_report(database, "T1")
    assert counted.questions == QuestionStats(27, None)
    assert counted.days == (QuestionStats(7, 0, monday), QuestionStats(20, None, tuesday))
    assert counted.kinds == (QuestionStats(20, 0, None, "list"), QuestionStats(7, None, None, "who"))
    assert (await read_report(database, "T3")).questions == QuestionStats(0, 0)


async def test_every_workspace_with_data_is_listed(database: Database) -> None:
    assert await database.read(report_repository.workspaces_with_data) == ()
    await database.write(repository.add_question_counts, {("T2", date(2019, 3, 5), "who", True): 1})
    await attend(database, "U1", "a")
    assert await database.read(report_repository.workspaces_with_data) == ("T1", "T2")


async def test_messages_are_counted_by_kind_audience_and_state(database: Database, machine: MachineTime) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await attend(database, "U2", "a")
    await subscribe(database)
    await send(database, *await begin(database, machine, DUE))
    alert = NewDelivery("T1", "U9", ALERT, "x", 0, START, START + minutes(1))
    await database.write(queue.enqueue, alert, "something is wrong")
    assert await database.read(report_repository.message_stats, "T1") == (
        MessageStats("alert", to_people=True, in_progress=1),
        MessageStats("reminder", to_people=False, sent=1),
        MessageStats("reminder", to_people=True, sent=2),
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("expired", MessageStats("reminder", to_people=True, too_late=1)),
        ("dead", MessageStats("reminder", to_people=True, refused=1)),
        ("cancelled", MessageStats("reminder", to_people=True, withdrawn=1)),
        *(
            (state, MessageStats("reminder", to_people=True, in_progress=1))
            for state in ("leased", "posting", "unknown")
        ),
    ],
)
async def test_every_state_of_a_message_is_counted(
    database: Database, machine: MachineTime, state: str, expected: MessageStats
) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await begin(database, machine, DUE)

    async def set_state(tx: Transaction) -> None:
        await tx.execute(update(DELIVERIES).values(state=state))

    await database.write(set_state)
    assert await database.read(report_repository.message_stats, "T1") == (expected,)


async def test_reminders_are_counted_by_how_late_they_came(database: Database, machine: MachineTime) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await subscribe(database)
    channel, person = await begin(database, machine, DUE)
    machine.forward(seconds=4)
    await send(database, channel)
    machine.forward(hours=1)
    await send(database, person)
    assert await database.read(report_repository.punctuality_stats, "T1", ()) == (
        PunctualityStats(to_people=False, within=(1, 0, 0, 0, 0), before_start=1),
        PunctualityStats(to_people=True, within=(0, 0, 0, 0, 1), before_start=0),
    )


async def test_a_reminder_requested_after_it_was_due_is_timed_from_the_request(
    database: Database, machine: MachineTime
) -> None:
    await plans(database, reminders("a"))
    await begin(database, machine, DUE)
    machine.forward(minutes=5)
    await attend(database, "U1", "a")
    await database.write(queue.enqueue_for_conversation, "T1", "U1", machine.now, "a")
    asked_for = await lease(database, machine.now)
    machine.forward(seconds=3)
    await send(database, *asked_for)
    assert await database.read(report_repository.punctuality_stats, "T1", ()) == (
        PunctualityStats(to_people=False),
        PunctualityStats(to_people=True, within=(1, 0, 0, 0, 0), before_start=1),
    )


async def test_a_reminder_delayed_by_downtime_counts_as_late(database: Database, machine: MachineTime) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await send(database, *await begin(database, machine, DUE + minutes(5)))
    _, to_people = await database.read(report_repository.punctuality_stats, "T1", ())
    assert to_people == PunctualityStats(to_people=True, within=(0, 0, 0, 1, 0), before_start=1)


async def test_a_rehearsal_is_measured_in_conference_time(database: Database, machine: MachineTime) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    begun = await begin(database, machine, DUE)
    machine.forward(seconds=1)
    await send(database, *begun)
    later = DUE + minutes(1)
    anchors = (
        SimulatedClock(DUE, DUE, speed=30),
        SimulatedClock(later, DUE + minutes(300)),
    )  # a jump after it was sent
    _, to_people = await database.read(report_repository.punctuality_stats, "T1", anchors)
    assert to_people == PunctualityStats(to_people=True, within=(0, 1, 0, 0, 0), before_start=1)
