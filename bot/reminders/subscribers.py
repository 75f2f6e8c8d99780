"""Who is reminded: turning it on and off for channels and people, and what that would mean."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.clock import Clock
from bot.reminders.round import Conference
from bot.schedule.due import announced, posts
from bot.store import agenda, fanout, holds, people, subscriptions, withdrawal
from bot.store.database import Database, Transaction
from bot.store.people import Choices
from bot.store.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Preview:
    """What turning on would bring: how many messages on which of the venue's days, and when the first, in UTC."""

    posts: Mapping[date, int]
    first: datetime | None  # nothing when no session is still to come


class Subscribers:
    """Every change here also reaches what was planned already, in the same transaction."""

    def __init__(self, database: Database, clock: Clock, conference: Conference) -> None:
        self._database = database
        self._clock = clock
        self._conference = conference

    def preview(self, subscription: Subscription) -> Preview:
        """What this channel would get from now on."""
        schedule = self._conference.current.schedule
        talks = announced(schedule, subscription.track, subscription.room)
        coming = list(posts(talks, timedelta(minutes=subscription.lead), self._clock.conference()))
        days = Counter(schedule.conference.day_of(post.at) for post in coming)
        return Preview(days, coming[0].at if coming else None)

    async def turn_on(self, subscription: Subscription) -> bool:
        """Remind this channel; false when that changes nothing."""
        return await self._database.write(_turn_on, subscription, self._clock.conference())

    async def turn_off(self, workspace: str, conversation: str, by: str) -> bool:
        """Remind this channel no more; false when it was not reminded."""
        return await self._database.write(_turn_off, workspace, conversation, f"turned off by {by}")

    async def of_workspace(self, workspace: str) -> tuple[Subscription, ...]:
        """The channels that are reminded."""
        return await self._database.read(subscriptions.of_workspace, workspace)

    async def save(self, workspace: str, person: str, talk: str) -> bool:
        """Put the talk on the person's agenda, and remind them of it if they are reminded; false when it was there."""
        return await self._database.write(_save, workspace, person, talk, self._clock.conference())

    async def unsave(self, workspace: str, person: str, talk: str) -> bool:
        """Take the talk off the person's agenda, and remind them no more of it; false when it was not there."""
        return await self._database.write(_unsave, workspace, person, talk)

    async def choices(self, workspace: str, person: str) -> Choices | None:
        """What this person chose; nothing when they never did."""
        return await self._database.read(people.choices, workspace, person)

    async def choose(self, workspace: str, person: str, chosen: Choices) -> bool:
        """Keep a person's settings; false when that changes nothing. A direct message or zone once known stays known."""
        return await self._database.write(_choose, workspace, person, chosen, self._clock.conference())

    async def pause(self, workspace: str, by: str) -> bool:
        """Send nothing unasked any more; false when it was so already."""
        return await self._database.write(holds.hold, workspace, holds.PAUSE, "paused", by=by)

    async def resume(self, workspace: str) -> bool:
        """Send again what is still useful; false when nothing was paused."""
        return await self._database.write(holds.lift, workspace, holds.PAUSE)

    async def is_paused(self, workspace: str) -> bool:
        """Whether an organiser paused all sending."""
        return holds.PAUSE in await self._database.read(holds.holds, workspace)


async def _turn_on(tx: Transaction, subscription: Subscription, now: datetime) -> bool:
    if not await subscriptions.turn_on(tx, subscription):
        return False
    here = (subscription.workspace, subscription.conversation)
    await fanout.catch_up_conversation(tx, *here, now)
    if len({one.lead for one in await subscriptions.of_conversation(tx, *here)}) == 1:
        await withdrawal.follow_lead(tx, *here, subscription.lead, now)
    return True


async def _turn_off(tx: Transaction, workspace: str, conversation: str, because: str) -> bool:
    if not await subscriptions.turn_off(tx, workspace, conversation, because):
        return False
    await withdrawal.withdraw(tx, withdrawal.reminders_of(workspace, conversation), because)
    return True


async def _save(tx: Transaction, workspace: str, person: str, talk: str, now: datetime) -> bool:
    if not await agenda.save(tx, workspace, person, talk):
        return False
    await fanout.catch_up_conversation(tx, workspace, person, now, talk)
    return True


async def _unsave(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    if not await agenda.unsave(tx, workspace, person, talk):
        return False
    await withdrawal.withdraw(tx, withdrawal.anything_of(workspace, person, talk), "no longer saved")
    return True


async def _choose(tx: Transaction, workspace: str, person: str, chosen: Choices, now: datetime) -> bool:
    before = await people.choices(tx, workspace, person) or Choices()
    chosen = replace(chosen, channel=chosen.channel or before.channel, zone=chosen.zone or before.zone)
    if chosen == before:
        return False
    await people.choose(tx, workspace, person, chosen)
    if not chosen.reminded:
        await withdrawal.withdraw(tx, withdrawal.reminders_of(workspace, person), "reminders are off")
    else:
        await fanout.catch_up_conversation(tx, workspace, person, now)
        await withdrawal.follow_lead(tx, workspace, person, chosen.lead, now)
    return True
