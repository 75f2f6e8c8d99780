"""Once a day for those who want it: the digest in the morning, and in the evening the question how it was."""

from datetime import date, datetime, time, timedelta

from bot.reminders.round import ScheduleProvider
from bot.schedule.model import Schedule
from bot.store import daily
from bot.store.daily import DailyMessage
from bot.store.database import Database
from bot.store.deliveries import DIGEST, EVENING

BEFORE_FIRST_TALK = timedelta(hours=1)
MORNING = time(8, 0)  # on the venue's clock: no later than that, however late the first talk
EVENING_FROM, EVENING_UNTIL = time(18, 0), time(21, 0)  # no earlier and no later, whenever the last talk ends
USEFUL_FOR = timedelta(hours=3)


class DailyScheduler:
    """One node's look at the day; who is told is decided in the database, once for all nodes."""

    def __init__(self, database: Database, conference: ScheduleProvider) -> None:
        self._database = database
        self._conference = conference
        self._enqueued: set[tuple[str, str]] = set()  # what this node need not look into again

    async def enqueue_due(self, now: datetime) -> None:
        """Begin what is due by `now`, in conference time."""
        for round_ in daily_messages(self._conference.current.schedule, now):
            if now < round_.due:
                self._enqueued.discard((round_.kind, round_.day))  # a rehearsal jumped back
            elif now < round_.expires and (round_.kind, round_.day) not in self._enqueued:
                await self._database.write(daily.enqueue_daily, round_)
                self._enqueued.add((round_.kind, round_.day))


def daily_messages(schedule: Schedule, now: datetime) -> tuple[DailyMessage, ...]:
    """The digest and the evening's question of the venue's day at an aware `now`; none on a day without talks."""
    conference = schedule.conference
    day = conference.day_of(now)
    talks = [talk for talk in schedule.talks_on(day) if not talk.is_break and not talk.cancelled]
    if not talks:
        return ()
    ids = tuple(talk.id for talk in talks)
    morning = min(_local_moment(schedule, day, MORNING), talks[0].start - BEFORE_FIRST_TALK)
    latest = max(talk.end for talk in talks)
    evening = min(max(_local_moment(schedule, day, EVENING_FROM), latest), _local_moment(schedule, day, EVENING_UNTIL))
    return tuple(
        DailyMessage(kind, day.isoformat(), due, due + USEFUL_FOR, ids)
        for kind, due in ((DIGEST, morning), (EVENING, evening))
    )


def _local_moment(schedule: Schedule, day: date, clock: time) -> datetime:
    """A time on the venue's clock of that day, as a moment that can be compared and counted with."""
    return datetime.combine(day, clock, schedule.conference.timezone).astimezone(schedule.talks[0].start.tzinfo)
