"""A rehearsal that does not go on is given up."""

import pytest

from bot.clock import Clock
from bot.delivery import pauses
from bot.rehearsal.run import START_BEFORE, AttendeeModel, Simulation, SimulationStalled, run_simulated_bot
from bot.schedule.models import Schedule
from tests.fake_slack.server import SlackForTests


async def test_a_delivery_that_never_finishes_stops_the_rehearsal_with_a_reason(qcon: Schedule) -> None:
    clock = Clock()
    assert qcon.starts is not None
    clock.sync_to(qcon.starts - START_BEFORE)
    async with SlackForTests.serving(clock) as slack, run_simulated_bot(slack, qcon, AttendeeModel(1)) as bot:
        await bot.database.write(pauses.pause, slack.workspace.team_id, pauses.PAUSE, "paused")
        with pytest.raises(SimulationStalled, match=r"Nothing that is due has arrived for 0\.5 s"):
            await Simulation(slack, bot, lambda _: None, timeout_s=0.5).run()
