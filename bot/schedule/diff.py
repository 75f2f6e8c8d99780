"""What changed from one version of a schedule to the next, talk by talk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from bot.schedule.models import Conference, Room, Schedule, Talk


@dataclass(frozen=True, slots=True)
class AddedTalk:
    """A talk that was not there before."""

    kind: ClassVar = "new"
    talk: Talk


@dataclass(frozen=True, slots=True)
class ReinstatedTalk:
    """A talk that was cancelled and is given after all."""

    kind: ClassVar = "reinstated"
    talk: Talk


@dataclass(frozen=True, slots=True)
class CancelledTalk:
    """A talk that is not given, or gone, as it was last known."""

    kind: ClassVar = "cancelled"
    talk: Talk


@dataclass(frozen=True, slots=True)
class MovedTalk:
    """A talk at another time or in another room, or both."""

    kind: ClassVar = "moved"
    before: Talk
    talk: Talk

    @property
    def to_another_time(self) -> bool:
        """Whether it starts or ends at another moment."""
        return _new_time(self.before, self.talk)

    @property
    def to_another_room(self) -> bool:
        """Whether people have to go elsewhere."""
        return _new_room(self.before.room, self.talk.room)

    def to_another_day(self, conference: Conference) -> bool:
        """Whether it starts on another day of the venue's calendar."""
        return conference.day_of(self.before.start) != conference.day_of(self.talk.start)


@dataclass(frozen=True, slots=True)
class RetitledTalk:
    """A talk under another title."""

    kind: ClassVar = "retitled"
    before: Talk
    talk: Talk


@dataclass(frozen=True, slots=True)
class ChangedSpeakers:
    """A talk given by others than before, or by more or fewer."""

    kind: ClassVar = "speakers"
    before: Talk
    talk: Talk


ScheduleChange: TypeAlias = AddedTalk | ReinstatedTalk | CancelledTalk | MovedTalk | RetitledTalk | ChangedSpeakers


def schedule_changes(before: Schedule, after: Schedule) -> tuple[ScheduleChange, ...]:
    """Every change of every talk, matched by id: first what is gone, then what is there, each in order of start.

    Abstracts, links and the names of rooms are no change: nobody has to be somewhere else because of them. What is
    cancelled changes in nothing else, wherever it is listed.
    """
    gone = [CancelledTalk(talk) for talk in before.given if _is_inactive(after.talk_by_id.get(talk.id))]
    there = [change for talk in after.given for change in _changes_of_active(before.talk_by_id.get(talk.id), talk)]
    return (*gone, *there)


def talk_changes(before: Talk | None, after: Talk | None) -> tuple[ScheduleChange, ...]:
    """What has become of one talk; it may not have been there, or not be there any more."""
    if after is None or after.cancelled:
        return (CancelledTalk(before),) if before and not before.cancelled else ()
    return tuple(_changes_of_active(before, after))


def versions_of(change: ScheduleChange) -> tuple[Talk, ...]:
    """The talk as it is, or was last; before that as it was, where it was different."""
    return (
        (change.before, change.talk)
        if isinstance(change, MovedTalk | RetitledTalk | ChangedSpeakers)
        else (change.talk,)
    )


def _changes_of_active(before: Talk | None, talk: Talk) -> Iterator[ScheduleChange]:
    if before is None:
        yield AddedTalk(talk)
        return
    if before.cancelled:
        yield ReinstatedTalk(talk)
        return
    if _new_time(before, talk) or _new_room(before.room, talk.room):
        yield MovedTalk(before, talk)
    if before.title != talk.title:
        yield RetitledTalk(before, talk)
    if _new_speakers(before, talk):
        yield ChangedSpeakers(before, talk)


def _is_inactive(talk: Talk | None) -> bool:
    return talk is None or talk.cancelled


def _new_time(before: Talk, talk: Talk) -> bool:
    return (before.start, before.end) != (talk.start, talk.end)


def _new_room(before: Room | None, room: Room | None) -> bool:
    """Whether it is another room: neither a new name for the old one, nor the old name under a new id."""
    if before is None or room is None:
        return before is not room
    return before.id != room.id and before.place != room.place


def _new_speakers(before: Talk, talk: Talk) -> bool:
    """Whether it is other people: neither in another order, nor one of them spelt better or under a new id."""
    ids = {one.id for one in before.speakers} != {one.id for one in talk.speakers}
    names = {one.name for one in before.speakers} != {one.name for one in talk.speakers}
    return ids and names
