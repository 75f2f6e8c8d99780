"""Every fault of Slack: refuse a post, break off, answer late or wrongly, or accept it and not answer."""

import pytest

from tests.fake_slack import faults
from tests.fake_slack.faults import Fault
from tests.faults.conftest import Table
from tests.faults.trial import Trial, a_day

pytestmark = pytest.mark.slow

POST, HISTORY = "chat.postMessage", "conversations.history"


def recurring(fault: Fault, share: float) -> Fault:
    """The fault, in this share of the calls again and again."""
    fault.times, fault.share = None, share
    return fault


def all_faults() -> list[Fault]:
    """All faults at once, in half of the calls."""
    return [
        recurring(faults.rate_limited(POST), 0.02),
        recurring(faults.broken(POST), 0.06),
        recurring(faults.broken(POST, lands=True), 0.06),
        recurring(faults.reset(POST, lands=False), 0.06),
        recurring(faults.reset(POST, lands=True), 0.06),
        recurring(faults.no_answer(POST, lands=True), 0.02),
        recurring(faults.refused(POST, "internal_error", lands=True), 0.06),
        recurring(faults.refused(POST, "internal_error"), 0.06),
        recurring(faults.refused(POST, "fatal_error", lands=True), 0.06),
        recurring(faults.broken(HISTORY), 0.2),
    ]


async def verify(trial: Trial, table: Table, name: str, *given: Fault, nodes: int = 2) -> None:
    """Check that nothing is lost and nothing is sent twice under these faults."""
    await trial.slack.add_faults(*given)
    for _ in range(nodes):
        trial.start()
    await trial.finished(within_s=300)
    count = await trial.count()
    table.add(name, count, await trial.slack.clear_faults())
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


async def test_every_fault_of_slack_at_once_loses_and_repeats_nothing(postgresql_url: str, table: Table) -> None:
    async with Trial.on(postgresql_url) as trial:
        await trial.seed(a_day(2), people=30, talks_each=2, channels=1)
        await verify(trial, table, "every fault of Slack at once", *all_faults())


async def test_a_message_that_is_posted_late_while_history_lags_arrives_once(postgresql_url: str, table: Table) -> None:
    async with Trial.on(postgresql_url, settle_s=3.5) as trial:
        await trial.seed(a_day(1), people=40, talks_each=1)
        await trial.slack.settings(lag_s=1.5)
        await verify(
            trial, table, "lands 1.5 s late, history lags 1.5 s", recurring(faults.late(POST, seconds=1.5), 0.3)
        )


@pytest.mark.thorough
async def test_a_revoked_token_stops_sending_until_a_restart_with_a_valid_one(
    postgresql_url: str, table: Table
) -> None:
    async with Trial.on(postgresql_url, rate_per_minute=1200) as trial:
        await trial.seed(a_day(1), people=60, talks_each=1)
        node = trial.start()
        await trial.reach(20)
        await trial.slack.settings(revoked=True)
        await trial.stopped()
        calls = (await trial.slack.counts())["calls"][POST]
        await trial.pause(0.5)
        assert (await trial.slack.counts())["calls"][POST] <= calls + 10  # those that had passed the recheck by then
        await trial.slack.settings(revoked=False)
        node.kill()
        trial.start()
        await trial.finished()
        count = await trial.count()
    table.add("token revoked in the middle, then a restart", count, 1)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("429 to a third", faults.rate_limited(POST)),
        ("503, not posted", faults.broken(POST)),
        ("500, posted", faults.broken(POST, lands=True, status=500)),
        ("reset before it landed", faults.reset(POST, lands=False)),
        ("reset after it landed", faults.reset(POST, lands=True)),
        ("no reply, posted", faults.no_answer(POST, lands=True)),
        ("no reply, not posted", faults.no_answer(POST, lands=False)),
        ("internal_error, posted", faults.refused(POST, "internal_error", lands=True)),
        ("fatal_error, not posted", faults.refused(POST, "fatal_error")),
        ("history breaks as well", faults.broken("*", lands=True)),
    ],
)
async def test_each_fault_of_slack_alone_loses_and_repeats_nothing(
    postgresql_url: str, table: Table, name: str, wrong: Fault
) -> None:
    async with Trial.on(postgresql_url) as trial:
        await trial.seed(a_day(2), people=500, talks_each=2, channels=5)
        await verify(
            trial, table, name, recurring(wrong, 0.03 if wrong.status == 429 or wrong.response == "no_answer" else 0.3)
        )


@pytest.mark.thorough
async def test_messages_posted_after_the_settling_delay_may_be_documented_duplicates(
    postgresql_url: str, table: Table
) -> None:
    """Without Slack's help no design can exclude them, since the wait has to end at some time."""
    async with Trial.on(postgresql_url, settle_s=0.5) as trial:
        await trial.seed(a_day(1), people=300, talks_each=1)
        await trial.slack.add_faults(recurring(faults.late(POST, seconds=4), 0.2))
        trial.start()
        await trial.finished(within_s=120)
        await trial.pause(4)
        count = await trial.count()
        struck = await trial.slack.clear_faults()
    table.add("published: lands 4 s late, settling delay 0.5 s", count, struck)
    assert count.lost == 0
    assert 0 < count.duplicated <= struck


@pytest.mark.thorough
async def test_messages_deleted_before_they_are_found_may_be_documented_duplicates(
    postgresql_url: str, table: Table
) -> None:
    """The bot cannot tell it from a message that never arrived."""
    async with Trial.on(postgresql_url, settle_s=2.0) as trial:
        await trial.seed(a_day(1), people=40, talks_each=1)
        await trial.slack.add_faults(faults.reset(POST, times=10, lands=True))
        trial.start()
        await trial.until(lambda states: states["unknown"] >= 10)
        unknown = await trial.unknown()
        for landing in await trial.slack.posted_messages():
            if landing["delivery_id"] in unknown:
                await trial.slack.delete(landing["channel"], landing["ts"])
        await trial.finished()
        count = await trial.count()
    table.add("published: deleted by a person before it is read back", count, 10)
    assert (count.lost, count.duplicated) == (0, 10)
