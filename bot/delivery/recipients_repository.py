"""SQL for recipients: people's settings, saved talks and interests, channels' subscriptions, and audiences.

An audience is the conversations that a talk, a track or a change concerns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from bot.db.database import Transaction
from bot.db.sql import values_params, values_table
from bot.db.tables import (
    ACTIVE,
    AGENDA,
    DELIVERIES,
    DELIVERY_TALKS,
    DISMISSALS,
    FEEDBACK,
    INTERESTS,
    PEOPLE,
    POSSIBLY_POSTED,
    SUBSCRIPTIONS,
)
from bot.delivery.models import NOTICE, REMINDER, rank_by_audience
from bot.planning.interests import Profile

PRAISE = "green"  # the vote of those who liked a talk

TALKS = ("talk", "start", "track", "room", "announced")  # the columns that `audience_of_changes` reads

Person = tuple[str, str]  # workspace, person

Conversations = Select[*tuple[Any, ...]]

_SUBSCRIPTION_KEY = ("workspace", "conversation", "track", "room")

_A, _D, _P, _S, _T = AGENDA.c, DELIVERIES.c, PEOPLE.c, SUBSCRIPTIONS.c, DELIVERY_TALKS.c

_WANTS_MESSAGES = or_(_P.reminded, _P.digest, _P.catch_up)


async def save(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    """Put a talk on a person's agenda; false when it was there."""
    row = {"workspace": workspace, "person": person, "talk": talk, "saved_at": await tx.now()}
    return (await tx.execute(tx.insert(AGENDA).values(row).on_conflict_do_nothing())).rowcount > 0


