"""Identity of talks: by the source's keys where they can be trusted, and by title, time, room and speakers.

A key alone proves little. Many sources number their entries, so that a key passes to the next entry when one goes; some
give new keys at every download; and one key may stand for several slots. So a key counts together with what a talk is.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.schedule.identity.names import Pairing, Signature, is_similar, words_of
from bot.schedule.models import Conference, Schedule, Talk

_NUMBERED = re.compile(r"(.+?)[-_.:#/][0-9]{1,3}(@.*)?")  # `abc-2`, `abc-2@example.org`

_LAST_NUMBER = re.compile(r"(.*?)([0-9]{1,9})([^0-9]*)")


def known_talks(known: Schedule, version: Schedule) -> Mapping[str, Talk]:
    """The known talk by the id that the new version gives it. New talks are not in it.

    Rooms and speakers must have the same ids in both versions already. Talks that were cancelled count last.
    """
    unchanged = {talk.id: talk for talk in version.talks if talk.cancelled and known.talk_by_id.get(talk.id) == talk}
    matcher = _TalkMatcher(_without(known, unchanged), _without(version, unchanged))
    matcher.match_given()
    matcher.match_cancelled()
    return matcher.pairing.known_by_new | unchanged


def known_additions(added: Schedule, new: Schedule) -> Mapping[str, Talk]:
    """The session that organisers added, by the id that the source gives it now, as `known_talks` does.

    The same title is not enough, since there may well be another session with it: the start or a speaker is the same,
    too.
    """
    known_by_new = known_talks(added, new)
    return {
        id: talk
        for id, talk in known_by_new.items()
        if talk.start == new.talk_by_id[id].start or _people(talk) & _people(new.talk_by_id[id])
    }


def _without(schedule: Schedule, ids: Collection[str]) -> Schedule:
    return replace(schedule, talks=tuple(talk for talk in schedule.talks if talk.id not in ids))


@dataclass(frozen=True, slots=True)
class _KeyTrust:
    """Tell whether the keys of the new version mean the same talks as those of the known one."""

    replaced: bool  # most keys are new: another tool, or a source that makes new keys at every download
    moved_on: bool  # keys have passed to other talks: the source numbers its entries
    passed_on: bool  # at least one key has
    counted: bool  # all keys are successive numbers, which may stand for places in a list
    titles: tuple[Mapping[str, str], Mapping[str, str]]  # by key, in the known version and in the new one

    @classmethod
    def between(cls, known: Iterable[Talk], new: Iterable[Talk]) -> "_KeyTrust":
        titles = {talk.source_key: words_of(talk.title) for talk in known}
        new_titles = {talk.source_key: words_of(talk.title) for talk in new}
        shared = titles.keys() & new_titles.keys()
        kept = sum(titles[key] == new_titles[key] for key in shared)
        all_titles = set(titles.values())
        passed_on = sum(titles[key] != new_titles[key] and new_titles[key] in all_titles for key in shared)
        replaced = 2 * len(shared) < min(len(titles), len(new_titles))
        return cls(replaced, passed_on > kept, passed_on > 0, _are_counted(new_titles), (titles, new_titles))

    @property
    def is_enough(self) -> bool:
        """Tell whether a key and a little more, such as one of the speakers, tell which talk it is."""
        return not (self.replaced or self.moved_on or (self.counted and self.passed_on))

    @property
    def tells_slots(self) -> bool:
        """Tell whether a key tells the slots of one talk apart.

        The numbers of a list also change when only slots do.
        """
        return not (self.replaced or self.counted)

    def is_kept(self, talk: Talk) -> bool:
        """Tell whether the talk's key stands for no talk of another title, in either version."""
        return all(titles.get(_key(talk), _title(talk)) == _title(talk) for titles in self.titles)


