"""A rehearsal, put together: the real bot in a workspace of its own, with the people it supposes."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.app import Bot, running
from bot.clock import Clock, stopwatch
from bot.errors import BotError
from bot.handlers.manifest import manifest
from bot.playground.rehearsal.course import Course, Tell
from bot.playground.rehearsal.gather import arrivals, missing
from bot.playground.rehearsal.outcome import Rehearsal
from bot.playground.rehearsal.supposed import Supposed, agendas
from bot.playground.standin import StandIn
from bot.playground.standin.people import ORGANISER
from bot.reminders.subscribers import Subscribers
from bot.schedule.model import Schedule
from bot.schedule.write import as_yaml
from bot.settings import Settings
from bot.store import account, crowd
from bot.store.account import Sending
from bot.store.people import Choices
from bot.store.subscriptions import Subscription

EVE = timedelta(days=1)  # it begins so long before the first session: that day's digest lies in between
UNLIMITED = 100_000_000  # a minute; when everything would go out at the permitted rate is reckoned afterwards


async def rehearse(schedule: Schedule, supposed: Supposed, rate_per_minute: int, tell: Tell) -> Rehearsal:
    """Everything that so many people and channels get, from the eve to after the last session.

    `rate_per_minute` is what the workspace permits on the day. Raises BotError when it cannot begin or does not go on.
    """
    began = stopwatch()
    async with StandIn.serving(Clock()) as slack:
        sendings = await perform(slack, schedule, supposed, tell)
    return Rehearsal(
        schedule,
        supposed,
        rate_per_minute,
        tuple(arrivals(slack, sendings, rate_per_minute)),
        tuple(missing(slack, sendings)),
        sum(times - 1 for times in slack.journal.duplicates().values()),
        stopwatch() - began,
    )


async def perform(slack: StandIn, schedule: Schedule, supposed: Supposed, tell: Tell) -> list[Sending]:
    """The whole conference in this workspace, whose clock is put forward; what the bot has sent by its own account."""
    if schedule.starts is None:
        raise BotError(f"{schedule.conference.name} has no talks yet, so there is nothing to rehearse.")
    slack.workspace.clock.set_by(schedule.starts - EVE)
    try:
        async with playing(slack, schedule, supposed) as bot:
            await Course(slack, bot, tell).run()
            return await bot.database.read(account.everything)
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        place = tempfile.gettempdir()
        raise BotError(f"The rehearsal cannot go on: {reason}. Are there a few megabytes free in {place}?") from error


@asynccontextmanager
async def playing(slack: StandIn, schedule: Schedule, supposed: Supposed) -> AsyncIterator[Bot]:
    """The bot as on the day itself, with this one version of the schedule, and a database that is gone afterwards."""
    slack.install(manifest())
    slack.deeds.echoes = False  # nobody writes to the bot, and it hears nothing in its own messages
    with tempfile.TemporaryDirectory(prefix="qcon-rehearsal-") as folder:
        file = Path(folder) / "schedule.yaml"
        await asyncio.to_thread(lambda: file.write_bytes(as_yaml(schedule)))
        async with running(_settings(slack, file), slack.workspace.clock, (supposed.lead,)) as bot:
            await _seat(bot, slack, schedule, supposed)
            yield bot


def _settings(slack: StandIn, schedule: Path) -> Settings:
    return Settings(
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        port=0,
        schedule=str(schedule),
        database_url=f"sqlite:///{schedule.parent}/rehearsal.sqlite3",
        rate_per_minute=UNLIMITED,
    )


async def _seat(bot: Bot, slack: StandIn, schedule: Schedule, supposed: Supposed) -> None:
    """People with what they saved, and channels whose reminders are on."""
    workspace, lead = slack.workspace, supposed.lead
    people = slack.add_people(supposed.attendees)
    choices = {person: Choices(reminded=True, lead=lead, digest=True, channel=dm) for person, dm in people.items()}
    saved = dict(zip(people, agendas(schedule, supposed), strict=True))
    await bot.database.write(crowd.seat, workspace.team_id, choices, saved)
    channels = {workspace.conversation("general").id: ""}
    for track in schedule.tracks if supposed.track_channels else ():
        channels[workspace.add_conversation(f"track-{track.id}", members=[workspace.bot.id]).id] = track.id
    subscribers = Subscribers(bot.database, bot.clock, bot.conference)
    for channel, track_id in channels.items():
        await subscribers.turn_on(Subscription(workspace.team_id, channel, lead, ORGANISER.id, track_id))
