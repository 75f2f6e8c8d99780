"""Run a rehearsal: the real bot in a fake workspace, from one event to the next.

The bot runs as on the day itself, but its real time is a clock that is put forward to each event. Everything that the
bot waits for, such as a session, the next second of a channel or the settling of a post, passes in that time, so that
nobody waits for it. The attendees and the talks that they saved are drawn at random, and are the same for the same
seed.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from sqlalchemy.exc import DBAPIError

from bot.app.single import RunningBot, run_single
from bot.clock import Clock, monotonic
from bot.delivery import administration, broadcasts, queue, recipients, recipients_repository, reminder_plan
from bot.delivery.administration import DeliveryRecord
from bot.delivery.recipients_repository import Preferences, Subscription
from bot.errors import BotError
from bot.fake_slack import FakeSlack
from bot.fake_slack.workspace import ORGANISER
from bot.rehearsal.results import MissingMessage, ReceivedMessage, collect_messages, collect_missing
from bot.schedule.models import Schedule, Talk
from bot.schedule.queries import overlaps
from bot.schedule.yaml.dump import schedule_yaml
from bot.settings import Settings
from bot.slack.manifest import manifest

POPULARITY_SKEW = 1.5  # Pareto: of a hundred talks, a third of the people save the most popular

MAX_DRAWS = 4  # draws per talk to save, since many draws repeat or overlap


@dataclass(frozen=True, slots=True)
class AttendeeModel:
    """The assumed attendees.

    Everyone is reminded and gets the digest, which is the most that so many people can cause.
    """

    attendees: int = 500
    saves: int = 8  # talks that each of them saved, or fewer where talks overlap
    seed: int = 1
    track_channels: bool = False  # a channel for each track in addition to #general
    lead: int = 10  # minutes before the start, for people and channels


def generate_agendas(schedule: Schedule, model: AttendeeModel) -> list[tuple[str, ...]]:
    """Draw the talks of each attendee, by id: no breaks, and none that overlap."""
    chance = Random(model.seed)  # noqa: S311  # people, not a secret
    talks = [talk for talk in schedule.talks if not talk.is_break]
    if not talks:
        return [()] * model.attendees
    popularity = list(accumulate(chance.paretovariate(POPULARITY_SKEW) for _ in talks))
    draws = (chance.choices(talks, cum_weights=popularity, k=MAX_DRAWS * model.saves) for _ in range(model.attendees))
    return [_without_overlaps(drawn, model.saves) for drawn in draws]


def _without_overlaps(drawn: Sequence[Talk], most: int) -> tuple[str, ...]:
    chosen: list[Talk] = []
    for talk in drawn:
        if len(chosen) < most and not any(talk is earlier or overlaps(talk, earlier) for earlier in chosen):
            chosen.append(talk)
    return tuple(talk.id for talk in chosen)


POLL_INTERVAL_S = 0.03  # between two checks whether everything that is due has ended

STALL_TIMEOUT_S = 60.0  # without a post or a step of the clock

Progress = Callable[[datetime], None]  # is called with conference time


@dataclass(frozen=True, slots=True)
class SimulationResult:
    schedule: Schedule
    model: AttendeeModel
    rate_per_minute: int
    messages: tuple[ReceivedMessage, ...]
    missing: tuple[MissingMessage, ...]
    repeated: int  # how many messages were posted again
    seconds: float  # the rehearsal took, in real time

    @property
    def too_late(self) -> int:
        """Count the messages that would not be sent on the day because they would come too late to be useful."""
        return sum(message.send_at is None for message in self.messages)

    @property
    def succeeded(self) -> bool:
        """Return whether everything that was due was posted once, and on the day would come while it is useful."""
        return not (self.missing or self.repeated or self.too_late)


class SimulationStalled(BotError):
    """The rehearsal does not go on."""


class Simulation:
    """The course of one conference, from the present time of the clock to its end."""

    def __init__(
        self, slack: FakeSlack, bot: RunningBot, progress: Progress, timeout_s: float = STALL_TIMEOUT_S
    ) -> None:
        self._posted_messages = slack.journal.messages
        self._bot = bot
        self._clock = bot.clock
        self._progress = progress
        self._timeout_s = timeout_s
        self._daily = _daily_times(bot.live_schedule.current.schedule)
        self._posted_count = 0
        self._moved_at = monotonic()  # monotonic time of the last post or step of the clock

    async def run(self) -> None:
        """Go from event to event until there is none.

        Raises SimulationStalled if something that is due does not end.
        """
        while (event := await self._next_event()) is not None:
            if event > self._clock.real_now():
                self._advance_to(event)
                await self._bot.worker.run_once()
            else:
                await self._wait_briefly()

    async def _next_event(self) -> datetime | None:
        """Return when there is something to do next: in the past while it is being done, None at the end."""
        database, now = self._bot.database, self._clock.real_now()
        step = await database.read(queue.next_step_at)
        if step is not None and step <= now:
            return step
        next_daily = next((due for due in self._daily if due > now), None)
        events = (step, await database.read(reminder_plan.next_due_with_audience), next_daily)
        return min((event for event in events if event), default=None)

    def _advance_to(self, to: datetime) -> None:
        self._progress(to)
        self._clock.sync_to(to)
        self._moved_at = monotonic()

    async def _wait_briefly(self) -> None:
        if len(self._posted_messages) > self._posted_count:
            self._posted_count, self._moved_at = len(self._posted_messages), monotonic()
        if monotonic() - self._moved_at > self._timeout_s:
            raise SimulationStalled(
                f"Nothing that is due has arrived for {self._timeout_s:g} s. Is the machine too busy, or its disk full?"
            )
        await asyncio.sleep(POLL_INTERVAL_S)


def _daily_times(schedule: Schedule) -> list[datetime]:
    """List when digests and evening questions are due."""
    days = {schedule.day_of(talk.start) for talk in schedule.talks}
    return sorted(message.due for day in days for message in broadcasts.daily_messages(schedule, day))


START_BEFORE = timedelta(days=1)  # early enough for the digest of the first day

NO_RATE_LIMIT = 100_000_000  # messages a minute; the times at the permitted rate are calculated afterwards


async def simulate(
    schedule: Schedule, model: AttendeeModel, rate_per_minute: int, progress: Progress
) -> SimulationResult:
    """Rehearse everything that so many people and channels get, from the day before to the evening of the last day.

    `rate_per_minute` is the number of messages that the workspace permits on the day. Raises BotError if the rehearsal
    cannot start or does not go on.
    """
    started = monotonic()
    async with FakeSlack.serving(Clock()) as slack:
        deliveries = await run_simulation(slack, schedule, model, progress)
    return SimulationResult(
        schedule,
        model,
        rate_per_minute,
        tuple(collect_messages(slack, deliveries, rate_per_minute)),
        tuple(collect_missing(slack, deliveries)),
        sum(times - 1 for times in slack.journal.duplicates().values()),
        monotonic() - started,
    )


async def run_simulation(
    slack: FakeSlack, schedule: Schedule, model: AttendeeModel, progress: Progress
) -> list[DeliveryRecord]:
    """Rehearse the conference in this workspace and put its clock forward.

    Return the deliveries in the bot's database.
    """
    if schedule.starts is None:
        raise BotError(f"{schedule.conference.name} has no talks yet, so there is nothing to rehearse.")
    slack.workspace.clock.sync_to(schedule.starts - START_BEFORE)
    try:
        async with run_simulated_bot(slack, schedule, model) as bot:
            await Simulation(slack, bot, progress).run()
            return await bot.database.read(administration.all_deliveries)
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        folder = tempfile.gettempdir()
        raise BotError(f"The rehearsal cannot go on: {reason}. Are there a few megabytes free in {folder}?") from error


@asynccontextmanager
async def run_simulated_bot(slack: FakeSlack, schedule: Schedule, model: AttendeeModel) -> AsyncIterator[RunningBot]:
    """Run the bot as on the day itself, with this version of the schedule and a temporary database."""
    slack.install(manifest())
    slack.app.echoes = False  # the bot does nothing with its own messages
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
    """Add people with their saved talks, and turn reminders on in the channels."""
    workspace, lead = slack.workspace, model.lead
    people = slack.add_people(model.attendees)
    choices = {person: Preferences(reminded=True, lead=lead, digest=True, channel=dm) for person, dm in people.items()}
    saved = dict(zip(people, generate_agendas(schedule, model), strict=True))
    await bot.database.write(recipients_repository.insert_attendees, workspace.team_id, choices, saved)
    channels = {workspace.conversation("general").id: ""}
    for track in schedule.tracks if model.track_channels else ():
        channels[workspace.add_conversation(f"track-{track.id}", members=[workspace.bot.id]).id] = track.id
    for channel, track_id in channels.items():
        subscription = Subscription(workspace.team_id, channel, lead, ORGANISER.id, track_id)
        await bot.database.write(recipients.turn_on, subscription, bot.clock.conference_now())
