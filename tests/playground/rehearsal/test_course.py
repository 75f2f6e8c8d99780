"""A rehearsal that does not go on."""

import pytest

from bot.clock import Clock
from bot.playground.rehearsal.course import Course, HaltedError
from bot.playground.rehearsal.run import EVE, playing
from bot.playground.rehearsal.supposed import Supposed
from bot.playground.standin import StandIn
from bot.schedule.model import Schedule
from bot.store import holds


async def test_what_is_due_and_never_ends_is_given_up_with_a_word(qcon: Schedule) -> None:
    clock = Clock()
    assert qcon.starts is not None
    clock.set_by(qcon.starts - EVE)
    async with StandIn.serving(clock) as slack, playing(slack, qcon, Supposed(1)) as bot:
        await bot.database.write(holds.hold, slack.workspace.team_id, holds.PAUSE, "paused")
        with pytest.raises(HaltedError, match=r"For 0\.5 s nothing has landed"):
            await Course(slack, bot, lambda _: None, patience_s=0.5).run()
