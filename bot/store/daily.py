"""What people get once a day about the talks they saved: the morning's digest, the evening's question how it was."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, insert, literal, select

from bot.store import restored
from bot.store.agenda import AGENDA
from bot.store.columns import Moment
from bot.store.database import Transaction
from bot.store.deliveries import (
    ACTIVE,
    DELIVERIES,
    DELIVERY_TALKS,
    DIGEST,
    LOW,
    UNIQUE_ITEM,
)
from bot.store.envelopes import NO_EXPIRY, NO_TALK
from bot.store.people import PEOPLE

_T = DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class DailyMessage:
    """One kind of message on one day of the venue's calendar, to everyone who wants it and saved one of its talks."""

    kind: str  # DIGEST or EVENING
    day: str  # ISO 8601
    due: datetime  # conference time
    expires: datetime  # conference time
    talks: Sequence[str]


async def enqueue_daily(tx: Transaction, message: DailyMessage) -> int:
    """Make the deliveries of this round for those who have none yet; how many these are."""
    batch = secrets.token_hex(6)
    here = {"kind": literal(message.kind), "occasion": literal(message.day), "due": literal(message.due, Moment)}
    await _insert_daily_lines(tx, here, _recipient_lines(batch, message))
    await _insert_daily_lines(tx, here, _saved_talk_lines(batch, message))
    return await _daily_deliveries(tx, batch, message)


def _recipient_lines(batch: str, message: DailyMessage) -> Select[*tuple[Any, ...]]:
    """Each person once: a line without a talk stands for the round."""
    p, a = PEOPLE.c, AGENDA.c
    saved = exists().where(a.workspace == p.workspace, a.person == p.person, a.talk.in_(message.talks))
    delivery = literal(batch) + "." + p.workspace + "." + p.person + f".{message.kind}-{message.day}"
    wants = p.digest if message.kind == DIGEST else p.reminded
    columns = (delivery, p.workspace, p.person, literal(NO_TALK), literal(NO_EXPIRY, Moment))
    return select(*columns).where(wants, saved)


def _saved_talk_lines(batch: str, round_: DailyMessage) -> Select[*tuple[Any, ...]]:
    """The talks that those people saved."""
    a = AGENDA.c
    columns = (_T.delivery, _T.workspace, _T.conversation, a.talk, literal(NO_EXPIRY, Moment))
    mine = (a.workspace == _T.workspace, a.person == _T.conversation, a.talk.in_(round_.talks))
    return select(*columns).where(*_daily_id_prefix(batch), _T.talk == NO_TALK, *mine)


async def _insert_daily_lines(tx: Transaction, here: Mapping[str, Any], source: Select[*tuple[Any, ...]]) -> None:
    columns = ("delivery", "workspace", "conversation", "talk", "start", *here)
    lines = tx.insert(DELIVERY_TALKS).from_select(columns, source.add_columns(*here.values()))
    await tx.execute(lines.on_conflict_do_nothing(index_elements=UNIQUE_ITEM, index_where=ACTIVE))


async def _daily_deliveries(tx: Transaction, batch: str, message: DailyMessage) -> int:
    values = {
        "id": _T.delivery,
        "workspace": _T.workspace,
        "conversation": _T.conversation,
        "kind": _T.kind,
        "occasion": _T.occasion,
        "start": _T.due,
        "due": _T.due,
        "expires": literal(message.expires, Moment),
        "rank": literal(LOW),
        "content": literal(json.dumps(message.day)),
        "changed_at": literal(await tx.now(), Moment),
        **restored.initial_state(restored.starts_before_restore(_T.due), "of the day"),
    }
    rows = select(*values.values()).where(*_daily_id_prefix(batch), _T.talk == NO_TALK)
    return (await tx.execute(insert(DELIVERIES).from_select(list(values), rows))).rowcount


def _daily_id_prefix(batch: str) -> tuple[Any, ...]:
    return _T.delivery > f"{batch}.", _T.delivery < f"{batch}/"  # "/" comes after "." byte by byte