async def unsave(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    """Take a talk off a person's agenda; false when it was not there."""
    c = AGENDA.c
    deleted = await tx.execute(delete(AGENDA).where(c.workspace == workspace, c.person == person, c.talk == talk))
    return deleted.rowcount > 0


async def saved(tx: Transaction, workspace: str, person: str) -> frozenset[str]:
    """The ids of the talks on a person's agenda; some may not be in the schedule any more."""
    return (await saved_by_person(tx, [(workspace, person)]))[workspace, person]


async def saved_by_person(tx: Transaction, people: Sequence[Person]) -> Mapping[Person, frozenset[str]]:
    """The same for each of several people."""
    talks: dict[Person, set[str]] = {person: set() for person in people}
    workspaces, names = zip(*talks, strict=True)
    parameters = values_params(tx.on_postgresql, workspace=workspaces, person=names)
    for row in await tx.execute(_saved_query(tx.on_postgresql), parameters):
        talks[row.workspace, row.person].add(row.talk)
    return {person: frozenset(ids) for person, ids in talks.items()}


@cache  # every answer reads it, and to build a statement takes longer than to run it
def _saved_query(on_postgresql: bool) -> Select[str, str, str]:
    given, a = values_table(on_postgresql, "workspace", "person").c, AGENDA.c
    return select(a.workspace, a.person, a.talk).where(a.workspace == given.workspace, a.person == given.person)


@dataclass(frozen=True, slots=True)
class Preferences:
    """One person's settings. The defaults are those of a person who never chose any."""

    reminded: bool = False
    lead: int = 10  # minutes before the start
    digest: bool = False
    channel: str = ""  # the id of their direct message, which editing and reading back need; empty until it was opened
    zone: str = ""  # the name of their time zone at Slack
    by_saved: bool = False  # what they saved and liked tells what interests them
    catch_up: bool = False  # in the evening they learn of recordings of what they missed

    @property
    def reminder_lead(self) -> int | None:
        """Minutes before a talk at which they are reminded; None where reminders are off."""
        return self.lead if self.reminded else None

    @property
    def wants_messages(self) -> bool:
        """Tell whether any message comes by itself; then announcements do, too."""
        return self.reminded or self.digest or self.catch_up


async def preferences(tx: Transaction, workspace: str, person: str, *, lock: bool = False) -> Preferences | None:
    """A person's settings; nothing when they never chose any. With `lock` nobody else changes them meanwhile."""
    c = PEOPLE.c
    own = select(PEOPLE).where(c.workspace == workspace, c.person == person)
    row = (await tx.execute(own.with_for_update() if lock else own)).one_or_none()
    return Preferences(**{name: getattr(row, name) for name in Preferences.__slots__}) if row else None


async def insert_preferences(tx: Transaction, workspace: str, person: str, first: Preferences) -> bool:
    """Give a person their first settings; false when they have some. Another first change waits for this row."""
    values = await _preferences_row(tx, workspace, person, first)
    return (await tx.execute(tx.insert(PEOPLE).values(values).on_conflict_do_nothing())).rowcount > 0


async def save_preferences(tx: Transaction, workspace: str, person: str, wanted: Preferences) -> None:
    values = await _preferences_row(tx, workspace, person, wanted)
    new = tx.insert(PEOPLE).values(values)
    await tx.execute(new.on_conflict_do_update(index_elements=("workspace", "person"), set_=values))


async def _preferences_row(tx: Transaction, workspace: str, person: str, wanted: Preferences) -> dict[str, Any]:
    return asdict(wanted) | {"workspace": workspace, "person": person, "changed_at": await tx.now()}


async def direct_channels(tx: Transaction, workspace: str, people: list[str]) -> dict[str, str]:
    c = PEOPLE.c
    query = select(c.person, c.channel).where(c.workspace == workspace, c.person.in_(people), c.channel != "")
    return {row.person: row.channel for row in await tx.execute(query)}


async def disable_messages(tx: Transaction, workspace: str, person: str) -> None:
    """Turn off all messages that come to a person by themselves."""
    c = PEOPLE.c
    off = update(PEOPLE).where(c.workspace == workspace, c.person == person)
    await tx.execute(off.values(reminded=False, digest=False, catch_up=False))


async def remember_direct_channel(tx: Transaction, workspace: str, person: str, channel: str) -> None:
    """Keep the id of a person's direct message, if the person has settings."""
    c = PEOPLE.c
    await tx.execute(update(PEOPLE).where(c.workspace == workspace, c.person == person).values(channel=channel))


async def insert_attendees(
    tx: Transaction, workspace: str, choices: Mapping[str, Preferences], agendas: Mapping[str, Sequence[str]]
) -> None:
    """Insert many new people for a rehearsal: by user id, their settings and the ids of their saved talks."""
    now = await tx.now()
    people = [asdict(settings) | {"person": person} for person, settings in choices.items()]
    saved_talks = [{"person": person, "talk": talk} for person, talks in agendas.items() for talk in talks]
    if people:
        await tx.execute(insert(PEOPLE).values(workspace=workspace, changed_at=now), people)
    if saved_talks:
        await tx.execute(insert(AGENDA).values(workspace=workspace, saved_at=now), saved_talks)


async def profiles_of(tx: Transaction, workspace: str, people: Sequence[str]) -> Mapping[str, Profile]:
    """The profile of each of these people, by person."""
    topics = await _values(tx, INTERESTS.c.topic, workspace, people)
    saved = await _values(tx, AGENDA.c.talk, workspace, people)
    liked = await _values(tx, FEEDBACK.c.talk, workspace, people, FEEDBACK.c.vote == PRAISE)
    dismissed = await _values(tx, DISMISSALS.c.talk, workspace, people)
    c = PEOPLE.c
    query = select(c.person, c.by_saved, c.catch_up).where(c.workspace == workspace, c.person.in_(people))
    choices = {row.person: (row.by_saved, row.catch_up) for row in await tx.execute(query)}
    return {
        person: Profile(
            tuple(sorted(topics.get(person, ()))),
            *choices.get(person, (False, False)),
            saved=frozenset(saved.get(person, ())),
            liked=frozenset(liked.get(person, ())),
            dismissed=frozenset(dismissed.get(person, ())),
        )
        for person in people
    }


async def set_interests(tx: Transaction, workspace: str, person: str, topics: Sequence[str]) -> None:
    """Store these topics, each once, in place of the earlier ones."""
    c, now = INTERESTS.c, await tx.now()
    await tx.execute(delete(INTERESTS).where(c.workspace == workspace, c.person == person))
    rows = [
        {"workspace": workspace, "person": person, "topic": topic, "named_at": now} for topic in dict.fromkeys(topics)
    ]
    if rows:
        await tx.execute(tx.insert(INTERESTS).values(rows).on_conflict_do_nothing())


async def dismiss(tx: Transaction, workspace: str, person: str, talk: str) -> None:
    """Never suggest this talk to this person again."""
    row = {"workspace": workspace, "person": person, "talk": talk, "dismissed_at": await tx.now()}
    await tx.execute(tx.insert(DISMISSALS).values(row).on_conflict_do_nothing())


async def _values(
    tx: Transaction, column: Column[Any], workspace: str, people: Sequence[str], *where: ColumnElement[bool]
) -> dict[str, list[str]]:
    """The values of a column in the rows of these people, by person."""
    c = column.table.c
    rows = await tx.execute(
        select(c.person, column.label("value")).where(c.workspace == workspace, c.person.in_(people), *where)
    )
    values: dict[str, list[str]] = {}
    for row in rows:
        values.setdefault(row.person, []).append(row.value)
    return values


@dataclass(frozen=True, slots=True)
class Subscription:
    """Reminders for one channel. A channel may have several, for tracks or rooms; it gets each session once."""

    workspace: str
    conversation: str  # the channel's id
    lead: int  # minutes before the start
    turned_on_by: str  # a Slack user id
    track: str = ""  # a track's id; empty for all
    room: str = ""  # a room's id; empty for all


async def add_subscription(tx: Transaction, subscription: Subscription) -> bool:
    """Add a subscription, or change the lead time of the one there is; false when that changes nothing."""
    existing = await subscriptions_of_channel(tx, subscription.workspace, subscription.conversation)
    wanted = (subscription.track, subscription.room, subscription.lead)
    if wanted in {(active.track, active.room, active.lead) for active in existing}:
        return False
    values = asdict(subscription) | {"active": True, "ended_because": "", "changed_at": await tx.now()}
    new = tx.insert(SUBSCRIPTIONS).values(values)
    await tx.execute(new.on_conflict_do_update(index_elements=_SUBSCRIPTION_KEY, set_=values))
    return True


async def end_subscriptions(tx: Transaction, workspace: str, conversation: str, because: str) -> bool:
    """End all subscriptions of a channel, and keep the reason; false when it had none."""
    c = SUBSCRIPTIONS.c
    ended = await tx.execute(
        update(SUBSCRIPTIONS)
        .where(c.workspace == workspace, c.conversation == conversation, c.active)
        .values(active=False, ended_because=because, changed_at=await tx.now())
    )
    return ended.rowcount > 0


async def subscriptions_of_channel(tx: Transaction, workspace: str, conversation: str) -> tuple[Subscription, ...]:
    """The active subscriptions of one channel."""
    c = SUBSCRIPTIONS.c
    query = select(SUBSCRIPTIONS).where(c.workspace == workspace, c.conversation == conversation, c.active)
    return tuple(map(_subscription_from_row, await tx.execute(query.order_by(c.id))))


async def subscriptions_of_workspace(tx: Transaction, workspace: str) -> tuple[Subscription, ...]:
    """The active subscriptions of all channels of a workspace."""
    c = SUBSCRIPTIONS.c
    query = select(SUBSCRIPTIONS).where(c.workspace == workspace, c.active)
    return tuple(map(_subscription_from_row, await tx.execute(query.order_by(c.conversation, c.id))))


async def follow_channel(tx: Transaction, workspace: str, old: str, new: str) -> None:
    """Give a channel's subscriptions and deliveries the id that Slack gave to the channel."""
    for column in (
        SUBSCRIPTIONS.c.conversation,
        DELIVERIES.c.conversation,
        DELIVERY_TALKS.c.conversation,
        DELIVERIES.c.channel,
    ):
        table = column.table
        await tx.execute(update(table).where(table.c.workspace == workspace, column == old).values({column.name: new}))


def _subscription_from_row(row: Row[Any]) -> Subscription:
    return Subscription(row.workspace, row.conversation, row.lead, row.turned_on_by, row.track, row.room)


@dataclass(frozen=True, slots=True)
class Audience:
    """The number of people, and the channels, that a message goes to."""

    people: int = 0
    channels: tuple[str, ...] = ()  # ids

    @property
    def size(self) -> int:
        """The number of messages that it takes to reach everyone."""
        return self.people + len(self.channels)


def people_who_saved(workspace: str, talk: str) -> Conversations:
    """The people who saved this talk, except those who want no messages."""
    saved = and_(_A.workspace == workspace, _A.talk == talk)
    return select(_A.workspace, _A.person.label("conversation")).where(saved, _wants(_A.workspace, _A.person))


def channels_reminded(workspace: str, track: str = "") -> Conversations:
    """The channels that have reminders on; with a track's id, those that get the reminders of all its talks."""
    wanted = [_S.workspace == workspace, _S.active]
    wanted += [or_(_S.track == track, and_(_S.track == "", _S.room == ""))] if track else []
    return select(_S.workspace, _S.conversation).where(*wanted).distinct()


def everyone(workspace: str) -> CompoundSelect[Any]:
    """All channels that have reminders on, and all people who get reminders or another message that comes by itself."""
    people = select(_P.workspace, _P.person.label("conversation")).where(_P.workspace == workspace, _WANTS_MESSAGES)
    return union(channels_reminded(workspace), people)


def audience_of_changes(on_postgresql: bool) -> CompoundSelect[Any]:
    """All conversations that changes of some talks concern: `(talk, start, workspace, conversation)`.

    The statement's parameters bring the talks along (see `db.sql.values_params`), with the columns TALKS: a row for
    each pair of a track and a room that a talk is or was in, empty where it has none. `announced` is empty for talks
    that channels are not told of. `start` is passed through.
    """
    changed = values_table(on_postgresql, *TALKS).c
    saved = select(changed.talk, changed.start, _A.workspace, _A.person.label("conversation"))
    saved = saved.where(_A.talk == changed.talk, _wants(_A.workspace, _A.person))
    same_track = or_(_S.track == "", _S.track == changed.track)
    same_room = or_(_S.room == "", _S.room == changed.room)
    subscribed = select(changed.talk, changed.start, _S.workspace, _S.conversation)
    subscribed = subscribed.where(_S.active, same_track, same_room, changed.announced != "")
    notified = select(changed.talk, changed.start, _T.workspace, _T.conversation)
    notified = notified.where(_T.talk == changed.talk, _was_notified())
    return union(saved, subscribed, notified)


async def count_audience(
    tx: Transaction, recipients: Conversations | CompoundSelect[Any], parameters: Mapping[str, Any] | None = None
) -> Audience:
    """Count these recipients, each conversation once."""
    c = recipients.subquery("who").c
    each = select(c.workspace, c.conversation).distinct().subquery("each").c
    channel = rank_by_audience(each.conversation, 1, 0) == 1
    people = select(func.count()).select_from(select(each.conversation).where(~channel).subquery("people"))
    channels = select(each.conversation).where(channel).order_by(each.conversation)
    number = (await tx.execute(people, parameters)).scalar_one()
    return Audience(number, tuple((await tx.execute(channels, parameters)).scalars()))


def _was_notified() -> ColumnElement[bool]:
    """In SQL: whether an item was posted, in a channel or to a person who wants messages.

    The person may have removed the talk from their agenda since, but knows when it starts from the reminder.
    """
    posted = and_(_D.id == _T.delivery, _D.state.in_(POSSIBLY_POSTED), ACTIVE)
    channel = and_(rank_by_audience(_T.conversation, 1, 0) == 1, _T.kind.in_((REMINDER, NOTICE)))
    person = and_(_T.kind == REMINDER, _wants(_T.workspace, _T.conversation))
    return and_(posted, or_(channel, person))


def _wants(workspace: ColumnElement[str], person: ColumnElement[str]) -> ColumnElement[bool]:
    """In SQL: whether a person wants any messages."""
    return exists().where(_P.workspace == workspace, _P.person == person, _WANTS_MESSAGES)