def _are_counted(keys: Collection[str]) -> bool:
    """Tell whether the keys differ by their last number only, and these numbers leave no gap."""
    parts = [match for match in map(_LAST_NUMBER.fullmatch, keys) if match]
    numbers = [int(match[2]) for match in parts]
    is_one_kind = len(parts) == len(keys) and len({(match[1], match[3]) for match in parts}) == 1
    return is_one_kind and len(numbers) > 1 and max(numbers) - min(numbers) == len(numbers) - 1


class _TalkMatcher:
    """Matches the talks of two versions. Each step pairs those that are still alone on both sides."""

    def __init__(self, known: Schedule, version: Schedule) -> None:
        self._known, self._version = known, version
        self._trust = _KeyTrust.between(known.given, version.talks)
        self._times_titled = Counter(map(_title, known.given)), Counter(map(_title, version.talks))
        self._times_given = Counter(map(_series, known.given)), Counter(map(_series, version.talks))
        self._times_seen = Counter(map(_title, known.talks)), Counter(map(_title, version.talks))
        self._times_keyed = Counter(map(_key, known.talks)), Counter(map(_key, version.talks))
        self.pairing: Pairing[Talk] = Pairing(known.given, version.talks)

    def match_given(self) -> None:
        """Match the talks that take place."""
        pair = self.pairing.pair_unique
        pair(lambda talk: (_key(talk), _title(talk), talk.start))
        self._match_series()
        pair(lambda talk: (_title(talk), _people(talk), talk.start, _room(talk)))
        pair(lambda talk: (_title(talk), talk.start, _room(talk)))
        pair(lambda talk: (_title(talk), talk.start))
        pair(lambda talk: (_key(talk), _title(talk)))
        pair(lambda talk: (_title(talk), _people(talk)) if talk.speakers else None)
        pair(lambda talk: (_title(talk), _room(talk)) if self._is_only_title(talk) and talk.room else None)
        pair(lambda talk: (talk.start, _room(talk), _people(talk)) if talk.speakers and talk.room else None)
        self._match_spellings()
        if not self._trust.moved_on:
            pair(lambda talk: (_key(talk), _slot(talk)))
            pair(lambda talk: (_key(talk), _people(talk)) if talk.speakers else None)
        if self._trust.replaced:
            self._match_titles()
        self._match_keys(self.pairing, _key, by_start=not self._trust.counted)

    def match_cancelled(self) -> None:
        """Match what is still new with what was cancelled, so that it comes back rather than being new.

        Another slot of a series is new: only the very slot comes back.
        """
        cancelled = [talk for talk in self._known.talks if talk.cancelled]
        back = Pairing(cancelled, self.pairing.new_left)
        back.pair_unique(lambda talk: (_key(talk), _title(talk), talk.start))
        back.pair_unique(lambda talk: (_title(talk), _people(talk), talk.start, _room(talk)))
        self._match_keys(back, lambda talk: _key(talk) if self._is_no_slot(talk) else None, by_start=False)
        back.pair_unique(lambda talk: (_title(talk), _people(talk)) if self._is_no_slot(talk) else None)
        self.pairing.known_by_new.update(back.known_by_new)

    def _match_series(self) -> None:
        """Match the talks that share title and speakers with others: slots of one talk, or breaks."""
        series: defaultdict[Hashable, tuple[list[Talk], list[Talk]]] = defaultdict(lambda: ([], []))
        for side, talks in enumerate((self.pairing.known_left, self.pairing.new_left)):
            for talk in talks:
                series[_series(talk)][side].append(talk)
        for known, new in series.values():
            if known and new and self._is_series(known[0]):
                by_key = self._trust.tells_slots and all(map(self._trust.is_kept, (*known, *new)))
                for new_id, talk in _paired_slots(known, new, self._known.conference, by_key=by_key).items():
                    self.pairing.pair(talk, self._version.talk_by_id[new_id])

    def _match_titles(self) -> None:
        """Match by title alone, if it is the only one on both sides and nothing contradicts."""
        titles = Pairing(self.pairing.known_left, self.pairing.new_left)
        titles.pair_unique(lambda talk: _title(talk) if self._is_only_title(talk) else None)
        for new_id, known in titles.known_by_new.items():
            new = self._version.talk_by_id[new_id]
            if not (known.speakers and new.speakers) or _people(known) & _people(new):
                self.pairing.pair(known, new)

    def _match_keys(self, pairing: Pairing[Talk], key: Signature[Talk], *, by_start: bool) -> None:
        """Match by key what has more in common; what has not is another talk that took the key.

        With `by_start`, the same start is enough where the people do not contradict.
        """
        if self._trust.is_enough:
            keys = Pairing(pairing.known_left, pairing.new_left)
            keys.pair_unique(key)
            for new_id, known in keys.known_by_new.items():
                new = self._version.talk_by_id[new_id]
                is_there_still = by_start and known.start == new.start and not (known.speakers and new.speakers)
                if is_there_still or _is_alike(known, new):
                    pairing.pair(known, new)

    def _match_spellings(self) -> None:
        """Match what was and is in the same room at the same time under a similar title."""
        slots = Pairing(self.pairing.known_left, self.pairing.new_left)
        slots.pair_unique(lambda talk: (talk.start, talk.end, _room(talk)) if talk.room else None)
        for new_id, known in slots.known_by_new.items():
            new = self._version.talk_by_id[new_id]
            if is_similar(known.title, new.title):
                self.pairing.pair(known, new)

    def _is_series(self, talk: Talk) -> bool:
        return any(times[_series(talk)] > 1 for times in self._times_given)

    def _is_only_title(self, talk: Talk) -> bool:
        return all(times[_title(talk)] <= 1 for times in self._times_titled)

    def _is_no_slot(self, talk: Talk) -> bool:
        """Tell whether nothing else, not even what was cancelled, has the talk's title or its key."""
        return all(times[_title(talk)] <= 1 for times in self._times_seen) and all(
            times[_key(talk)] <= 1 for times in self._times_keyed
        )


