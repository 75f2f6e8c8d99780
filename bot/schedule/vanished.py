"""Talks that the source no longer has: they stay listed as cancelled, for those who still count on them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bot.schedule.model import Schedule, T, Talk, Track, in_order


def keep_removed_talks(before: Schedule, after: Schedule) -> Schedule:
    """`after`, with the talks that only `before` has listed as cancelled.

    Where the two share no day, `after` is another conference, and nothing of the old one stays.
    """
    gone = [talk for talk in before.talks if talk.id not in after.talk_by_id]
    if not gone or not same_conference(before, after):
        return after
    tracks = _with_missing(after.tracks, before.tracks, [talk.track for talk in gone])
    placed: Sequence[Talk | Track] = [*gone, *tracks]
    rooms = _with_missing(after.rooms, before.rooms, [one.room for one in placed])
    people = [person for talk in gone for person in talk.speakers] + [host for track in tracks for host in track.host]
    speakers = _with_missing(after.speakers, before.speakers, people)
    whole = replace(after, rooms=rooms, speakers=speakers)
    whole = replace(whole, tracks=tuple(_track_in(whole, track) for track in tracks))
    return replace(whole, talks=in_order([*after.talks, *(_cancelled_in(whole, talk) for talk in gone)]))


def same_conference(one: Schedule, other: Schedule) -> bool:
    """Whether these are versions of one schedule, rather than two conferences."""
    return not set(one.conference.days).isdisjoint(other.conference.days)


def _with_missing(there: Sequence[T], known: Iterable[T], wanted: Collection[T | None]) -> tuple[T, ...]:
    """What is there, and what is wanted besides; whatever has the same id is the same thing."""
    ids = {one.id for one in wanted if one} - {one.id for one in there}
    return (*there, *(one for one in known if one.id in ids))


def _track_in(schedule: Schedule, track: Track) -> Track:
    """The track with the room and the hosts of that id, as this schedule has them."""
    hosts = tuple(schedule.speaker_by_id[one.id] for one in track.host)
    return replace(track, room=track.room and schedule.room_by_id[track.room.id], host=hosts)


def _cancelled_in(schedule: Schedule, talk: Talk) -> Talk:
    return replace(
        talk,
        room=talk.room and schedule.room_by_id[talk.room.id],
        track=talk.track and schedule.track_by_id[talk.track.id],
        speakers=tuple(schedule.speaker_by_id[one.id] for one in talk.speakers),
        cancelled=True,
    )
