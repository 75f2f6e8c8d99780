"""Who is reminded: turning it on and off for channels and people, and what that would mean."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.delivery import corrections, enqueue, pauses, recipients_repository
from bot.delivery.recipients_repository import Preferences, Subscription
from bot.live_schedule.current import LiveSchedule
from bot.schedule.queries import announced_talks, upcoming_posts


@dataclass(frozen=True, slots=True)
class SubscriptionPreview:
    """What turning on would bring: how many messages on which of the venue's days, and when the first, in UTC."""

    posts: Mapping[date, int]
    first: datetime | None  # nothing when no session is still to come


class SubscriptionService:
    """Every change here also reaches what was planned already, in the same transaction."""

    def __init__(self, database: Database, clock: Clock, conference: LiveSchedule) -> None:
        self._database = database
        self._clock = clock
        self._conference = conference

    def preview(self, subscription: Subscription) -> SubscriptionPreview:
        """What this channel would get from now on."""
        schedule = self._conference.current.schedule
        talks = announced_talks(schedule, subscription.track, subscription.room)
        coming = list(upcoming_posts(talks, timedelta(minutes=subscription.lead), self._clock.conference_now()))
        days = Counter(schedule.conference.day_of(post.at) for post in coming)
        return SubscriptionPreview(days, coming[0].at if coming else None)

    async def turn_on(self, subscription: Subscription) -> bool:
        """Remind this channel; false when that changes nothing."""
        return await self._database.write(_turn_on, subscription, self._clock.conference_now())

    async def turn_off(self, workspace: str, conversation: str, by: str) -> bool:
        """Remind this channel no more; false when it was not reminded."""
        return await self._database.write(_turn_off, workspace, conversation, f"turned off by {by}")

    async def of_workspace(self, workspace: str) -> tuple[Subscription, ...]:
        """The channels that are reminded."""
        return await self._database.read(recipients_repository.subscriptions_of_workspace, workspace)

    async def save(self, workspace: str, person: str, talk: str) -> bool:
        """Put the talk on the person's agenda, and remind them of it if they are reminded; false when it was there."""
        return await self._database.write(_save_talk, workspace, person, talk, self._clock.conference_now())

    async def unsave(self, workspace: str, person: str, talk: str) -> bool:
        """Take the talk off the person's agenda, and remind them no more of it; false when it was not there."""
        return await self._database.write(_unsave_talk, workspace, person, talk)

    async def preferences(self, workspace: str, person: str) -> Preferences | None:
        """What this person chose; nothing when they never did."""
        return await self._database.read(recipients_repository.preferences, workspace, person)

    async def save_preferences(self, workspace: str, person: str, wanted: Preferences) -> bool:
        """Keep a person's settings; false when that changes nothing. A direct message or zone once known stays known."""
        return await self._database.write(_save_preferences, workspace, person, wanted, self._clock.conference_now())

    async def pause(self, workspace: str, by: str) -> bool:
        """Send nothing unasked any more; false when it was so already."""
        return await self._database.write(pauses.pause, workspace, pauses.PAUSE, "paused", by=by)

    async def resume(self, workspace: str) -> bool:
        """Send again what is still useful; false when nothing was paused."""
        return await self._database.write(pauses.resume, workspace, pauses.PAUSE)

    async def is_paused(self, workspace: str) -> bool:
        """Whether an organiser paused all sending."""
        return pauses.PAUSE in await self._database.read(pauses.active_pauses, workspace)


async def _turn_on(tx: Transaction, subscription: Subscription, now: datetime) -> bool:
    if not await recipients_repository.add_subscription(tx, subscription):
        return False
    here = (subscription.workspace, subscription.conversation)
    await enqueue.enqueue_for_conversation(tx, *here, now)
    if len({one.lead for one in await recipients_repository.subscriptions_of_channel(tx, *here)}) == 1:
        await corrections.reschedule(tx, *here, subscription.lead, now)
    return True


async def _turn_off(tx: Transaction, workspace: str, conversation: str, because: str) -> bool:
    if not await recipients_repository.end_subscriptions(tx, workspace, conversation, because):
        return False
    await corrections.cancel_items(tx, corrections.reminders_of(workspace, conversation), because)
    return True


async def _save_talk(tx: Transaction, workspace: str, person: str, talk: str, now: datetime) -> bool:
    if not await recipients_repository.save(tx, workspace, person, talk):
        return False
    await enqueue.enqueue_for_conversation(tx, workspace, person, now, talk)
    return True


async def _unsave_talk(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    if not await recipients_repository.unsave(tx, workspace, person, talk):
        return False
    await corrections.cancel_items(tx, corrections.items_about(workspace, person, talk), "no longer saved")
    return True


async def _save_preferences(tx: Transaction, workspace: str, person: str, wanted: Preferences, now: datetime) -> bool:
    before = await recipients_repository.preferences(tx, workspace, person) or Preferences()
    wanted = replace(wanted, channel=wanted.channel or before.channel, zone=wanted.zone or before.zone)
    if wanted == before:
        return False
    await recipients_repository.save_preferences(tx, workspace, person, wanted)
    if not wanted.reminded:
        await corrections.cancel_items(tx, corrections.reminders_of(workspace, person), "reminders are off")
    else:
        await enqueue.enqueue_for_conversation(tx, workspace, person, now)
        await corrections.reschedule(tx, workspace, person, wanted.lead, now)
    return True