def _paired_slots(known: list[Talk], new: list[Talk], conference: Conference, *, by_key: bool) -> Mapping[str, Talk]:
    """Pair the slots of a series: first by start and room, then by day, and then by order.

    Keys of their own come first, if they can be trusted (`by_key`), and then order says nothing. But if slots were only
    removed or only added, the slots say which: keys may be numbers that have passed to the next slot.
    """
    slots_known, slots_new = set(map(_slot, known)), set(map(_slot, new))
    has_keys = by_key and len({_series_key(talk) for talk in (*known, *new)}) > 1
    pairing = Pairing(known, new)
    if has_keys and not (slots_new <= slots_known or slots_known <= slots_new):
        pairing.pair_unique(_key)
    pairing.pair_in_order(_slot)
    pairing.pair_in_order(lambda talk: talk.start)
    pairing.pair_in_order(lambda talk: conference.date_of(talk.start))
    if not has_keys:
        pairing.pair_in_order(lambda _: "")
    return pairing.known_by_new


def _series_key(talk: Talk) -> str:
    """The key without a number at its end."""
    numbered = _NUMBERED.fullmatch(talk.source_key)
    return f"{numbered[1]}{numbered[2] or ''}" if numbered else talk.source_key


def _is_alike(talk: Talk, other: Talk) -> bool:
    """Tell whether two talks have a similar title, the same abstract, or a speaker in common."""
    is_told_alike = is_similar(talk.title, other.title) or bool(talk.abstract and talk.abstract == other.abstract)
    return is_told_alike or not _people(talk).isdisjoint(_people(other))


def _key(talk: Talk) -> str:
    return talk.source_key


def _title(talk: Talk) -> str:
    return words_of(talk.title)


def _people(talk: Talk) -> frozenset[str]:
    return frozenset(speaker.id for speaker in talk.speakers)


def _series(talk: Talk) -> Hashable:
    return _title(talk), _people(talk)


def _room(talk: Talk) -> str:
    return talk.room.id if talk.room else ""


def _slot(talk: Talk) -> Hashable:
    return talk.start, _room(talk)
