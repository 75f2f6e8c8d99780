"""Watching the operator's schedule, at the start and while the bot runs, and checking each new version.

A new version is a candidate. It is served if it is whole and valid, if two looks in a row found the same, and if it is
plausible. Otherwise it is set aside, the last accepted version serves on, and the organisers are asked.
"""

import asyncio
import operator
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot import telemetry
from bot.clock import monotonic
from bot.errors import BotError, ScheduleError
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.source import URL_POLL_S, Found, ScheduleSource
from bot.redaction import redacted
from bot.schedule.diff import implausible_because
from bot.schedule.identity.settle import settle
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of judging a version: it is served, or there is a problem."""

    problem: str = ""
    usable: int = 0  # the number by which organisers can use the version anyway
    unmerged_on: int = 0  # the revision whose overrides do not fit it; another one is another chance


SERVED = Verdict()


class SourceWatcher:
    """Looks at the source, serves its new versions, and keeps the organisers' alerts about it up to date.

    Its `part` looks again and again once it is started, and at once when it is woken.
    """

    def __init__(
        self,
        source: ScheduleSource,
        conference: LiveSchedule,
        set_alert: SetAlert,
        served: str = "",
        *,
        is_woken: bool = False,
    ) -> None:
        """`served` is the digest of the version that is known to be served already.

        A watcher that `is_woken` when the source has something new looks less often by itself.
        """
        self._source = source
        self._conference = conference
        self._served = served
        self._is_woken = is_woken
        self._usual_interval_s = URL_POLL_S if is_woken else source.interval_s
        self._max_age_s = source.interval_s if is_woken else 0.0
        self.part = Part("source", self.poll, lambda: self.interval_s, limit_s=POLL_LIMIT_S)
        self._first: Found | None = None  # what the first look found, until the start
        self._number, self._edition = 0, 0  # of what the last look found, as the source counts
        self._is_judged = False  # a second look has found the same
        self._verdict = SERVED  # on what was judged last
        self._failures, self._unreachable = 0, ""  # looks in a row that an address did not answer, and the reason
        self._alerts = SourceAlerts(set_alert)
        self._returns = ReturnDetector()
        self._current_at = monotonic()

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
        return SECOND_LOOK_S if self._is_seen_once else self._usual_interval_s

    @property
    def _is_seen_once(self) -> bool:
        return self._number > 0 and not self._is_judged

    @property
    def served_digest(self) -> str:
        """The digest of the source's version, if that is served; else empty."""
        is_read = self._edition == self._source.edition  # others may have read another version meanwhile
        return self._source.digest if is_read and self._is_judged and not self.problem else ""

    @property
    def problem(self) -> str:
        """The reason why the source's version is not served; empty if it is."""
        return self._unreachable or self._verdict.problem

    @property
    def warning(self) -> str:
        """The same for operators, in one line."""
        return _for_operators(self.problem)

    async def first_look(self) -> Schedule:
        """Look for the first time, and return the schedule with which the bot starts: the last accepted one.

        Before any was accepted, it is the source's. Raises the same errors as `ScheduleSource.read`, or the one that
        it found, if there is neither.
        """
        accepted = await self._conference.accepted_source()
        try:
            found = self._first = await self._source.read(0)
        except FetchError as error:
            if accepted is None:
                raise
            self._unreachable = str(error)
            return accepted
        self._note_look()
        if accepted is not None:
            return accepted
        if isinstance(found, BotError):
            raise found
        return found.schedule

    async def start(self, initial: Schedule) -> None:
        """Serve the schedule that `first_look` returned, or the source's newer one if it may be used."""
        found, self._first = self._first, None
        now = await self._conference.conference_now()
        if found is None:  # an operator waits for the start, so it is told at once
            self._failures = FAILURES_BEFORE_ALERT
            await self._alerts.update(SOURCE_ALERT, self._unreachable)
        elif await asyncio.to_thread(_is_version, initial, found, now):
            await self._judge(found, initial)  # one look is enough for what is known, and for the first version of all
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
        # The second look has to find something later than the first did.
        max_age_s = min(SECOND_LOOK_S / 2, self._max_age_s) if self._is_seen_once else self._max_age_s
        try:
            found = await self._source.read(max_age_s)
        except FetchError as error:
            await self._count_failure(error)
            return
        self._failures, self._unreachable = 0, ""
        served, self._served = self._served, ""
        is_new = self._note_look()
        if served and served == self._source.digest:
            self._verdict, self._is_judged, self._current_at = SERVED, True, monotonic()
        elif not is_new:
            await self._judge(found)

    def _note_look(self) -> bool:
        """Note what the source has now; true if that is something new."""
        is_new = self._number != self._source.number
        # Other keys are kept, to recognise the next version, but not for each of many workspaces.
        has_other_keys = self._edition != self._source.edition and self._verdict == SERVED and not self._is_woken
        if is_new or has_other_keys:
            self._is_judged = False
        self._number, self._edition = self._source.number, self._source.edition
        return is_new

    async def _count_failure(self, error: FetchError) -> None:
        """Alert the organisers once an address has not answered for a while."""
        self._failures += 1
        if self._failures >= FAILURES_BEFORE_ALERT:
            self._unreachable = self._unreachable or str(error)
            await self._alerts.update(SOURCE_ALERT, self._unreachable)

    async def _judge(self, found: Found, last: Schedule | None = None) -> None:
        """Serve what the last looks found or set it aside, and bring the alert up to date.

        `last` saves reading it again. When the database fails, the next look tries again.
        """
        verdict = self._verdict
        if not self._is_judged or (verdict.unmerged_on and verdict.unmerged_on != self._conference.current.revision):
            verdict = await self._serve(found, last)
        elif verdict.usable and not await self._conference.has_rejected_version():
            verdict = SERVED  # an organiser used it anyway
        self._verdict, self._is_judged = verdict, True
        await self._alerts.update(SOURCE_ALERT, verdict.problem, verdict.usable)
        if not verdict.problem:
            self._current_at = monotonic()

    async def _serve(self, found: Found, last: Schedule | None) -> Verdict:
        """Serve a version if it is plausible."""
        if isinstance(found, BotError):
            return Verdict(str(found))
        version = await asyncio.to_thread(hash, found.schedule)  # versions themselves would take too much memory
        if why := await self._why_implausible(found.schedule, last) or self._returns.why_refused(version):
            doubts = [_with_settings(doubt) for doubt in found.doubts]
            problem = " ".join([f"In the new version of {redacted(self._source.name)}, {why}.", *doubts])
            return Verdict(problem, await self._conference.reject(found.schedule, problem))
        try:
            served = (await self._conference.publish_source(found.schedule)).schedule
        except ScheduleError:
            await self._conference.refresh()
            text = UNMERGED_TEXT.format(name=redacted(self._source.name))
            return Verdict(text, unmerged_on=self._conference.current.revision)
        if await asyncio.to_thread(operator.eq, served, found.schedule):
            self._source.share(found, served)
        self._returns.accept(version)
        await self._alerts.update(GUESSES_ALERT, "\n".join(map(_with_settings, (*found.doubts, *found.guessed))))
        return SERVED

    async def _why_implausible(self, version: Schedule, last: Schedule | None) -> str:
        last = last or await self._conference.accepted_source()
        served = await self._conference.served() or last
        if last is None or served is None:
            return ""
        now = await self._conference.conference_now()
        return await asyncio.to_thread(implausible_because, last, version, served, now)


