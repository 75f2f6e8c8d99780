"""Identity of what talks refer to: rooms, tracks and speakers.

A name that persists is the same thing, whatever its key: people look for the name on the door. A new name with a known
key is a new name of the same thing. Without a key, the talks tell.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import TypeVar

from bot.schedule.identity.pairing import Pairing, is_extended, words_of
from bot.schedule.models import Room, Schedule, Speaker, Talk, Track

PlaceT = TypeVar("PlaceT", Room, Track)

TalkKey = tuple[str, datetime]  # title and start

HeldTalk = tuple[TalkKey, str]  # with the id of its room or track


def known_rooms(known: Schedule, version: Schedule) -> Mapping[str, Room]:
    """The known room by the id that the new version gives it. New rooms are not in it."""
    pairing = Pairing(known.rooms, version.rooms)
    pairing.pair_unique(lambda room: (words_of(room.place), room.source_key))
    pairing.pair_unique(lambda room: words_of(room.place))
    pairing.pair_unique(lambda room: words_of(room.name))
    pairing.pair_unique(lambda room: room.source_key)
    _pair_by_talks(pairing, _room_talks(known), _room_talks(version), lambda room: room.name, is_place=True)
    return pairing.known_by_new


def known_tracks(known: Schedule, version: Schedule) -> Mapping[str, Track]:
    """The known track by the id that the new version gives it. New tracks are not in it."""
    pairing = Pairing(known.tracks, version.tracks)
    pairing.pair_unique(lambda track: (words_of(track.title), track.source_key))
    pairing.pair_unique(lambda track: words_of(track.title))
    pairing.pair_unique(lambda track: track.source_key)
    _pair_by_talks(pairing, _track_talks(known), _track_talks(version), lambda track: track.title, is_place=False)
    return pairing.known_by_new


def known_speakers(known: Schedule, version: Schedule) -> Mapping[str, Speaker]:
    """The known speaker by the id that the new version gives them. Namesakes stay apart, by their keys or their talks."""
    titles_known, titles_new = _titles_by_speaker(known), _titles_by_speaker(version)
    pairing = Pairing(known.speakers, version.speakers)
    pairing.pair_unique(lambda speaker: (words_of(speaker.name), speaker.source_key))
    pairing.pair_unique(lambda speaker: words_of(speaker.name))
    pairing.pair_unique(lambda speaker: speaker.source_key)
    namesakes = defaultdict(list)
    for new in pairing.new_left:
        namesakes[words_of(new.name)].append(new)
    for known_speaker in pairing.known_left:
        titles = titles_known[known_speaker.id]
        shared = [new for new in namesakes[words_of(known_speaker.name)] if titles & titles_new[new.id]]
        if len(shared) == 1 and pairing.is_alone(known_speaker, shared[0]):
            pairing.pair(known_speaker, shared[0])
    return pairing.known_by_new


def _pair_by_talks(
    pairing: Pairing[PlaceT],
    before: Iterable[HeldTalk],
    now: Iterable[HeldTalk],
    name: Callable[[PlaceT], str],
    *,
    is_place: bool,
) -> None:
    """Pair what vanished with what is new and holds most of the same talks at the same times.

    Talks that are new, cancelled or at another time say nothing. A single talk may simply have moved to a new room; it
    counts as proof only if one name extends the other.
    """
    holders_before, holders_now = _holders(before), _holders(now)
    kept = holders_before.keys() & holders_now.keys()
    talks_before = Counter(holder for talk in kept for holder in holders_before[talk])
    talks_now = Counter(holder for talk in kept for holder in holders_now[talk])
    shared = Counter(pair for talk in kept for pair in product(holders_before[talk], holders_now[talk]))

    known_left = {known.id: known for known in pairing.known_left}
    new_left = {new.id: new for new in pairing.new_left}
    for (old_id, new_id), number in shared.most_common():
        known, new = known_left.get(old_id), new_left.get(new_id)
        if known and new and pairing.is_alone(known, new):
            is_most = 2 * number > max(talks_before[old_id], talks_now[new_id]) and (number > 1 or not is_place)
            if is_most or is_extended(name(known), name(new)):
                pairing.pair(known, new)


def _room_talks(schedule: Schedule) -> Iterator[HeldTalk]:
    return ((_talk_key(talk), talk.room.id) for talk in schedule.given if talk.room)


def _track_talks(schedule: Schedule) -> Iterator[HeldTalk]:
    return ((_talk_key(talk), talk.track.id) for talk in schedule.given if talk.track)


def _talk_key(talk: Talk) -> TalkKey:
    return words_of(talk.title), talk.start


def _holders(held: Iterable[HeldTalk]) -> Mapping[TalkKey, set[str]]:
    holders: defaultdict[TalkKey, set[str]] = defaultdict(set)
    for talk, holder in held:
        holders[talk].add(holder)
    return holders


def _titles_by_speaker(schedule: Schedule) -> Mapping[str, set[str]]:
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for talk in schedule.talks:
        for speaker in talk.speakers:
            titles[speaker.id].add(words_of(talk.title))
    return titles
