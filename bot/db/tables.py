"""Every table of the database, with its indexes and triggers."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    select,
)
from sqlalchemy.schema import SchemaItem

from bot.db.sql import METADATA, DatabaseTrigger, Id, Moment

FIRST_CONFERENCE = "first"  # the id of the conference that was served before conferences had ids


def _table(name: str, *parts: SchemaItem, **options: Any) -> Table:
    """A table that every database of a workspace has."""
    return Table(name, METADATA, *parts, **options)


def _key(*names: str) -> list[Column[str]]:
    """Columns that are ids or names, and together the beginning of the primary key."""
    return [Column(name, String, primary_key=True) for name in names]


def _text(name: str) -> Column[str]:
    """A column that is empty unless a row says otherwise."""
    return Column(name, String, nullable=False, server_default="")


AGENDA = _table(
    "agenda",
    *_key("workspace", "person"),
    Column("talk", String, primary_key=True, index=True),
    Column("saved_at", Moment, nullable=False),  # real time
)

ALERTS = _table(
    "alerts",
    *_key("workspace", "subject"),  # the subject is like `channel C1`, or the hash of a longer one
    Column("content", Text, nullable=False),  # JSON, from which the message is rendered
    Column("opened_at", Moment, nullable=False),  # real time, like the next one
    Column("closed_at", Moment),  # null while it is open; in the future if it closes by itself
)

AMENDMENTS = _table(
    "amendments",
    Column("id", Integer, primary_key=True),
    Column("by", String, nullable=False),  # a Slack user id
    Column("at", Moment, nullable=False),  # real time
    Column("deed", String, nullable=False),  # in a few words for people
    Column("content", Text, nullable=False),  # a JSON list of edits
    Column("undone_by", String, nullable=False),  # a Slack user id; empty while it stands
    Column("undone_at", Moment),
    Column("conference", String, nullable=False, server_default=FIRST_CONFERENCE),  # as in `sources`
)

CONVERSATIONS = _table(
    "conversations",
    *_key("workspace", "conversation", "person"),  # the conversation is a channel, a direct message, or a thread in one
    Column("memory", Text, nullable=False),  # small JSON that only the handlers of questions read
    Column("at", Moment, nullable=False, index=True),  # real time
)

PENDING, LEASED, POSTING, SENT = "pending", "leased", "posting", "sent"

UNKNOWN = "unknown"  # the request may have reached Slack; its outcome is not known

DEAD = "dead"  # Slack will never accept it

EXPIRED = "expired"  # too late to be useful

CANCELLED = "cancelled"  # no longer wanted, or no longer correct

NO_LEASE = {"lease": "", "lease_until": None}

ENDED, UNFINISHED = (SENT, DEAD, EXPIRED, CANCELLED), (PENDING, LEASED, POSTING, UNKNOWN)

SURELY_NOT_POSTED, POSSIBLY_POSTED = (PENDING, LEASED), (POSTING, UNKNOWN, SENT)

DELIVERIES = _table(
    "deliveries",
    Column("id", Id, primary_key=True),  # also in the metadata of the posted message
    Column("workspace", String, nullable=False),
    Column("conversation", String, nullable=False),  # the recipient: the id of a channel or a person
    Column("kind", String, nullable=False),
    _text("occasion"),  # distinguishes messages that may be sent more than once
    Column("state", String, nullable=False),
    _text("reason"),  # why it is in this state
    Column("changed_at", Moment, nullable=False),  # when it entered this state; real time
    Column("rank", Integer, nullable=False),
    Column("start", Moment, nullable=False),  # of its talks; conference time, like the next two
    Column("due", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("content", Text, nullable=False, server_default=""),  # small JSON, for what the talks alone do not say
    Column("corrects", Id, nullable=False, server_default=""),  # the delivery whose message it edits
    Column("revision", Integer, nullable=False, server_default="0"),  # of the schedule from which it was written
    Column("since", Integer, nullable=False, server_default="0"),  # of a notice: the revision that its readers know
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),  # real time, like all times that follow
    _text("lease"),
    Column("lease_until", Moment),
    Column("posted_at", Moment),  # when the request was started; it may have taken a while
    _text("channel"),  # of the posted message, like its timestamp
    _text("ts"),
)

DELIVERY_TALKS = _table(
    "delivery_talks",
    Column("delivery", Id, primary_key=True),
    Column("talk", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("conversation", String, nullable=False),
    _text("occasion"),
    Column("due", Moment, nullable=False),
    Column("withdrawn", String),  # why the line is no longer part of the message; null while it is
)

DISMISSALS = _table(
    "dismissals",
    *_key("workspace", "person", "talk"),  # the talk is not suggested to them again
    Column("dismissed_at", Moment, nullable=False),  # real time
)

DELIVERY_EVENTS = _table(
    "delivery_events",
    Column("id", Integer, primary_key=True),
    Column("delivery", Id, nullable=False, index=True),
    Column("at", Moment, nullable=False),  # real time
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
)

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


def _partial(name: str, *columns: ColumnElement[Any], where: ColumnElement[bool], unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, postgresql_where=where, sqlite_where=where)


# All columns of the order in which deliveries are leased: many have the same start, and each lease would sort them.
QUEUE_INDEX = _partial("deliveries_in_turn", _D.workspace, _D.rank, _D.start, _D.due, _D.id, where=_D.state == PENDING)

_partial("deliveries_under_way", _D.lease_until, where=_D.state.in_((LEASED, POSTING)))

_partial("deliveries_unknown", _D.not_before, where=_D.state == UNKNOWN)

_partial("deliveries_corrected", _D.corrects, where=_D.corrects != "")


Index("deliveries_of_conversation", _D.workspace, _D.conversation, _D.start)

# Each conversation gets a line only once, whichever lead time asks for it and whichever process finds it due.
UNIQUE_ITEM = (_T.talk, _T.start, _T.workspace, _T.conversation, _T.kind, _T.occasion)

ACTIVE = _T.withdrawn.is_(None)

_partial("delivery_talks_told_once", *UNIQUE_ITEM, where=ACTIVE, unique=True)

# Triggers log every change of a delivery's state, so that no statement can forget to.
# PostgreSQL logs all rows of a statement together: row by row, the log costs as much as the change itself.
_AUDIT_VALUES = "INSERT INTO delivery_events (delivery, at, state, reason)"

_AUDIT_ROW = f"{_AUDIT_VALUES} VALUES (NEW.id, NEW.changed_at, NEW.state, NEW.reason)"

_AUDIT_ALL = f"{_AUDIT_VALUES} SELECT fresh.id, fresh.changed_at, fresh.state, fresh.reason FROM fresh"  # noqa: S608  # nothing in it is from outside

AUDIT_TRIGGERS = (
    DatabaseTrigger(
        "note_new_delivery",
        postgresql=("AFTER INSERT ON deliveries REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT", _AUDIT_ALL),
        sqlite=("AFTER INSERT ON deliveries", _AUDIT_ROW),
    ),
    DatabaseTrigger(
        "note_delivery",
        postgresql=(
            "AFTER UPDATE ON deliveries REFERENCING OLD TABLE AS was NEW TABLE AS fresh FOR EACH STATEMENT",
            f"{_AUDIT_ALL} JOIN was ON was.id = fresh.id WHERE was.state <> fresh.state",
        ),
        sqlite=("AFTER UPDATE OF state ON deliveries WHEN OLD.state <> NEW.state", _AUDIT_ROW),
    ),
)

FEEDBACK = _table(
    "feedback",
    Column("workspace", String, primary_key=True),
    Column("person", String, primary_key=True),  # so that a vote can be changed; no report shows it
    Column("talk", String, primary_key=True, index=True),
    Column("vote", String, nullable=False),
    Column("comment", Text, nullable=False),
    Column("voted_at", Moment, nullable=False),  # real time
)

FEEDS = _table(
    "feeds",
    *_key("workspace", "person"),
    Column("token", String, nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),  # real time
)

INTERESTS = _table(
    "interests",
    *_key("workspace", "person", "topic"),  # the topic as they typed it
    Column("named_at", Moment, nullable=False),  # real time
)

PAUSES = _table(
    "holds",
    *_key("workspace", "what"),  # a Web API method, or a name for all of them
    Column("until", Moment),  # real time; null for a pause without an end
    Column("because", String, nullable=False),
    Column("by", String, nullable=False),
)

UNINSTALLS = Table(
    "departures",
    MetaData(),
    Column("workspace", String, primary_key=True),
    Column("at", Moment, nullable=False),  # real time
)

# These two are beside the installations, like the one before: they are for all workspaces of a database.
WORKSPACES = Table(
    "workspaces",
    UNINSTALLS.metadata,
    Column("workspace", String, primary_key=True),
    Column("due_at", Moment, nullable=False, index=True),  # when it has to be opened next; real time, like the others
    Column("active_at", Moment),  # when somebody used the bot there last
    _text("conference"),
    Column("revision", Integer, nullable=False, server_default="0"),
    _text("source"),  # the digest of its schedule's source, if that is served
    Column("problem", Text, nullable=False, server_default=""),  # why it could not be opened
    Column("failures", Integer, nullable=False, server_default="0"),  # to open it, in a row
)

OPEN_WORKSPACES = Table(
    "open_workspaces",
    UNINSTALLS.metadata,
    Column("workspace", String, primary_key=True),
    Column("process", String, primary_key=True),
    Column("until", Moment, nullable=False),  # the process is gone if it did not put this off; real time
)

VERSIONS = _table(
    "versions",
    Column("version", Integer, nullable=False),
    Column("min_version", Integer, nullable=False),  # the oldest version of the bot that may still use this database
)

PACING = _table(
    "pacing",
    *_key("workspace", "bucket"),  # the bucket is a Web API method, or `channel:` and an id
    Column("free_at", Moment, nullable=False, index=True),  # the next free slot; real time
)

PEOPLE = _table(
    "people",
    *_key("workspace", "person"),
    Column("reminded", Boolean, nullable=False),
    Column("lead", Integer, nullable=False),
    Column("digest", Boolean, nullable=False),
    Column("channel", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("by_saved", Boolean, nullable=False, server_default=false()),  # saved and liked talks count as interests
    Column("catch_up", Boolean, nullable=False, server_default=false()),  # recordings of missed talks in the evening
    Column("changed_at", Moment, nullable=False),  # real time
)

REMINDERS = _table(
    "reminders",
    Column("talk", String, primary_key=True),
    Column("start", Moment, primary_key=True),  # conference time, like all times here
    Column("lead", Integer, primary_key=True),  # minutes
    Column("due", Moment, nullable=False),
    Column("track", String, nullable=False),
    Column("room", String, nullable=False),
    Column("announced", Boolean, nullable=False),  # to channels; breaks are not
    Column("begun_by", String),  # the batch that created its deliveries; null before
)

_UNCLAIMED = REMINDERS.c.begun_by.is_(None)

Index("reminders_to_begin", REMINDERS.c.due, postgresql_where=_UNCLAIMED, sqlite_where=_UNCLAIMED)

QUESTIONS = _table(
    "questions",
    Column("workspace", String, primary_key=True),
    Column("day", Date, primary_key=True),  # at the venue
    Column("kind", String, primary_key=True),  # one of bot.questions.results.KINDS
    Column("answered", Boolean, primary_key=True),
    Column("times", Integer, nullable=False),
)


def _anchor() -> list[Column[Any]]:
    """An anchor of a rehearsal's clock: at this real time it is this conference time, and goes on at this speed."""
    return [
        Column("id", Integer, primary_key=True),
        Column("machine", Moment, nullable=False),
        Column("conference", Moment, nullable=False),
        Column("speed", Float, nullable=False),
    ]


