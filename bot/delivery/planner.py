"""Plan the reminders of a new revision of the schedule, in the transaction that publishes it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta

from bot.clock import Clock
from bot.db.database import Transaction
from bot.delivery import plan
from bot.delivery.alert_messages import ConflictSummary, RevisionSummary
from bot.delivery.audience import Audience
from bot.delivery.change_notices import notify_changes
from bot.delivery.models import USEFUL_AFTER_START
from bot.delivery.organiser_alerts import NO_ORGANISERS, OrganiserAlerts, update_lost_scopes
from bot.delivery.plan import Reminder
from bot.live_schedule.versions import SOURCE_AUTHOR, ChangeCause
from bot.schedule.diff import ScheduleChange, notable_changes
from bot.schedule.models import Schedule, Talk
from bot.schedule.overrides import ANSWER_PREFIX


class ReminderPlanner:
    """Plans a reminder of every session for every lead time that people can choose."""

    def __init__(
        self, clock: Clock, leads: Sequence[int], organisers: OrganiserAlerts = NO_ORGANISERS, workspace: str = ""
    ) -> None:
        """`leads` are minutes. `workspace` is the organisers'; they hear of every revision."""
        self._clock = clock
        self._leads = leads
        self._organisers = organisers
        self._workspace = workspace

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: ChangeCause
    ) -> None:
        """Replace the plan by that of `after`, and notify the people whom the changes since `before` concern."""
        now = self._clock.conference_at(await tx.now())
        await plan.replace_plan(tx, reminders_of(after, self._leads), now - USEFUL_AFTER_START)
        if before is None:
            return
        changes = notable_changes(before, after)
        audience = await notify_changes(tx, changes, revision, now, confirmed=cause.confirmed)
        content = {"what": "revision"} | asdict(_revision_summary(revision, cause, changes, audience, after))
        await self._organisers.tell(tx, self._workspace, now, f"revision {revision}", content)
        await update_lost_scopes(tx, self._organisers, self._workspace, now, before, after)


def _revision_summary(
    revision: int, cause: ChangeCause, changes: Sequence[ScheduleChange], audience: Audience, after: Schedule
) -> RevisionSummary:
    disputes = []
    for stored in cause.conflicts:
        talk = after.talk_by_id.get(stored.conflict.talk)
        title = talk.title if talk else stored.conflict.talk.removeprefix(ANSWER_PREFIX).partition("\n")[0]
        disputes.append(ConflictSummary(title, stored.conflict.fields, stored.action))
    by = "" if cause.by == SOURCE_AUTHOR else cause.by
    kinds = dict(Counter(change.kind for change in changes))
    renamed = [(renaming.before, renaming.now) for renaming in cause.renamings if renaming.kind != "speaker"]
    return RevisionSummary(
        revision, by, cause.action, kinds, audience.people, len(audience.channels), disputes, renamed
    )


def reminders_of(schedule: Schedule, leads: Sequence[int]) -> Iterator[Reminder]:
    """The reminders of every session, one for each lead time in minutes."""
    for talk in schedule.given:
        for lead in leads:
            yield _planned_reminder(talk, lead)


def _planned_reminder(talk: Talk, lead: int) -> Reminder:
    track, room = talk.track.id if talk.track else "", talk.room.id if talk.room else ""
    due = talk.start - timedelta(minutes=lead)
    return Reminder(talk.id, talk.start, lead, due, track, room, announced=not talk.is_break)
