"""Settling a new version and telling what changed, as publishing does it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.schedule.diff import schedule_changes
from bot.schedule.identity.settle import settle
from bot.schedule.models import Schedule
from bot.schedule.overrides import keep_removed

BEFORE = datetime.min.replace(tzinfo=UTC)  # every talk


def accepted(known: Schedule, version: Schedule) -> Schedule:
    """The version as it is accepted after the known one."""
    return keep_removed(known, settle(known, version).schedule, BEFORE)


def told(known: Schedule, version: Schedule) -> Sequence[tuple[str, str]]:
    """The kind of each change, and the id of its talk."""
    return sorted((change.kind, change.talk.id) for change in schedule_changes(known, accepted(known, version)))


def told_times(known: Schedule, version: Schedule) -> Sequence[tuple[str, str]]:
    """The kind of each change, and the time in London at which its savers know the talk."""
    after = accepted(known, version)
    before = {talk.id: talk for talk in known.talks}
    local = known.conference.local
    return [
        (change.kind, f"{local(before.get(change.talk.id, change.talk).start):%H:%M}")
        for change in schedule_changes(known, after)
    ]
