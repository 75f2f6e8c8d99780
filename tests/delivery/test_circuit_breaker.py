import asyncio
from datetime import timedelta

import pytest

from bot.delivery import recipients_repository
from bot.delivery.dispatcher import FAILURES_TO_OPEN, MAX_IN_FLIGHT, SlackCircuitBreaker
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.recipients_repository import Preferences
from bot.schedule.models import Schedule
from bot.slack.posting import CallResult, RateLimited, Refused, Sent, Unknown
from tests.delivery import flow
from tests.delivery.conftest import Day
from tests.fake_slack import faults

AGAIN_S = 0.1

NOTHING = (Unknown("HTTP 503"), Refused("unreachable: ClientConnectorError", by_slack=False))


def _after(*outcomes: CallResult) -> SlackCircuitBreaker:
    breaker = SlackCircuitBreaker(AGAIN_S)
    for outcome in outcomes:
        breaker.record(outcome)
    return breaker


async def test_an_open_breaker_lets_one_message_at_a_time_try_slack() -> None:
    breaker = _after(*NOTHING * (FAILURES_TO_OPEN // 2))
    for _ in range(2):
        assert breaker.allowed(80) == 1
        breaker.record_attempt()
        assert breaker.allowed(80) == 0
        await asyncio.sleep(AGAIN_S)


async def test_an_attempt_for_which_nothing_is_due_stays_available() -> None:
    breaker = _after(*NOTHING * FAILURES_TO_OPEN)
    assert [breaker.allowed(80) for _ in range(3)] == [1, 1, 1]


def test_a_few_failed_calls_do_not_open_the_breaker() -> None:
    assert _after(*[Unknown("TimeoutError")] * (FAILURES_TO_OPEN - 1)).allowed(80) == 80


def test_any_answer_from_slack_closes_the_breaker() -> None:
    for outcome in (Sent("C1", "1.1"), RateLimited(1), Refused("channel_not_found", "conversation")):
        assert _after(*NOTHING * FAILURES_TO_OPEN, outcome).allowed(80) == 80


async def test_few_posts_are_tried_while_slack_breaks_every_connection_and_all_arrive_later(
    day: Day, qcon: Schedule
) -> None:
    process = await day.start_process(qcon)
    people = day.slack.add_people(2 * MAX_IN_FLIGHT)
    choices = {person: Preferences(reminded=True, channel=channel) for person, channel in people.items()}
    agendas = {person: ["complex-event-flows"] for person in people}
    await process.database.write(recipients_repository.insert_attendees, day.workspace, choices, agendas)
    day.slack.faults.add(faults.broken("chat.postMessage", times=None))
    day.jump("10:25")
    await asyncio.sleep(5)
    assert FAILURES_TO_OPEN <= day.slack.journal.calls["chat.postMessage"] < MAX_IN_FLIGHT + 10
    day.slack.faults.clear()
    await day.arrived(2 * MAX_IN_FLIGHT, within_s=40)
    assert day.slack.journal.duplicates() == {}


async def test_a_message_that_never_went_to_slack_is_not_recorded_by_the_breaker(
    day: Day, qcon: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[CallResult] = []
    monkeypatch.setattr(SlackCircuitBreaker, "record", lambda _, outcome: recorded.append(outcome))
    monkeypatch.setattr(DeliveryConfig, "send_deadline", timedelta(seconds=-1))
    process = await day.start_process(qcon)
    await day.remind()
    day.jump("10:25")
    async with asyncio.timeout(30):
        while "its process was too slow for the lease" not in await process.database.read(flow.reasons):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert recorded == []
