"""Identity of what talks refer to: rooms, tracks and speakers, and pairing the entries of two versions.

Entries are paired first by what proves most, then by less, until nothing fits any more. A name that persists is the
same thing, whatever its key: people look for the name on the door. A new name with a known key is a new name of the
same thing. Without a key, the talks tell.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Generic, TypeVar

from rapidfuzz import fuzz

from bot.schedule.models import Listed, Room, Schedule, Speaker, Talk, Track
from bot.schedule.texts import slug

SIMILAR = 80  # of 100; titles this alike are spellings of one

T = TypeVar("T", bound=Listed)

PlaceT = TypeVar("PlaceT", Room, Track)

NamedT = TypeVar("NamedT", Room, Track, Speaker)

Signature = Callable[[T], Hashable | None]

TalkKey = tuple[str, datetime]  # title and start

HeldTalk = tuple[TalkKey, str]  # with the id of its room or track


class Pairing(Generic[T]):
    """Pairs of a known entry and a new one, and those of both sides that are still alone, in their order."""

    def __init__(self, known: Iterable[T], new: Iterable[T]) -> None:
        self._known = {entry.id: entry for entry in known}
        self._new = {entry.id: entry for entry in new}
        self.known_by_new: dict[str, T] = {}  # the known entry by the id that the new version gives it

    @property
    def known_left(self) -> list[T]:
        return list(self._known.values())

    @property
    def new_left(self) -> list[T]:
        return list(self._new.values())

    def add_known(self, known: Iterable[T]) -> None:
        """Pair with these from now on, too."""
        self._known |= {entry.id: entry for entry in known}

    def is_alone(self, known: T, new: T) -> bool:
        """Tell whether neither of these two has been paired."""
        return known.id in self._known and new.id in self._new

    def pair(self, known: T, new: T) -> None:
        """Make these two one. Both must be alone."""
        self.known_by_new[new.id] = self._known.pop(known.id)
        del self._new[new.id]

    def pair_unique(self, signature: Signature[T]) -> None:
        """Pair the entries whose signature nobody else on their side has. Entries without one (`None`) stay alone."""
        for known, new in self._groups(signature):
            if len(known) == len(new) == 1:
                self.pair(known[0], new[0])

    def pair_only(self, pairs: Iterable[tuple[T, T]]) -> None:
        """Pair two entries if no other of these pairs has one of them."""
        found = list(pairs)
        times_known = Counter(known.id for known, _ in found)
        times_new = Counter(new.id for _, new in found)
        for known, new in found:
            if times_known[known.id] == times_new[new.id] == 1:
                self.pair(known, new)

    def pair_in_order(self, signature: Signature[T]) -> None:
        """Pair the entries with the same signature in their order: the first with the first, and so on."""
        for known, new in self._groups(signature):
            for pair in zip(known, new, strict=False):
                self.pair(*pair)

    def _groups(self, signature: Signature[T]) -> list[tuple[list[T], list[T]]]:
        """The entries that are alone, by signature, where both sides have some."""
        groups: defaultdict[Hashable, tuple[list[T], list[T]]] = defaultdict(lambda: ([], []))
        for side, entries in enumerate((self._known.values(), self._new.values())):
            for entry in entries:
                if (key := signature(entry)) is not None:
                    groups[key][side].append(entry)
        return [(known, new) for known, new in groups.values() if known and new]


def words_of(name: str) -> str:
    """The words of a title or a name in small letters, so that spaces, case and punctuation do not count."""
    return " ".join(re.findall(r"[\w+#]+", name.casefold())) or name


def is_similar(name: str, other: str) -> bool:
    """Tell whether two titles are probably spellings of one."""
    return fuzz.token_set_ratio(words_of(name), words_of(other)) >= SIMILAR


def is_extended(name: str, other: str) -> bool:
    """Tell whether one name has all words of the other: `Hall` and `Hall (Acme Stage)`."""
    words, others = set(words_of(name).split()), set(words_of(other).split())
    return words <= others or others <= words


def is_spelling(name: str, other: str) -> bool:
    """Tell whether two names may be spellings of one: `Eva Müller` and `Eva Mueller`, `Ann Baker` and `A. Baker`."""
    words, others = (re.sub("(?<=[aou])e", "", slug(text)).split("-") for text in (name, other))
    return len(words) == len(others) and all(
        word == own or (word[:1] == own[:1] and 1 in (len(word), len(own)))
        for word, own in zip(words, others, strict=True)
    )


def known_rooms(known: Schedule, version: Schedule) -> Mapping[str, Room]:
    """The known room by the id that the new version gives it. New rooms are not in it."""
    pairing = Pairing(known.rooms, version.rooms)
    signatures: Sequence[Signature[Room]] = (
        lambda room: (words_of(room.place), room.source_key),
        lambda room: words_of(room.place),
        lambda room: words_of(room.name),
        lambda room: room.source_key,
    )
    _pair_by_names(pairing, signatures, known.former_rooms)
    before, now = _room_talks(known), _room_talks(version)

    def may_hold_the_same(room: Room, new: Room, talks_shared: int) -> bool:
        if _on_other_floor(room, new):
            return False
        return talks_shared > 1 or not (_has_other_key(room, new) or _is_contested(room.id, new.id, before, now))

    def may_be_extended(room: Room, new: Room) -> bool:
        return not (_on_other_floor(room, new) or _has_other_key(room, new))

    _pair_by_talks(pairing, before, now, may_hold_the_same)
    _pair_extended(pairing, known.rooms, may_be_extended)
    pairing.pair_unique(_id_of_name)
    return pairing.known_by_new


def known_tracks(known: Schedule, version: Schedule) -> Mapping[str, Track]:
    """The known track by the id that the new version gives it. New tracks are not in it."""
    pairing = Pairing(known.tracks, version.tracks)
    signatures: Sequence[Signature[Track]] = (
        lambda track: (words_of(track.title), track.source_key),
        lambda track: words_of(track.title),
        lambda track: track.source_key,
    )
    _pair_by_names(pairing, signatures, known.former_tracks)
    _pair_by_talks(pairing, _track_talks(known), _track_talks(version), lambda *_: True)
    _pair_extended(pairing, known.tracks, lambda track, new: not _has_other_key(track, new))
    pairing.pair_unique(_id_of_name)
    return pairing.known_by_new


def known_speakers(known: Schedule, version: Schedule) -> Mapping[str, Speaker]:
    """The known speaker by the id that the new version gives them.

    Namesakes stay apart, by their keys or their talks.
    """
    titles_known, titles_new = _titles_by_speaker(known), _titles_by_speaker(version)
    pairing = Pairing(known.speakers, version.speakers)
    shared_names = _shared_names(known.speakers) | _shared_names(version.speakers)

    def name_of_one(speaker: Speaker) -> str | None:
        name = words_of(speaker.name)
        return None if name in shared_names else name

    pairing.pair_unique(lambda speaker: (words_of(speaker.name), speaker.source_key))
    pairing.pair_unique(name_of_one)
    pairing.pair_unique(lambda speaker: speaker.source_key)
    namesakes = defaultdict(list)
    for new in pairing.new_left:
        namesakes[words_of(new.name)].append(new)
    for known_speaker in pairing.known_left:
        titles = titles_known[known_speaker.id]
        shared = [new for new in namesakes[words_of(known_speaker.name)] if titles & titles_new[new.id]]
        if len(shared) == 1 and pairing.is_alone(known_speaker, shared[0]):
            pairing.pair(known_speaker, shared[0])
    pairing.pair_only(
        (known_speaker, new)
        for known_speaker in pairing.known_left
        for new in namesakes[words_of(known_speaker.name)]
        if pairing.is_alone(known_speaker, new) and not _has_other_key(known_speaker, new)
    )
    _pair_name_forms(pairing, titles_known, titles_new)
    return pairing.known_by_new


def _shared_names(speakers: Iterable[Speaker]) -> set[str]:
    """The names that several of these people have."""
    return {name for name, times in Counter(words_of(speaker.name) for speaker in speakers).items() if times > 1}


def _pair_name_forms(
    pairing: Pairing[Speaker], titles_known: Mapping[str, set[str]], titles_new: Mapping[str, set[str]]
) -> None:
    """Pair speakers of the same talk if one name extends or spells the other: `Ann Jones` and `Dr. Ann Smith Jones`."""
    speakers_of: defaultdict[str, list[Speaker]] = defaultdict(list)
    for new in pairing.new_left:
        for title in titles_new[new.id]:
            speakers_of[title].append(new)
    same_talk = {
        (known.id, new.id): (known, new)
        for known in pairing.known_left
        for title in titles_known[known.id]
        for new in speakers_of[title]
        if is_extended(known.name, new.name) or is_spelling(known.name, new.name)
    }
    pairing.pair_only(same_talk.values())


def _pair_by_names(pairing: Pairing[PlaceT], signatures: Sequence[Signature[PlaceT]], former: Iterable[PlaceT]) -> None:
    """Pair by names and keys: first what the last version had, and then what earlier ones had."""
    for signature in signatures:
        pairing.pair_unique(signature)
    pairing.add_known(former)
    for signature in signatures:
        pairing.pair_unique(signature)


def _pair_by_talks(
    pairing: Pairing[PlaceT],
    before: Sequence[HeldTalk],
    now: Sequence[HeldTalk],
    may_be_same: Callable[[PlaceT, PlaceT, int], bool],
) -> None:
    """Pair what vanished with what is new and holds most of the same talks at the same times.

    Talks that are new, cancelled or at another time say nothing. `may_be_same` gets the number of talks that both hold.
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
            is_most = 2 * number > max(talks_before[old_id], talks_now[new_id])
            if is_most and may_be_same(known, new, number):
                pairing.pair(known, new)


