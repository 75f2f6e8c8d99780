"""What `qcon-bot deliveries` and `qcon-bot reminders` print: what was sent and why not, and what is going to be."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from bot.conference.office import NothingThereError, Office
from bot.questions import when
from bot.questions.spans import bind
from bot.store import ledger, outlook
from bot.store.fanout import USEFUL_AFTER_START
from bot.store.ledger import Entry, Happening, Wanted
from bot.store.outlook import Coming


async def listing(office: Office, wanted: Wanted, limit: int, *, as_json: bool) -> str:
    """The deliveries wanted, a line each, and how many are in which state."""
    found = await office.database.read(ledger.entries, wanted, limit)
    tally = await office.database.read(ledger.tally, wanted)
    if as_json:
        return _json({"states": tally, "deliveries": [asdict(entry) for entry in found]})
    lines = [_line(office, entry) for entry in found]
    counted = ", ".join(f"{number} {state}" for state, number in tally.items()) or "no deliveries"
    hidden = sum(tally.values()) - len(found)
    return "\n".join([*lines, f"{counted}{f'; {hidden} not shown (--limit)' if hidden else ''}"])


async def explained(office: Office, delivery: str, *, as_json: bool) -> str:
    """Everything that happened to one delivery, and what took how long; an id's beginning is enough."""
    entry = await _the_one(office, delivery)
    happened = await office.database.read(ledger.history, entry.id)
    if as_json:
        return _json({"delivery": asdict(entry), "history": [asdict(one) for one in happened]})
    told = [f"{entry.id}", _line(office, entry), f"due {office.at(entry.due)}, starts {office.at(entry.start)}"]
    steps = (_step(office, one, after) for one, after in zip(happened, (*happened[1:], None), strict=True))
    return "\n".join([*told, *steps, *_lateness(office, entry, happened)])


async def retried(office: Office, delivery: str) -> str:
    """Have it delivered after all: what that came to."""
    entry = await _the_one(office, delivery)
    until = max(office.clock.conference(), entry.start) + USEFUL_AFTER_START
    if await office.database.write(ledger.retry, entry.id, until):
        return f"{entry.id} will be tried again until {office.at(until)}."
    return f"{entry.id} is {entry.state}: only what is dead or expired can be tried again."


async def cancelled(office: Office, delivery: str) -> str:
    """Do not deliver it: what that came to."""
    entry = await _the_one(office, delivery)
    if await office.database.write(ledger.cancel, entry.id):
        return f"{entry.id} is cancelled."
    return f"{entry.id} is {entry.state}: only what is not being posted yet can be cancelled."


async def foreseen(office: Office, day: str, *, as_json: bool) -> str:
    """What is going to be sent on a day that is named as people name it (`tuesday`, `5 march`, `day 2`)."""
    since, until = _span(office, day)
    found = await office.database.read(outlook.coming, since, until)
    if as_json:
        return _json({"reminders": [asdict(one) for one in found]})
    return "\n".join(_foreseen(office, one) for one in found) or "Nobody is to be reminded of anything on that day."


async def _the_one(office: Office, delivery: str) -> Entry:
    found = await office.database.read(ledger.entries, Wanted(id=delivery), 2)
    if len(found) != 1:
        raise NothingThereError(f"{'No delivery' if not found else 'More than one delivery'} begins with {delivery!r}.")
    return found[0]


def _span(office: Office, day: str) -> tuple[datetime, datetime]:
    told, _ = when.find(day.casefold())
    bound = bind(told, office.schedule, office.clock.conference()) if told.day else None
    if bound is None or bound.outside or not bound.spans:
        days = ", ".join(f"{one:%A}".lower() for one in office.schedule.conference.days)
        raise NothingThereError(f"{day!r} is no day of this conference; its days are {days}.")
    return bound.spans[0].start, bound.spans[-1].end


def _line(office: Office, entry: Entry) -> str:
    because = f" ({entry.because})" if entry.because else ""
    talks = ", ".join(entry.talks) or "-"
    return f"{entry.id.split('.')[0]}  {office.at(entry.due)}  {entry.conversation:12} {entry.kind:10} {entry.state}{because}  {talks}"


def _step(office: Office, one: Happening, after: Happening | None) -> str:
    because = f": {one.because}" if one.because else ""
    stayed = f", for {(after.at - one.at).total_seconds():.1f} s" if after else ""
    return f"  {office.at(office.clock.conference_at(one.at))}  {one.state}{because}{stayed}"


def _lateness(office: Office, entry: Entry, happened: Iterable[Happening]) -> list[str]:
    sent = next((one.at for one in happened if one.state == "sent"), None)
    if sent is None:
        return []
    late = office.clock.conference_at(sent) - entry.due
    if late < timedelta(seconds=10):
        return ["it came in time"]
    return [f"it came {round(late.total_seconds())} s after it was due"]


def _foreseen(office: Office, one: Coming) -> str:
    talk = office.schedule.talk_by_id.get(one.talk)
    whom = one.channel or f"{one.people} {'person' if one.people == 1 else 'people'}"
    return f"{office.at(one.due)}  {whom:12}  {talk.title if talk else one.talk}  ({one.lead} minutes before)"


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
