"""The differences between two versions of a schedule, talk by talk, and whether they are plausible."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.schedule.identity.names import words_of
from bot.schedule.identity.settle import settle
from bot.schedule.models import Conference, Room, Schedule, Talk

ChangeKind = Literal["new", "reinstated", "cancelled", "moved", "retitled", "speakers", "full"]


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """One change of a talk; `moved` is a new time, a new room, or both, and `speakers` are other people."""

    kind: ChangeKind
    talk: Talk  # as it is now; a cancelled or removed talk as it was
    before: Talk | None = None  # None where the talk was not there before, or is not now

    @property
    def versions(self) -> tuple[Talk, ...]:
        """The talk before the change, if the change recorded it, and the talk after it."""
        return (self.before, self.talk) if self.before else (self.talk,)


def schedule_changes(before: Schedule, after: Schedule) -> tuple[ScheduleChange, ...]:
    """List every change of every talk: first the cancelled talks, then the others, each group in order of start.

    Talks are matched by id. New abstracts, links, room names and spellings of a title are not reported, because nobody
    has to be in another place for them. For a cancelled talk, the cancellation is the only change that is reported.
    """
    cancelled = [
        ScheduleChange("cancelled", talk) for talk in before.given if _is_inactive(after.talk_by_id.get(talk.id))
    ]
    changed = [change for talk in after.given for change in _changes_of_active(before.talk_by_id.get(talk.id), talk)]
    return (*cancelled, *changed)


def notable_changes(before: Schedule, after: Schedule) -> tuple[ScheduleChange, ...]:
    """List the changes as `schedule_changes` does, but no speakers where one version names none, and the other most.

    In this case the speakers have not changed: the source of that version leaves them out.
    """
    fewer, more = sorted(map(_share_with_speakers, (before, after)))
    is_untold = fewer == 0 and more > 1 / 2
    changes = schedule_changes(before, after)
    return tuple(change for change in changes if not (is_untold and change.kind == "speakers"))


def _share_with_speakers(schedule: Schedule) -> float:
    talks = [talk for talk in schedule.given if not talk.is_break]
    return sum(bool(talk.speakers) for talk in talks) / max(len(talks), 1)


def talk_changes(before: Talk | None, after: Talk | None) -> tuple[ScheduleChange, ...]:
    """List the changes of one talk; `None` stands for a version that does not have the talk."""
    if after is None or after.cancelled:
        return (ScheduleChange("cancelled", before),) if before and not before.cancelled else ()
    return tuple(_changes_of_active(before, after))


def _changes_of_active(before: Talk | None, talk: Talk) -> Iterator[ScheduleChange]:
    if before is None:
        yield ScheduleChange("new", talk)
        return
    if before.cancelled:
        yield ScheduleChange("reinstated", talk)
        return
    if _new_time(before, talk) or _new_room(before.room, talk.room):
        yield ScheduleChange("moved", talk, before)
    if words_of(before.title) != words_of(talk.title):
        yield ScheduleChange("retitled", talk, before)
    if _new_speakers(before, talk):
        yield ScheduleChange("speakers", talk, before)
    if talk.full and not before.full:
        yield ScheduleChange("full", talk, before)


def _is_inactive(talk: Talk | None) -> bool:
    return talk is None or talk.cancelled


def _new_time(before: Talk, talk: Talk) -> bool:
    return (before.start, before.end) != (talk.start, talk.end)


def _new_room(before: Room | None, room: Room | None) -> bool:
    """Tell whether this is another room, not just a new name or a new id for the same one."""
    if before is None or room is None:
        return before is not room
    return before.id != room.id and before.place != room.place


def _new_speakers(before: Talk, talk: Talk) -> bool:
    """Tell whether these are other people, perhaps namesakes, not just a new order or spelling of the same ones."""
    return {speaker.id for speaker in before.speakers} != {speaker.id for speaker in talk.speakers}


MAX_CHANGED_SHARE = 0.2  # of the talks that are not cancelled

MAX_RETITLED_SHARE = 0.5  # with those that lost their speakers; many titles are only filled in late

# In a small conference a fifth is less than one talk. One may always go, and two may always change: they swap places.
MAY_ALWAYS_GO, MAY_ALWAYS_CHANGE = 1, 2


def implausible_because(last: Schedule, candidate: Schedule, served: Schedule, now: datetime) -> str:
    """Say why `candidate` is probably not a later version of `last`; empty if it may well be.

    The reason continues “In the new version”: `3 of 5 talks are gone`. A talk with another id may be the same one.
    Talks that are over do not count, nor does what is `served` already, because organisers changed it.
    """
    if set(last.conference.days).isdisjoint(candidate.conference.days):
        return f"the days are {_days_text(candidate)}, not {_days_text(last)}"
    settled = settle(last, candidate).schedule
    to_come = [talk for talk in last.given if now < talk.end]
    if reason := _other_times_of_day(last.conference, candidate.conference, to_come):
        return reason
    news = {(change.kind, change.talk.id) for change in schedule_changes(served, settled)}
    changed = {(change.kind, change.talk.id) for change in notable_changes(last, settled) if _is_suspect(change)} & news
    kinds: tuple[ChangeKind, ...] = ("cancelled", "moved", "retitled", "speakers")
    gone, moved, retitled, lost = (sum((kind, talk.id) in changed for talk in to_come) for kind in kinds)
    known = len(to_come)
    if gone and not candidate.given:
        return f"all {known} talks are gone" if known > 1 else "the only talk is gone"
    share = MAX_CHANGED_SHARE * known
    states: dict[str, int] = {}
    if gone > max(share, MAY_ALWAYS_GO) or gone + moved > max(share, MAY_ALWAYS_CHANGE):
        states |= {"gone": gone, "at another time or place": moved}
    if retitled + lost > max(MAX_RETITLED_SHARE * known, MAY_ALWAYS_CHANGE):
        states |= {"under another title": retitled, "without their speakers": lost}
    return " and ".join(_counts(known, states)) or _lost_day(
        last, to_come, [talk for talk in to_come if ("cancelled", talk.id) not in changed]
    )


def _other_times_of_day(last: Conference, conference: Conference, talks: Iterable[Talk]) -> str:
    """Name the time zones, as a reason, if another one would show the start of a talk at another time of day."""
    if all(last.local(talk.start).utcoffset() == conference.local(talk.start).utcoffset() for talk in talks):
        return ""
    return f"the time zone is {conference.timezone.key}, not {last.timezone.key}"


def _is_suspect(change: ScheduleChange) -> bool:
    """Tell whether a change counts; other speakers do only if none is left."""
    return change.kind != "speakers" or not change.talk.speakers


def _lost_day(last: Schedule, known: Iterable[Talk], left: Iterable[Talk]) -> str:
    """Name a day that has lost all its talks, as a reason; one talk may always go."""
    days = Counter(last.day_of(talk.start) for talk in known)
    days_left = {last.day_of(talk.start) for talk in left}
    lost = next((day for day, talks in days.items() if talks > MAY_ALWAYS_GO and day not in days_left), None)
    return f"all {days[lost]} talks of {_day_text(lost)} are gone" if lost else ""


def _counts(known: int, numbers: dict[str, int]) -> Sequence[str]:
    """Count the talks of each kind: `1 of 5 talks is gone`, `3 are at another time or place`."""
    parts: list[str] = []
    for state, number in numbers.items():
        if number:
            of = "" if parts else f" of {known} talks"
            parts.append(f"{number}{of} {'is' if number == 1 else 'are'} {state}")
    return parts


def _days_text(schedule: Schedule) -> str:
    first, last = schedule.conference.days[0], schedule.conference.days[-1]
    return _day_text(first) if first == last else f"{_day_text(first)} to {_day_text(last)}"


def _day_text(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