def _pair_extended(
    pairing: Pairing[PlaceT], last: Iterable[PlaceT], may_be_same: Callable[[PlaceT, PlaceT], bool]
) -> None:
    """Pair what the last version had with the only new one whose name extends its own, or the other way round."""
    in_last = {place.id for place in last}
    vanished = [known for known in pairing.known_left if known.id in in_last]
    pairing.pair_only(
        (known, new)
        for known, new in product(vanished, pairing.new_left)
        if is_extended(name_of(known), name_of(new)) and may_be_same(known, new)
    )


def name_of(entry: Room | Track | Speaker) -> str:
    """The name that people know it by; a track's is its title."""
    return entry.title if isinstance(entry, Track) else entry.name


def _id_of_name(place: Room | Track) -> str | None:
    """The id, where it is made of a name, perhaps a former one; None where it is the source's own key."""
    return place.id if place.source_key == slug(name_of(place)) else None


def _on_other_floor(room: Room, new: Room) -> bool:
    return bool(room.floor and new.floor) and words_of(room.floor) != words_of(new.floor)


def _has_other_key(known: NamedT, new: NamedT) -> bool:
    """Tell whether the format has keys of its own, rather than ones made of the names, and these differ."""
    keys = [entry.source_key for entry in (known, new) if entry.source_key != slug(name_of(entry))]
    return len(keys) == 2 and keys[0] != keys[1]


def _is_contested(old_id: str, new_id: str, before: Iterable[HeldTalk], now: Iterable[HeldTalk]) -> bool:
    """Tell whether another talk of the old one is elsewhere now, or one of the new one was elsewhere before."""
    was_there = {title for (title, _), holder in before if holder == old_id}
    is_there = {title for (title, _), holder in now if holder == new_id}
    return any(title in was_there and holder != new_id for (title, _), holder in now) or any(
        title in is_there and holder != old_id for (title, _), holder in before
    )


def _room_talks(schedule: Schedule) -> Sequence[HeldTalk]:
    return [(_talk_key(talk), talk.room.id) for talk in schedule.given if talk.room]


def _track_talks(schedule: Schedule) -> Sequence[HeldTalk]:
    return [(_talk_key(talk), talk.track.id) for talk in schedule.given if talk.track]


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
