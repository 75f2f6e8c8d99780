import json

import pytest

from bot.cli import deliveries
from bot.cli.session import NotFound, OperatorSession
from bot.delivery.administration import DeliveryFilter
from bot.delivery.models import log_id
from bot.schedule.models import Schedule
from tests.delivery.conftest import Day
from tests.fake_slack import faults

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AMARA = "U0AMARA001"


def session_of(day: Day, schedule: Schedule) -> OperatorSession:
    return OperatorSession(day.processes[0].database, schedule, day.clock)


async def a_sent_reminder(day: Day, schedule: Schedule) -> OperatorSession:
    await day.start_process(schedule)
    await day.remind()
    day.jump("10:25")
    await day.arrived()
    assert await day.settled() == ["sent"]
    return session_of(day, schedule)


async def test_the_report_lists_and_counts_sent_deliveries(day: Day, qcon: Schedule) -> None:
    report = await deliveries.list_report(await a_sent_reminder(day, qcon), DeliveryFilter(), 50, as_json=False)
    assert "Tue 5 March 10:25:00" in report
    assert "complex-event-flows" in report
    assert report.endswith("1 sent")


async def test_a_delivery_is_explained_step_by_step(day: Day, qcon: Schedule) -> None:
    session = await a_sent_reminder(day, qcon)
    [entry] = json.loads(await deliveries.list_report(session, DeliveryFilter(), 50, as_json=True))["deliveries"]
    report = await deliveries.explain_report(session, entry["id"][:8], as_json=False)
    for state in ("pending: planned", "leased", "posting", "sent", "it was sent on time"):
        assert state in report


async def test_a_delivery_is_found_by_its_code_in_the_log(day: Day, qcon: Schedule) -> None:
    session = await a_sent_reminder(day, qcon)
    [entry] = json.loads(await deliveries.list_report(session, DeliveryFilter(), 50, as_json=True))["deliveries"]
    report = await deliveries.explain_report(session, log_id(entry["id"]), as_json=False)
    assert report.startswith(entry["id"])


async def test_the_report_names_who_did_not_get_a_reminder_and_the_reason(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.attend(AMARA, "complex-event-flows")
    day.slack.faults.add(faults.refused("chat.postMessage", "no_text"))
    day.jump("10:25")
    assert "dead" in await day.settled_with("dead")
    wanted = DeliveryFilter(talk="complex-event-flows", state="dead")
    report = await deliveries.list_report(session_of(day, qcon), wanted, 50, as_json=False)
    assert f"{AMARA}   reminder   dead (no_text)  complex-event-flows" in report


async def test_a_dead_delivery_can_be_tried_again(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.attend(AMARA, "complex-event-flows")
    day.slack.faults.add(faults.refused("chat.postMessage", "no_text"))
    day.jump("10:25")
    await day.settled_with("dead")
    session = session_of(day, qcon)
    listed = json.loads(await deliveries.list_report(session, DeliveryFilter(state="dead"), 50, as_json=True))
    [entry] = listed["deliveries"]
    assert "tried again" in await deliveries.retry(session, entry["id"])
    assert len(await day.arrived()) == 1
    assert "Only dead or expired" in await deliveries.retry(session, entry["id"])


async def test_a_pending_delivery_can_be_cancelled(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.remind()
    day.jump("10:20")
    session = session_of(day, qcon)
    await day.settled_with("pending")
    [entry] = json.loads(await deliveries.list_report(session, DeliveryFilter(), 50, as_json=True))["deliveries"]
    assert "is cancelled" in await deliveries.cancel(session, entry["id"])
    assert await day.settled() == ["cancelled"]


async def test_the_forecast_lists_the_reminders_of_a_day(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.remind(lead=15)
    await day.attend(AMARA, "complex-event-flows")
    report = (await deliveries.forecast_report(session_of(day, qcon), "tuesday", as_json=False)).splitlines()
    assert report[0].startswith(f"Tue 5 March 10:20:00  {day.channel()}")
    assert "Tue 5 March 10:25:00  1 person" in report[1]
    assert len(report) == 6
    assert "no reminders" in await deliveries.forecast_report(session_of(day, qcon), "day 1", as_json=False)


async def test_a_forecast_for_a_day_outside_the_conference_is_refused(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    for words in ("sunday", "whenever"):
        with pytest.raises(NotFound, match="monday, tuesday, wednesday"):
            await deliveries.forecast_report(session_of(day, qcon), words, as_json=False)


async def test_explaining_a_delivery_that_does_not_exist_is_refused(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    with pytest.raises(NotFound, match="No delivery has an id that begins with 'abc'"):
        await deliveries.explain_report(session_of(day, qcon), "abc", as_json=False)
