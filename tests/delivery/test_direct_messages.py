"""Direct messages are opened before the deliveries that need them are leased."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERY_EVENTS
from bot.delivery import direct_messages, recipients, recipients_repository
from bot.delivery.direct_messages import Recipient, claim_recipients, needs_opening, record_opened
from bot.delivery.models import OPEN
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.rate_limits import DeliveryConfig
from bot.handlers.user_data import DEFAULT_PREFERENCES
from bot.schedule.models import Schedule
from tests.conftest import MachineTime
from tests.delivery.conftest import Day
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, sweep_all
from tests.fake_slack import faults

NOW = START - minutes(10)

AMARA, KENJI = "U0AMARA001", "U0KENJI001"

CONFIG = DeliveryConfig()


async def enqueue_for(database: Database, *people: str, channel: str = "") -> None:
    await plans(database, reminders("a"))
    for person in people:
        await attend(database, person, "a", channel=channel)
    await sweep_all(database, NOW)


async def claim(database: Database) -> list[Recipient]:
    return await database.write(claim_recipients, "T1", CONFIG, NOW)


async def test_a_delivery_to_a_person_is_leased_once_their_direct_message_is_open(database: Database) -> None:
    await enqueue_for(database, "U1", "U2")
    assert await lease(database, NOW) == []
    assert await database.read(needs_opening, "T1", NOW)
    one, two = await claim(database)
    await database.write(record_opened, one, "D1")
    assert [(delivery.conversation, delivery.channel) for delivery in await lease(database, NOW)] == [("U1", "D1")]
    await database.write(record_opened, two, "D2")
    assert [(delivery.conversation, delivery.channel) for delivery in await lease(database, NOW)] == [("U2", "D2")]
    assert not await database.read(needs_opening, "T1", NOW)
    assert await database.read(recipients_repository.direct_channels, "T1", ["U1", "U2"]) == {"U1": "D1", "U2": "D2"}


async def test_a_person_whose_direct_message_is_open_needs_no_other(database: Database) -> None:
    await enqueue_for(database, "U1", channel="D1")
    assert not await database.read(needs_opening, "T1", NOW)
    assert len(await lease(database, NOW)) == 1


async def test_two_processes_never_claim_the_same_person(database: Database) -> None:
    await enqueue_for(database, *(f"U{number}" for number in range(20)))
    claims = await asyncio.gather(*(claim(database) for _ in range(4)))
    people = [recipient.person for claimed in claims for recipient in claimed]
    assert len(people) == len(set(people)) > 0


async def test_no_more_people_are_claimed_than_the_rate_allows_soon(database: Database) -> None:
    await enqueue_for(database, *(f"U{number}" for number in range(20)))
    assert len(await claim(database)) == direct_messages.LOOKAHEAD / CONFIG.interval(OPEN) // 1 == 4


async def test_a_claim_of_a_process_that_died_ends_with_the_lease(database: Database, machine: MachineTime) -> None:
    await enqueue_for(database, "U1")
    assert len(await claim(database)) == 1
    assert await claim(database) == []
    machine.forward(seconds=CONFIG.lease.total_seconds() + 1)
    assert len(await claim(database)) == 1


async def test_an_organiser_without_preferences_gets_an_alert_too(database: Database) -> None:
    organiser = "U9"
    await database.write(OrganiserAlerts("T1", (organiser,)).tell, NOW, "a test", {})
    [recipient] = await claim(database)
    await database.write(record_opened, recipient, "D9")
    assert [delivery.channel for delivery in await lease(database, NOW)] == ["D9"]
    assert await database.read(recipients_repository.preferences, "T1", organiser) is None


async def test_a_person_is_reminded_in_a_direct_message_that_was_opened_ahead(day: Day, qcon: Schedule) -> None:
    process = await day.start_process(qcon)
    await day.attend(AMARA, "complex-event-flows")
    day.jump("10:15")
    await day.slack.workspace.wait_until(lambda: day.slack.journal.calls[OPEN] == 1, 8.0)
    assert day.slack.deliveries() == []
    day.jump("10:25")
    [message] = await day.arrived()
    assert message.channel == day.slack.workspace.direct(day.slack.workspace.bot.id, AMARA).id
    assert day.slack.journal.calls[OPEN] == 1
    await day.settled()
    assert await process.database.read(_states_seen) == ["pending", "leased", "posting", "sent"]


async def test_a_direct_message_that_cannot_be_opened_now_is_opened_later(
    day: Day, qcon: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct_messages, "RETRY_DELAY", timedelta(seconds=2))
    await day.start_process(qcon)
    await day.attend(AMARA, "complex-event-flows")
    day.slack.faults.add(faults.rate_limited(OPEN, retry_after=1))
    day.jump("10:25")
    assert len(await day.arrived(within_s=20)) == 1


async def test_a_person_who_is_gone_ends_only_their_own_deliveries(day: Day, qcon: Schedule) -> None:
    process = await day.start_process(qcon)
    await day.attend(AMARA, "complex-event-flows")
    await day.attend(KENJI, "complex-event-flows")
    day.slack.faults.add(faults.refused(OPEN, "user_disabled"))
    day.jump("10:26")
    assert sorted(await day.settled_with("sent")) == ["dead", "sent"]
    assert len(day.slack.deliveries()) == 1
    kept = [
        await process.database.read(recipients_repository.preferences, day.workspace, who) for who in (AMARA, KENJI)
    ]
    assert sorted(preferences.reminded for preferences in kept if preferences) == [False, True]


async def _states_seen(tx: Transaction) -> list[str]:
    return list((await tx.execute(select(DELIVERY_EVENTS.c.state).order_by(DELIVERY_EVENTS.c.id))).scalars())


async def test_settings_changed_at_the_same_time_are_all_kept(day: Day, qcon: Schedule) -> None:
    database = (await day.start_process(qcon)).database
    for wanted in (True, False):  # the first changes, too, when there is no row yet
        choices = {"digest": wanted, "catch_up": wanted, "by_saved": wanted, "reminded": not wanted}
        await asyncio.gather(*(day.choose(AMARA, **{name: on}) for name, on in choices.items()))
        kept = await database.read(recipients_repository.preferences, day.workspace, AMARA)
        assert kept is not None
        assert {name: getattr(kept, name) for name in choices} == choices


async def test_an_attendee_whose_first_choice_is_no_reminders_gets_none(day: Day, qcon: Schedule) -> None:
    database = (await day.start_process(qcon)).database
    change, off, now = recipients.change_preferences, {"reminded": False}, day.clock.conference_now()
    await database.write(change, day.workspace, AMARA, DEFAULT_PREFERENCES, off, now)
    kept = await database.read(recipients_repository.preferences, day.workspace, AMARA)
    assert kept is not None
    assert not kept.reminded
