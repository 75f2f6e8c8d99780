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
    AT_LEISURE,
    DELIVERIES,
    DELIVERY_TALKS,
    DIGEST,
    STILL_TOLD,
    TOLD_ONCE,
)
from bot.store.envelopes import NEVER, NO_TALK
from bot.store.people import PEOPLE

_T = DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class Round:
    """One kind of message on one day of the venue's calendar, to everyone who wants it and saved one of its talks."""

    kind: str  # DIGEST or EVENING
    day: str  # ISO 8601
    due: datetime  # conference time
    expires: datetime  # conference time
    talks: Sequence[str]


async def begin(tx: Transaction, round_: Round) -> int:
    """Make the deliveries of this round for those who have none yet; how many these are."""
    batch = secrets.token_hex(6)
    here = {"kind": literal(round_.kind), "occasion": literal(round_.day), "due": literal(round_.due, Moment)}
    await _lines(tx, here, _people(batch, round_))
    await _lines(tx, here, _their_talks(batch, round_))
    return await _envelopes(tx, batch, round_)


def _people(batch: str, round_: Round) -> Select[*tuple[Any, ...]]:
    """Each person once: a line without a talk stands for the round."""
    p, a = PEOPLE.c, AGENDA.c
    saved = exists().where(a.workspace == p.workspace, a.person == p.person, a.talk.in_(round_.talks))
    delivery = literal(batch) + "." + p.workspace + "." + p.person + f".{round_.kind}-{round_.day}"
    wants = p.digest if round_.kind == DIGEST else p.reminded
    columns = (delivery, p.workspace, p.person, literal(NO_TALK), literal(NEVER, Moment))
    return select(*columns).where(wants, saved)


def _their_talks(batch: str, round_: Round) -> Select[*tuple[Any, ...]]:
    """The talks that those people saved."""
    a = AGENDA.c
    columns = (_T.delivery, _T.workspace, _T.conversation, a.talk, literal(NEVER, Moment))
    mine = (a.workspace == _T.workspace, a.person == _T.conversation, a.talk.in_(round_.talks))
    return select(*columns).where(*_of(batch), _T.talk == NO_TALK, *mine)


async def _lines(tx: Transaction, here: Mapping[str, Any], source: Select[*tuple[Any, ...]]) -> None:
    columns = ("delivery", "workspace", "conversation", "talk", "start", *here)
    lines = tx.insert(DELIVERY_TALKS).from_select(columns, source.add_columns(*here.values()))
    await tx.execute(lines.on_conflict_do_nothing(index_elements=TOLD_ONCE, index_where=STILL_TOLD))


async def _envelopes(tx: Transaction, batch: str, round_: Round) -> int:
    values = {
        "id": _T.delivery,
        "workspace": _T.workspace,
        "conversation": _T.conversation,
        "kind": _T.kind,
        "occasion": _T.occasion,
        "start": _T.due,
        "due": _T.due,
        "expires": literal(round_.expires, Moment),
        "rank": literal(AT_LEISURE),
        "content": literal(json.dumps(round_.day)),
        "changed_at": literal(await tx.machine(), Moment),
        **restored.at_first(restored.starting_by_then(_T.due), "of the day"),
    }
    rows = select(*values.values()).where(*_of(batch), _T.talk == NO_TALK)
    return (await tx.execute(insert(DELIVERIES).from_select(list(values), rows))).rowcount


def _of(batch: str) -> tuple[Any, ...]:
    return _T.delivery > f"{batch}.", _T.delivery < f"{batch}/"  # "/" comes after "." byte by byte