REHEARSAL = _table(  # one row, whose id is 1
    "rehearsal",
    *_anchor(),
    Column("began", Moment),  # the conference time that it began at (QCON_NOW); null if an older version began it
)

FORMER_ANCHORS = _table("former_anchors", *_anchor())  # before each jump or change of speed

RESTORED = _table(
    "restored",
    Column("id", Integer, primary_key=True),  # always 1
    Column("since", Moment, nullable=False),  # the last change that this database knows; real time
    Column("revision", Integer, nullable=False),  # the newest revision that this database knows
    # Both are null before the first start after the restore:
    Column("settled", Moment),  # when Slack surely shows everything posted before; real time
    Column("until", Moment),  # talks that start by then may have been announced; conference time
)

REVISIONS = _table(
    "revisions",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_by", String, nullable=False),  # a Slack user id, or `file`
    Column("because", String, nullable=False),
    Column("published_at", Moment, nullable=False),  # real time
)

NEWEST_NUMBER = select(func.coalesce(func.max(REVISIONS.c.number), 0)).scalar_subquery()

SEEN = _table(
    "seen",
    Column("key", String, primary_key=True),  # a key for an event_id or a trigger_id
    Column("first_by", String, nullable=False),  # a token of the request that came first
    Column("at", Moment, nullable=False, index=True),  # real time
)