class ReturnDetector:
    """Detects a source that goes back and forth between two versions."""

    def __init__(self) -> None:
        self._accepted: list[int] = []  # hashes of the version before the accepted one, and of that one
        self._returns: list[float] = []  # when the source went back to the version before

    def why_refused(self, version: int) -> str:
        """The reason not to serve the version of this hash; empty unless the source goes back to it too often."""
        if len(self._accepted) < 2 or self._accepted[0] != version:
            return ""
        self._returns = [*_within_the_hour(self._returns), monotonic()]
        if len(self._returns) <= MAY_RETURN:
            return ""
        return "everything is as it was two versions ago. The source goes back and forth"

    def accept(self, version: int) -> None:
        """Note the hash of a version that is served now."""
        if self._accepted[-1:] != [version]:
            self._accepted = [*self._accepted[-1:], version]


class SourceAlerts:
    """The organisers' alerts about the source, as they were told last."""

    def __init__(self, set_alert: SetAlert) -> None:
        self._set_alert = set_alert
        self._told: dict[str, tuple[str, int]] = {}  # by subject
        self._opened: list[float] = []  # when the organisers were alerted that the version is not served

    async def update(self, subject: str, text: str, usable: int = 0) -> None:
        """Open, change or close an alert. What the database did not take is tried again at the next look.

        An alert that was opened twice within an hour stays open for the rest of it: the source goes back and forth.
        """
        told, told_usable = self._told.get(subject, (None, 0))
        is_same_text = told is not None and _without_numbers(told) == _without_numbers(text)
        if is_same_text and told_usable == usable:
            return
        is_about_version = subject == SOURCE_ALERT
        if is_about_version and len(_within_the_hour(self._opened)) >= MAY_OPEN and (is_same_text or not text):
            return
        if is_about_version and text:
            _log.warning("a new version of the schedule is not served", usable=usable, reason=_for_operators(text))
        await self._set_alert(subject, text, usable)
        self._told[subject] = text, usable
        if is_about_version and text and not told:
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


def _is_version(known: Schedule, found: Found, now: datetime) -> bool:
    """Tell whether this is the known version, apart from talks that it lacks, which were kept."""
    if isinstance(found, BotError):
        return False
    return known == found.schedule or keep_removed(known, settle(known, found.schedule).schedule, now) == known
