"""A rehearsal, put together: the real bot in a workspace of its own, with the people it supposes."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.app import RunningBot, run_single
from bot.clock import Clock, monotonic
from bot.errors import BotError
from bot.handlers.manifest import manifest
from bot.playground.rehearsal.course import Progress, Simulation
from bot.playground.rehearsal.gather import collect_messages, collect_missing
from bot.playground.rehearsal.outcome import SimulationResult
from bot.playground.rehearsal.supposed import AttendeeModel, generate_agendas
from bot.playground.standin import FakeSlack
from bot.playground.standin.people import ORGANISER
from bot.reminders.subscribers import SubscriptionService
from bot.schedule.model import Schedule
from bot.schedule.write import schedule_yaml
from bot.settings import Settings
from bot.store import account, crowd
from bot.store.account import DeliverySummary
from bot.store.people import Preferences
from bot.store.subscriptions import Subscription

START_BEFORE = timedelta(days=1)  # it begins so long before the first session: that day's digest lies in between
NO_RATE_LIMIT = 100_000_000  # a minute; when everything would go out at the permitted rate is reckoned afterwards


async def simulate(
    schedule: Schedule, model: AttendeeModel, rate_per_minute: int, progress: Progress
) -> SimulationResult:
    """Everything that so many people and channels get, from the eve to after the last session.

    `rate_per_minute` is what the workspace permits on the day. Raises BotError when it cannot begin or does not go on.
    """
    began = monotonic()
    async with FakeSlack.serving(Clock()) as slack:
        sendings = await run_simulation(slack, schedule, model, progress)
    return SimulationResult(
        schedule,
        model,
        rate_per_minute,
        tuple(collect_messages(slack, sendings, rate_per_minute)),
        tuple(collect_missing(slack, sendings)),
        sum(times - 1 for times in slack.journal.duplicates().values()),
        monotonic() - began,
    )


async def run_simulation(
    slack: FakeSlack, schedule: Schedule, model: AttendeeModel, progress: Progress
) -> list[DeliverySummary]:
    """The whole conference in this workspace, whose clock is put forward; what the bot has sent by its own account."""
    if schedule.starts is None:
        raise BotError(f"{schedule.conference.name} has no talks yet, so there is nothing to rehearse.")
    slack.workspace.clock.sync_to(schedule.starts - START_BEFORE)
    try:
        async with run_simulated_bot(slack, schedule, model) as bot:
            await Simulation(slack, bot, progress).run()
            return await bot.database.read(account.all_deliveries)
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        place = tempfile.gettempdir()
        raise BotError(f"The rehearsal cannot go on: {reason}. Are there a few megabytes free in {place}?") from error


@asynccontextmanager
async def run_simulated_bot(slack: FakeSlack, schedule: Schedule, model: AttendeeModel) -> AsyncIterator[RunningBot]:
    """The bot as on the day itself, with this one version of the schedule, and a database that is gone afterwards."""
    slack.install(manifest())
    slack.actions.echoes = False  # nobody writes to the bot, and it hears nothing in its own messages
    with tempfile.TemporaryDirectory(prefix="qcon-rehearsal-") as folder:
        file = Path(folder) / "schedule.yaml"
        await asyncio.to_thread(lambda: file.write_bytes(schedule_yaml(schedule)))
        async with run_single(_simulation_settings(slack, file), slack.workspace.clock, (model.lead,)) as bot:
            await _add_attendees(bot, slack, schedule, model)
            yield bot


def _simulation_settings(slack: FakeSlack, schedule: Path) -> Settings:
    return Settings(
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        port=0,
        schedule=str(schedule),
        database_url=f"sqlite:///{schedule.parent}/rehearsal.sqlite3",
        rate_per_minute=NO_RATE_LIMIT,
    )


async def _add_attendees(bot: RunningBot, slack: FakeSlack, schedule: Schedule, model: AttendeeModel) -> None:
    """People with what they saved, and channels whose reminders are on."""
    workspace, lead = slack.workspace, model.lead
    people = slack.add_people(model.attendees)
    choices = {person: Preferences(reminded=True, lead=lead, digest=True, channel=dm) for person, dm in people.items()}
    saved = dict(zip(people, generate_agendas(schedule, model), strict=True))
    await bot.database.write(crowd.insert_attendees, workspace.team_id, choices, saved)
    channels = {workspace.conversation("general").id: ""}
    for track in schedule.tracks if model.track_channels else ():
        channels[workspace.add_conversation(f"track-{track.id}", members=[workspace.bot.id]).id] = track.id
    subscribers = SubscriptionService(bot.database, bot.clock, bot.live_schedule)
    for channel, track_id in channels.items():
        await subscribers.turn_on(Subscription(workspace.team_id, channel, lead, ORGANISER.id, track_id))