SOURCES = _table(
    "sources",
    Column("number", Integer, primary_key=True),
    Column("document", LargeBinary, nullable=False),  # as bot.schedule.yaml.dump writes it
    Column("seen_at", Moment, nullable=False),  # real time
    Column("accepted", Boolean, nullable=False),
    Column("because", String, nullable=False),  # why it was refused; empty if it was accepted
    Column("conference", String, nullable=False, server_default=FIRST_CONFERENCE),  # all its versions share this id
    sqlite_autoincrement=True,  # numbers are never reused: a button must not come to mean another version
)

_S = SOURCES.c

NEWEST_OF_CONFERENCES = select(func.max(_S.number)).where(_S.accepted).group_by(_S.conference)

NEWEST_ACCEPTED = select(func.coalesce(func.max(_S.number), 0)).where(_S.accepted).scalar_subquery()

CURRENT_CONFERENCE = func.coalesce(
    select(_S.conference).where(_S.number == NEWEST_ACCEPTED).scalar_subquery(), FIRST_CONFERENCE
)

SUBSCRIPTIONS = _table(
    "subscriptions",
    Column("id", Integer, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("track", String, nullable=False),
    Column("room", String, nullable=False),
    Column("lead", Integer, nullable=False),
    Column("turned_on_by", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("ended_because", String, nullable=False),
    Column("changed_at", Moment, nullable=False),  # real time
    UniqueConstraint("workspace", "conversation", "track", "room"),
)

UNANSWERED = _table(
    "unanswered",
    Column("day", Date, primary_key=True),  # the venue's
    Column("words", String, primary_key=True),
    Column("times", Integer, nullable=False),
)
