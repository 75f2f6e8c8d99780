"""Alerts about channels that follow a track or a room of which the schedule has no session any more."""

from datetime import datetime

from bot.db.database import Transaction
from bot.delivery.organiser_alerts import OrganiserAlerts, close_alerts
from bot.delivery.recipients_repository import Subscription, subscriptions_of_workspace
from bot.schedule.models import Schedule
from bot.schedule.queries import has_lost_talks

LOST_SCOPE = "lost"  # the kind of these alerts


def is_lost(subscription: Subscription, schedule: Schedule) -> bool:
    """True if the subscription follows a track or a room that is gone, so that nothing is posted."""
    return has_lost_talks(schedule, subscription.track, subscription.room)


async def update_lost_scopes(
    tx: Transaction, organisers: OrganiserAlerts, workspace: str, now: datetime, before: Schedule, after: Schedule
) -> None:
    """Open an alert for each subscription that lost its track or room, and close those of others. `now` is conference time."""
    scoped = [item for item in await subscriptions_of_workspace(tx, workspace) if item.track or item.room]
    lost = [subscription for subscription in scoped if is_lost(subscription, after)]
    for subscription in lost:  # few, if any
        content = {"what": LOST_SCOPE, "where": subscription.conversation, "error": scope_name(subscription, before)}
        await organisers.open(tx, workspace, now, _subject(subscription), content)
    await close_alerts(tx, workspace, {*map(_subject, scoped)} - {*map(_subject, lost)})


def _subject(subscription: Subscription) -> str:
    return f"lost {subscription.conversation} {subscription.track} {subscription.room}"


def scope_name(subscription: Subscription, schedule: Schedule) -> str:
    """The name of the track or room; its id where the schedule does not have it; empty for the whole conference."""
    if subscription.track:
        track = schedule.track_by_id.get(subscription.track)
        return track.title if track else subscription.track
    if subscription.room:
        room = schedule.room_by_id.get(subscription.room)
        return room.name if room else subscription.room
    return ""
