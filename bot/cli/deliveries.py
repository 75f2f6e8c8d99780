"""Run `qcon-bot deliveries` and `qcon-bot reminders`: messages sent, not sent with reasons, and planned."""

import json
from argparse import Namespace as Arguments
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from bot.cli.session import NotFound, OperatorSession, print_report
from bot.db.tables import ENDED, UNFINISHED
from bot.delivery import administration, reminder_plan
from bot.delivery.administration import DeliveryEvent, DeliveryFilter, DeliveryRecord
from bot.delivery.models import KINDS, USEFUL_AFTER_START
from bot.delivery.reminder_plan import ForecastItem
from bot.errors import BotError
from bot.questions.time_expressions import time_of
from bot.questions.time_resolution import resolve
from bot.schedule.texts import counted


def run_deliveries(arguments: Arguments) -> int:
    """List what was sent and what was not, explain one delivery, try it again or cancel it."""
    for name, value, known in (("state", arguments.state, (*UNFINISHED, *ENDED)), ("kind", arguments.kind, KINDS)):
        if value and value not in known:
            raise BotError(f"There is no {name} {value!r}. Choose one of {', '.join(known)}.")
    wanted = DeliveryFilter("", arguments.state, arguments.to, arguments.talk, arguments.kind)
    if (arguments.retry or arguments.cancel) and not arguments.id:
        raise BotError("Give the delivery's id, or the start of it: `qcon-bot deliveries` lists them.")

    async def report(session: OperatorSession) -> str:
        if arguments.retry:
            return await retry(session, arguments.id)
        if arguments.cancel:
            return await cancel(session, arguments.id)
        if arguments.id:
            return await explain_report(session, arguments.id, as_json=arguments.json)
        return await list_report(session, wanted, arguments.limit, as_json=arguments.json)

    return print_report(report)


def run_reminders(arguments: Arguments) -> int:
    """Show in advance what will be sent on a day."""
    report = partial(forecast_report, day=arguments.day, as_json=arguments.json)
    return print_report(report)


async def list_report(session: OperatorSession, criteria: DeliveryFilter, limit: int, *, as_json: bool) -> str:
    """The deliveries wanted, a line each, and how many are in which state."""
    found = await session.database.read(administration.list_deliveries, criteria, limit)
    tally = await session.database.read(administration.count_by_state, criteria)
    if as_json:
        return _to_json({"states": tally, "deliveries": [asdict(entry) for entry in found]})
    lines = [_delivery_line(session, entry) for entry in found]
    counted = ", ".join(f"{number} {state}" for state, number in tally.items()) or "no deliveries"
    hidden = sum(tally.values()) - len(found)
    return "\n".join([*lines, f"{counted}{f'; {hidden} not shown (--limit)' if hidden else ''}"])


async def explain_report(session: OperatorSession, delivery: str, *, as_json: bool) -> str:
    """Everything that happened to one delivery, and what took how long; an id's beginning is enough."""
    entry = await _find_delivery(session, delivery)
    happened = await session.database.read(administration.delivery_history, entry.id)
    if as_json:
        return _to_json({"delivery": asdict(entry), "history": [asdict(event) for event in happened]})
    told = [
        f"{entry.id}",
        _delivery_line(session, entry),
        f"due {session.format_moment(entry.due)}, starts {session.format_moment(entry.start)}",
    ]
    steps = (_history_line(session, event, after) for event, after in zip(happened, (*happened[1:], None), strict=True))
    return "\n".join([*told, *steps, *_lateness(session, entry, happened)])


async def retry(session: OperatorSession, delivery: str) -> str:
    """Queue a dead or expired delivery again, and return the sentence that says so."""
    entry = await _find_delivery(session, delivery)
    until = max(session.clock.conference_now(), entry.start) + USEFUL_AFTER_START
    if await session.database.write(administration.retry_delivery, entry.id, until):
        return f"{entry.id} will be tried again until {session.format_moment(until)}."
    return f"{entry.id} is {entry.state}. Only dead or expired deliveries can be tried again."


async def cancel(session: OperatorSession, delivery: str) -> str:
    """Cancel a delivery that is not being posted yet, and return the sentence that says so."""
    entry = await _find_delivery(session, delivery)
    if await session.database.write(administration.cancel_delivery, entry.id):
        return f"{entry.id} is cancelled."
    return f"{entry.id} is {entry.state}. Only deliveries that aren't being posted yet can be cancelled."


async def forecast_report(session: OperatorSession, day: str, *, as_json: bool) -> str:
    """List the messages planned for a day, named as people name it (`tuesday`, `5 march`, `day 2`)."""
    since, until = _day_span(session, day)
    found = await session.database.read(reminder_plan.forecast_sends, since, until)
    if as_json:
        return _to_json({"reminders": [asdict(item) for item in found]})
    return "\n".join(_forecast_line(session, item) for item in found) or "There are no reminders on that day."


async def _find_delivery(session: OperatorSession, delivery: str) -> DeliveryRecord:
    """The delivery whose id begins so, or that has this code in the log. Raises NotFound."""
    read = session.database.read
    found = await read(administration.list_deliveries, DeliveryFilter(id=delivery), 2)
    if not found and (logged := await read(administration.id_of_logged, delivery)):
        found = await read(administration.list_deliveries, DeliveryFilter(id=logged), 2)
    if len(found) != 1:
        raise NotFound(
            f"More than one delivery has an id that begins with {delivery!r}. Give more of the id."
            if found
            else f"No delivery has an id that begins with {delivery!r}. `qcon-bot deliveries` lists them."
        )
    return found[0]


def _day_span(session: OperatorSession, day: str) -> tuple[datetime, datetime]:
    told = time_of(day)
    bound = resolve(told, session.schedule, session.clock.conference_now()) if told.day else None
    if bound is None or bound.outside or not bound.spans:
        days = ", ".join(f"{day:%A}".lower() for day in session.schedule.conference.days)
        raise NotFound(f"{day!r} isn't a day of this conference. Its days are {days}.")
    return bound.spans[0].start, bound.spans[-1].end


def _delivery_line(session: OperatorSession, entry: DeliveryRecord) -> str:
    because = f" ({entry.because})" if entry.because else ""
    talks = ", ".join(entry.talks) or "-"
    return f"{entry.id.split('.')[0]}  {session.format_moment(entry.due)}  {entry.conversation:12} {entry.kind:10} {entry.state}{because}  {talks}"


def _history_line(session: OperatorSession, event: DeliveryEvent, after: DeliveryEvent | None) -> str:
    because = f": {event.because}" if event.because else ""
    stayed = f", for {(after.at - event.at).total_seconds():.1f} s" if after else ""
    return f"  {session.format_moment(session.clock.conference_at(event.at))}  {event.state}{because}{stayed}"


def _lateness(session: OperatorSession, entry: DeliveryRecord, happened: Iterable[DeliveryEvent]) -> list[str]:
    sent = next((event.at for event in happened if event.state == "sent"), None)
    if sent is None:
        return []
    late = session.clock.conference_at(sent) - entry.due
    if late < timedelta(seconds=10):
        return ["it was sent on time"]
    return [f"it was sent {round(late.total_seconds())} s after it was due"]


def _forecast_line(session: OperatorSession, item: ForecastItem) -> str:
    talk = session.schedule.talk_by_id.get(item.talk)
    whom = item.channel or counted(item.people, "person", "people")
    return f"{session.format_moment(item.due)}  {whom:12}  {talk.title if talk else item.talk}  ({item.lead} minutes before)"


def _to_json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, default=_json_default)


def _json_default(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
