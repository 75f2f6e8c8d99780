from datetime import timedelta
from typing import Any

import pytest

from bot.clock import Clock, SimulatedClock
from bot.db.database import Database
from bot.delivery import administration, corrections
from bot.delivery.models import CHANNELS, PEOPLE, Delivery, log_id
from bot.delivery.monitoring import DeliveryLog, DueDeliveries, ProgressMonitor
from bot.telemetry.metrics import Metrics
from tests.delivery.flow import START, attend, minutes, plans, reminders, subscribe, sweep_all
from tests.figures import figure
from tests.schedules import london

DUE = london("10:25")


def _reminder(conversation: str, kind: str = "reminder") -> Delivery:
    return Delivery(f"b.T1.{conversation}.1", "T1", conversation, kind, DUE, corrects="")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def log(metrics: Metrics) -> DeliveryLog:
    return DeliveryLog(Clock(), metrics)


def test_sent_deliveries_are_counted_with_their_lateness(log: DeliveryLog, metrics: Metrics) -> None:
    log.state_changed(_reminder("C1"), "sent", at=DUE + timedelta(seconds=12))
    log.state_changed(_reminder("U1"), "sent", at=DUE - timedelta(minutes=2))
    counted = {"kind": "reminder", "state": "sent"}
    for audience, late in (("channel", 12), ("person", 0)):
        assert figure(metrics, "qcon_deliveries_ended_total", audience=audience, **counted) == 1
        assert figure(metrics, "qcon_reminder_lateness_seconds_sum", audience=audience) == late


def test_leased_pending_and_unknown_deliveries_have_not_ended(log: DeliveryLog, metrics: Metrics) -> None:
    for state in ("leased", "pending", "unknown"):
        log.state_changed(_reminder("C1"), state, "ratelimited")
    for state in ("sent", "dead", "expired"):
        assert not figure(metrics, "qcon_deliveries_ended_total", kind="reminder", audience="channel", state=state)


def test_lateness_is_measured_only_for_reminders(log: DeliveryLog, metrics: Metrics) -> None:
    log.state_changed(_reminder("C1", "notice"), "sent", at=DUE + timedelta(minutes=5))
    assert figure(metrics, "qcon_reminder_lateness_seconds_count", audience="channel") == 0
    assert figure(metrics, "qcon_deliveries_ended_total", kind="notice", audience="channel", state="sent") == 1


def test_lateness_is_in_real_seconds_even_in_a_fast_rehearsal(metrics: Metrics) -> None:
    clock = Clock()
    clock.follow(SimulatedClock(clock.real_now(), DUE, speed=60))
    DeliveryLog(clock, metrics).state_changed(_reminder("C1"), "sent", at=DUE + timedelta(minutes=5))
    assert figure(metrics, "qcon_reminder_lateness_seconds_sum", audience="channel") == 5


def test_each_state_change_logs_a_line_with_a_code_of_the_delivery_and_no_persons_id(
    log: DeliveryLog, capsys: pytest.CaptureFixture[str]
) -> None:
    log.state_changed(_reminder("U1"), "leased", at=DUE)
    log.state_changed(_reminder("U1"), "pending", "ratelimited", at=DUE)
    log.state_changed(_reminder("U1"), "sent", at=DUE + timedelta(seconds=3))
    lines = capsys.readouterr().out.splitlines()
    assert all(log_id("b.T1.U1.1") in line and "U1" not in line for line in lines)
    assert [state in line for state, line in zip(("leased", "ratelimited", "3.0"), lines, strict=True)] == [True] * 3


class CountingDatabase:
    """A database that answers these numbers of due deliveries, without pauses, and then cannot be reached."""

    def __init__(self, *due: int) -> None:
        self._answers: list[object] = [(DueDeliveries(count, None), {}) for count in due]

    async def read(self, *_: Any) -> Any:
        if not self._answers:
            raise ConnectionRefusedError
        return self._answers.pop(0)


@pytest.mark.parametrize(("due", "problems"), [(0, 0), (3, 1)])
async def test_due_deliveries_are_reported_as_of_the_last_successful_look(due: int, problems: int) -> None:
    monitor = ProgressMonitor(CountingDatabase(due, due), Clock(), "T1", stalled_after_s=0)  # type: ignore[arg-type]
    await monitor.look()
    await monitor.look()
    with pytest.raises(ConnectionRefusedError):
        await monitor.look()
    assert len(monitor.problems) == problems


NOW = START - minutes(10)


async def test_all_deliveries_are_listed_with_their_talks_and_channels_first(database: Database) -> None:
    await plans(database, reminders("a", "b"))
    await subscribe(database)
    await attend(database, "U1", "b")
    await sweep_all(database, NOW)
    to_channel, to_person = await database.read(administration.all_deliveries)
    assert (to_channel.conversation, to_channel.rank, to_channel.talks) == ("C1", CHANNELS, ("a", "b"))
    assert (to_person.conversation, to_person.rank, to_person.talks) == ("U1", PEOPLE, ("b",))
    assert (to_person.kind, to_person.state, to_person.because) == ("reminder", "pending", "planned")
    assert (to_person.start, to_person.due, to_person.expires) == (START, NOW, START + minutes(5))


async def test_a_cancelled_delivery_stays_in_the_list_without_its_talks(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, NOW)
    await database.write(corrections.cancel_items, corrections.items_of("T1", "U1", "reminder"), "reminders are off")
    (sending,) = await database.read(administration.all_deliveries)
    assert (sending.state, sending.because, sending.talks) == ("cancelled", "reminders are off", ())
