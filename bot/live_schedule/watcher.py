"""Watching the operator's schedule, at the start and while the bot runs, and checking each new version.

A new version is a candidate. It is served if it is whole and valid, if two looks in a row found the same, and if it is
plausible. Otherwise it is set aside, the last accepted version serves on, and the organisers are asked.
"""

import asyncio
import operator
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot import telemetry
from bot.clock import monotonic
from bot.errors import BotError, ScheduleError
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.source import is_same
from bot.redaction import redacted
from bot.schedule.diff import implausible_because
from bot.schedule.identity.settle import settle
from bot.schedule.importers.models import ImportResult
from bot.schedule.models import Schedule
from bot.schedule.overrides import keep_removed
from bot.supervisor import Part

SECOND_LOOK_S = 1.0  # after a first look that found something new

POLL_LIMIT_S = 300.0  # reading ten thousand talks and building their index takes half a minute on a small machine

MAX_REASON = 300  # characters, for operators

FAILURES_BEFORE_ALERT = 5  # in a row, of an address

HOUR_S = 3600.0

# Within an hour a source may go back to the version before once, since somebody corrects a mistake, and be alerted of
# twice.
MAY_RETURN, MAY_OPEN = 1, 2

# The subjects of alerts: that the source's version is not served, and what was guessed when it was read.
SOURCE_ALERT, GUESSES_ALERT = "schedule", "guesses"

UNMERGED_TEXT = (
    "The new version of {name} can't be combined with the organisers' changes. Undo the changes of sessions that the "
    "new version changes too, in “Changes and undo…”; then it is used."
)

_log = telemetry.logger("conference")

# Sets the alert of a subject: its text, and the number under which a version can be used anyway, or 0. An empty text
# closes the alert.
SetAlert = Callable[[str, str, int], Awaitable[None]]


class WatchedSource(Protocol):
    """A source of one workspace alone, or one that it shares with others."""

    @property
    def name(self) -> str: ...

    @property
    def interval_s(self) -> float: ...

    @property
    def digest(self) -> str: ...

    async def read_if_changed(self, max_age_s: float) -> ImportResult | None: ...


