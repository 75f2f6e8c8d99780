"""Turn reminders on and off for channels and people, keep their agendas and settings, and preview a subscription.

Each change also adapts the deliveries that exist already, in the same transaction. `now` is conference time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.db.database import Transaction
from bot.delivery import corrections, queue, recipients_repository
from bot.delivery.models import ANNOUNCEMENT, REMINDER, UNWANTED
from bot.delivery.organiser_alerts import channel_subject, close_alerts
from bot.delivery.recipients_repository import Preferences, Subscription
from bot.schedule.models import Schedule
from bot.schedule.queries import announced_talks, upcoming_posts


@dataclass(frozen=True, slots=True)
class SubscriptionPreview:
    """The messages that a subscription would bring."""

    posts: Mapping[date, int]  # how many, by the venue's days
    first: datetime | None  # when the first one comes, in UTC; nothing when no session is still to come


def preview_subscription(subscription: Subscription, schedule: Schedule, now: datetime) -> SubscriptionPreview:
    talks = announced_talks(schedule, subscription.track, subscription.room)
    posts = list(upcoming_posts(talks, timedelta(minutes=subscription.lead), now))
    days = Counter(schedule.day_of(post.at) for post in posts)
    return SubscriptionPreview(days, posts[0].at if posts else None)


async def turn_on(tx: Transaction, subscription: Subscription, now: datetime) -> bool:
    """Turn a channel's reminders on; false when that changes nothing."""
    if not await recipients_repository.add_subscription(tx, subscription):
        return False
    channel = (subscription.workspace, subscription.conversation)
    await close_alerts(tx, subscription.workspace, [channel_subject(subscription.conversation)])
    await queue.enqueue_for_conversation(tx, *channel, now)
    subscriptions = await recipients_repository.subscriptions_of_channel(tx, *channel)
    if len({subscription.lead for subscription in subscriptions}) == 1:
        await corrections.reschedule(tx, *channel, subscription.lead, now)
    return True


async def turn_off(
    tx: Transaction, workspace: str, conversation: str, because: str, kinds: Sequence[str] = UNWANTED
) -> bool:
    """Turn a channel's reminders off, and withdraw deliveries of these kinds; false when they were off."""
    if not await recipients_repository.end_subscriptions(tx, workspace, conversation, because):
        return False
    await corrections.cancel_items(tx, corrections.items_of(workspace, conversation, *kinds), because)
    return True


async def restore(
    tx: Transaction, workspace: str, conversation: str, before: Sequence[Subscription], because: str, now: datetime
) -> None:
    """Give a channel back exactly the subscriptions that it had before; `because` stands at those that end."""
    await turn_off(tx, workspace, conversation, because, (REMINDER,))
    for subscription in before:
        await turn_on(tx, subscription, now)


async def save_talk(tx: Transaction, workspace: str, person: str, talk: str, now: datetime) -> bool:
    """Put a talk on a person's agenda; false when it was there. They are reminded of it if they have reminders on."""
    if not await recipients_repository.save(tx, workspace, person, talk):
        return False
    await queue.enqueue_for_conversation(tx, workspace, person, now, talk)
    return True


async def unsave_talk(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    """Take a talk off a person's agenda, and its reminder back; false when it was not there."""
    if not await recipients_repository.unsave(tx, workspace, person, talk):
        return False
    await corrections.cancel_items(tx, corrections.items_about(workspace, person, talk), "no longer saved")
    return True


async def disable_messages(tx: Transaction, workspace: str, person: str, because: str) -> None:
    """Turn off all messages that come to a person by themselves, and withdraw those that wait."""
    await recipients_repository.disable_messages(tx, workspace, person)
    await corrections.cancel_items(tx, corrections.items_of(workspace, person, *UNWANTED), because)


async def change_preferences(
    tx: Transaction, workspace: str, person: str, first: Preferences, choices: Mapping[str, Any], now: datetime
) -> Preferences:
    """Change some of a person's settings, which are fields of Preferences, and return all of them.

    `first` are the settings of a person who never chose any. Changes that are made at once are all kept.
    """
    begun = await recipients_repository.insert_preferences(tx, workspace, person, first)
    known = await recipients_repository.preferences(tx, workspace, person, lock=True) or first
    wanted = replace(known, **choices)
    if wanted == known and not begun:
        return wanted
    await recipients_repository.save_preferences(tx, workspace, person, wanted)
    if not wanted.wants_messages:
        announced = corrections.items_of(workspace, person, ANNOUNCEMENT)
        await corrections.cancel_items(tx, announced, "messages are off")
    if not wanted.reminded:
        await corrections.cancel_items(tx, corrections.items_of(workspace, person, REMINDER), "reminders are off")
    else:
        await queue.enqueue_for_conversation(tx, workspace, person, now)
        await corrections.reschedule(tx, workspace, person, wanted.lead, now)
    return wanted