class SourceWatcher:
    """Looks at the source, serves its new versions, and keeps the organisers' alert about it up to date.

    Its `part` looks again and again once it is started, and at once when it is woken.
    """

    def __init__(self, source: WatchedSource, conference: LiveSchedule, set_alert: SetAlert, served: str = "") -> None:
        """`served` is the digest of the version that is known to be served already."""
        self._source = source
        self._served = served
        self.part = Part("source", self.poll, lambda: self.interval_s, limit_s=POLL_LIMIT_S)
        self._conference = conference
        self._set_alert = set_alert
        self._latest: ImportResult | BotError | None = None  # what the last look found
        self._is_judged = False  # two looks found it, and it was served or set aside
        self._problem, self._usable = "", 0  # why it is not served, and the number by which it can be used anyway
        self._unmerged_on = 0  # the revision whose overrides did not fit it; another one is another chance
        self._failures, self._unreachable = 0, ""  # looks in a row that an address did not answer, and the reason
        self._alerts: dict[str, tuple[str, int]] = {}  # as the organisers were told, by subject
        self._current_at = monotonic()
        self._accepted: list[int] = []  # hashes of the version before the source's accepted one, and of that one
        self._returns: list[float] = []  # when the source went back to the version before
        self._opened: list[float] = []  # when the organisers were alerted that its version is not served

    @property
    def age_s(self) -> float:
        """Seconds since the served schedule was last known to be the source's current one."""
        return monotonic() - self._current_at

    @property
    def is_settled(self) -> bool:
        """Tell whether the source's version was served or set aside, or organisers know that it cannot be reached."""
        return self._is_judged or bool(self._unreachable)

    @property
    def interval_s(self) -> float:
        """Seconds to wait before the next look."""
        if self._latest is not None and not self._is_judged:
            return SECOND_LOOK_S
        return self._source.interval_s

    @property
    def served_digest(self) -> str:
        """The digest of the source's version, if that is served; else empty."""
        return self._source.digest if self._is_judged and not self.problem else ""

    @property
    def problem(self) -> str:
        """The reason why the source's version is not served; empty if it is."""
        return self._unreachable or self._problem

    @property
    def warning(self) -> str:
        """The same for operators, in one line."""
        return _for_operators(self.problem)

    async def first_look(self) -> Schedule:
        """Look for the first time, and return the schedule with which the bot starts: the last accepted one.

        Before any was accepted, it is the source's. Raises the same errors as `ScheduleSource.read_if_changed` if there
        is neither.
        """
        accepted = await self._conference.accepted_source()
        try:
            self._latest = await self._source.read_if_changed(0)
        except BotError as error:
            if accepted is None:
                raise
            self._latest = error
        if accepted is not None:
            return accepted
        if not isinstance(self._latest, ImportResult):
            raise FetchError(f"{self._source.name} sent no schedule. Is the address right?")
        return self._latest.schedule

    async def start(self, initial: Schedule) -> None:
        """Serve the schedule that `first_look` returned, or the source's newer one if it may be used."""
        if isinstance(self._latest, FetchError):  # an operator waits for the start, so it is told at once
            self._unreachable, self._latest, self._failures = str(self._latest), None, FAILURES_BEFORE_ALERT
            await self._update_alert(SOURCE_ALERT, self._unreachable)
        elif isinstance(self._latest, ImportResult) and _is_version(
            initial, self._latest.schedule, await self._conference.conference_now()
        ):
            await self._judge(initial)  # one look is enough for what is known, and for the first version of all
        else:
            await asyncio.sleep(SECOND_LOOK_S)
            await self._look()
        await self._conference.refresh()

    async def poll(self) -> bool:
        """Look at the source once; true if a new version is served now. What is new counts at the second look."""
        before = self._conference.current.revision
        await self._look()
        return self._conference.current.revision != before

    async def _look(self) -> None:
        try:
            seen: ImportResult | BotError | None = await self._source.read_if_changed(self._max_age_s)
        except FetchError as error:
            await self._count_failure(error)
            return
        except BotError as error:
            seen = error
        self._failures, self._unreachable = 0, ""
        served, self._served = self._served, ""
        if seen is not None and served and served == self._source.digest:
            self._latest, self._is_judged, self._current_at = seen, True, monotonic()
            return
        if seen is not None and not await asyncio.to_thread(is_same, self._latest, seen):
            self._latest, self._is_judged = seen, False
            return
        if seen is not None and not self._problem:
            self._is_judged = self._is_judged and seen == self._latest  # other keys are kept for the next version
            self._latest = seen
        await self._judge()

    @property
    def _max_age_s(self) -> float:
        """The age of what a look may find: the second look has to find something later than the first did."""
        is_second = self._latest is not None and not self._is_judged
        return SECOND_LOOK_S / 2 if is_second else self._source.interval_s

    async def _count_failure(self, error: FetchError) -> None:
        """Alert the organisers once an address has not answered for a while."""
        self._failures += 1
        if self._failures >= FAILURES_BEFORE_ALERT:
            self._unreachable = self._unreachable or str(error)
            await self._update_alert(SOURCE_ALERT, self._unreachable)

    async def _judge(self, last: Schedule | None = None) -> None:
        """Serve what the last looks found or set it aside, and bring the alert up to date.

        `last` saves reading it again.

        When the database fails, the next look tries again.
        """
        is_other_try = self._unmerged_on and self._unmerged_on != self._conference.current.revision
        if (not self._is_judged or is_other_try) and self._latest is not None:
            self._unmerged_on = 0
            self._problem, self._usable = await self._serve(self._latest, last)
            self._is_judged = True
        elif self._usable and not await self._conference.has_rejected_version():
            self._problem, self._usable = "", 0  # an organiser used it anyway
        await self._update_alert(SOURCE_ALERT, self._problem, self._usable)
        if not self._problem:
            self._current_at = monotonic()

    async def _serve(self, seen: ImportResult | BotError, last: Schedule | None) -> tuple[str, int]:
        """Serve a version if it is plausible. Return why not, and the number by which it can be used anyway."""
        if isinstance(seen, BotError):
            return str(seen), 0
        last = last or await self._conference.accepted_source()
        served = await self._conference.served() or last
        now = await self._conference.conference_now()
        why = await asyncio.to_thread(implausible_because, last, seen.schedule, served, now) if last and served else ""
        version = await asyncio.to_thread(hash, seen.schedule)  # versions themselves would take too much memory
        if len(self._accepted) > 1 and self._accepted[0] == version:
            self._returns = [*_within_the_hour(self._returns), monotonic()]
            if len(self._returns) > MAY_RETURN:
                why = why or "everything is as it was two versions ago. The source goes back and forth"
        if why:
            doubts = [_with_settings(doubt) for doubt in seen.doubts]
            problem = " ".join([f"In the new version of {redacted(self._source.name)}, {why}.", *doubts])
            return problem, await self._conference.reject(seen.schedule, problem)
        try:
            served = (await self._conference.publish_source(seen.schedule)).schedule
        except ScheduleError:
            await self._conference.refresh()
            self._unmerged_on = self._conference.current.revision
            return UNMERGED_TEXT.format(name=redacted(self._source.name)), 0
        if await asyncio.to_thread(operator.eq, served, seen.schedule):  # then one copy in memory is enough
            self._latest = seen = replace(seen, schedule=served)
        if self._accepted[-1:] != [version]:
            self._accepted = [*self._accepted[-1:], version]
        await self._update_alert(GUESSES_ALERT, "\n".join(map(_with_settings, (*seen.doubts, *seen.guessed))))
        return "", 0

    async def _update_alert(self, subject: str, text: str, usable: int = 0) -> None:
        """Open, change or close an alert. What the database did not take is tried again at the next look.

        An alert that was opened twice within an hour stays open for the rest of it: the source goes back and forth.
        """
        told, told_usable = self._alerts.get(subject, (None, 0))
        is_same_text = told is not None and _without_numbers(told) == _without_numbers(text)
        if is_same_text and told_usable == usable:
            return
        if subject == SOURCE_ALERT and len(_within_the_hour(self._opened)) >= MAY_OPEN and (is_same_text or not text):
            return
        if text and subject == SOURCE_ALERT:
            _log.warning("a new version of the schedule is not served", usable=usable, reason=_for_operators(text))
        await self._set_alert(subject, text, usable)
        self._alerts[subject] = text, usable
        if subject == SOURCE_ALERT and text and not told:
            self._opened = [*_within_the_hour(self._opened), monotonic()]


def _within_the_hour(moments: list[float]) -> list[float]:
    return [moment for moment in moments if monotonic() - moment < HOUR_S]


def _without_numbers(text: str) -> str:
    """A text that stays the same when only a count in it changes, which is no news."""
    return re.sub(r"[0-9]+", "", text)


def _for_operators(text: str) -> str:
    """The first line of a reason, without secrets, and not too long."""
    return redacted(text.partition("\n")[0])[:MAX_REASON]


def _with_settings(text: str) -> str:
    """Name the settings of a running bot in place of the options of `qcon-bot import`."""
    return text.replace("--timezone ", "QCON_TIMEZONE=").replace("--name", "QCON_NAME")


def _is_version(known: Schedule, seen: Schedule, now: datetime) -> bool:
    """Tell whether this is the known version, apart from talks that it lacks, which were kept."""
    return known == seen or keep_removed(known, settle(known, seen).schedule, now) == known
