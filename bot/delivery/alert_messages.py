"""The texts of alerts to organisers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message, actions, and_more, button, confirmation, escape, section, sections, shorten
from bot.delivery.organiser_alerts import LOST_SCOPE
from bot.schedule.texts import counted

_ALERT_REASONS = {
    "channel_not_found": "the channel is gone, or I'm not in it",
    "is_archived": "the channel is archived",
    "channel_is_archived": "the channel is archived",
    "not_in_channel": "I'm no longer in the channel",
    "restricted_action": "only some people may post there",
    "user_disabled": "the account is deactivated",
}

MAX_CONFLICTS = MAX_RENAMED = 8  # lines in one message

ACTION_CHARACTERS = 150

CONFLICT_TITLE_CHARACTERS = 100

# The words for the kinds of changes (bot.schedule.diff) after their number.
_CHANGE_NAMES = {
    "moved": "moved",
    "cancelled": "cancelled",
    "new": "new",
    "reinstated": "back on",
    "retitled": "retitled",
    "speakers": "with other speakers",
    "full": "full",
}

# The words for the fields of a talk that an organiser may set (bot.schedule.overrides), where the name is none.
_FIELD_NAMES = {"start": "time", "end": "time", "full": "whether it's full", "cancelled": "whether it's on"}


def render_alert(content: dict[str, Any]) -> Message:
    """The alert to organisers with this content; its field `what` gives the kind."""
    subject = content.pop("what")
    if subject == "schedule":
        return rejected_alert(content["error"], content.get("usable", 0))
    if subject == "guesses":
        return guesses_alert(content["error"])
    if subject == LOST_SCOPE:
        return lost_scope_alert(content["where"], content["error"])
    if subject == "restore":
        return restored_alert(datetime.fromisoformat(content["error"]))
    if subject == "revision":
        disputes = [ConflictSummary(**conflict) for conflict in content.pop("disputes")]
        return revision_message(RevisionSummary(**content, disputes=disputes))
    return failure_alert(subject, content["where"], content["error"])


def rejected_alert(why: str, usable: int) -> Message:
    """An alert that a new version of the schedule is not served.

    `usable` is its number if it can be used anyway, or 0.
    """
    text = (
        f"The schedule's source has changed, but I'm still using the last good version. {escape(shorten(why, 1_500))}"
    )
    if not usable:
        return Message(text, (section(text),))
    confirm = confirmation(
        "Use this version?",
        "Sessions missing from it are cancelled, and the people affected are notified at once.",
        "Use it",
        "Not yet",
    )
    use = button("Use it anyway", action_ids.USE_SOURCE, str(usable), confirm=confirm)
    text += " If the change is right, use it anyway."
    return Message(text, (section(text), actions([use])))


def guesses_alert(guesses: str) -> Message:
    """An alert of what was guessed when the schedule's source was read, one guess or question in each line."""
    lines = ["I had to guess while reading the schedule's source. Please check:"]
    lines += [f"• {escape(shorten(guess, 700))}" for guess in guesses.splitlines()]
    return Message("\n".join(lines), tuple(sections(lines)))


def used_anyway_message(revision: int, by: str) -> Message:
    """The message that replaces the alert once an organiser used the version anyway."""
    text = f"<@{by}> is using the new version of the schedule anyway: revision {revision}."
    return Message(text, (section(text),))


def failure_alert(what: str, where: str, error: str) -> Message:
    """An alert that Slack refuses a `channel` (with the id `where`), some `people` or a `message`, and its reason."""
    reason = _ALERT_REASONS.get(error, "Slack refuses it")
    explained = f"{reason} (`{escape(error)}`)"
    if what == "channel":
        text = (
            f"Reminders for <#{escape(where)}> are off: {explained}. "
            "To get them back, invite me there and turn them on: `remind here`."
        )
    elif what == "people":
        text = f"I've turned off messages to some people: {explained}. Whoever runs me can list them with `deliveries`."
    else:
        text = (
            f"Slack refused one of my messages: {explained}. Please tell whoever runs me; `deliveries` shows which one."
        )
    return Message(text, (section(text),))


def lost_scope_alert(channel: str, scope: str) -> Message:
    """An alert that a channel follows a track or a room (its name is `scope`) that the schedule no longer has."""
    text = (
        f"<#{escape(channel)}> gets reminders for {escape(scope)}, but the schedule no longer has a session there. "
        "To follow something else, type in that channel `remind here track <name>` or `remind here room <name>`; "
        "to stop, `remind here off`."
    )
    text = text.replace("<name>", "&lt;name&gt;")
    return Message(text, (section(text),))


def restored_alert(since: datetime) -> Message:
    """An alert that the bot was started with a database restored from a backup of `since`, an aware moment."""
    at = f"<!date^{since.timestamp():.0f}^{{date_short_pretty}}, {{time}}|{since:%Y-%m-%d %H:%M} UTC>"
    text = (
        f"I was restored from a backup, so I may not know what happened after {at}. What people saved or changed since then "
        "is lost. Before I send anything that may already have gone out, I look for it in Slack. Notices of changes that went "
        "out since then aren't repeated, so please look over the latest changes."
    )
    return Message(text, (section(text),))


@dataclass(frozen=True, slots=True)
class ConflictSummary:
    """A talk for which the source now says something else than an organiser."""

    title: str
    parts: Sequence[str]  # names of fields; empty when the source no longer has the talk
    deed: str  # the organiser's action, in a few words


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    """A revision of the schedule in figures and words, which a delivery stores as JSON."""

    revision: int
    by: str  # a Slack user id; empty where it came from the source
    deed: str  # their action, in a few words
    changes: Mapping[str, int]  # how many of each kind
    people: int
    channels: int
    disputes: Sequence[ConflictSummary] = ()
    renamed: Sequence[Sequence[str]] = ()  # rooms and tracks: the name before, and the name now
    zones: Sequence[Sequence[str]] = ()  # the time zone before and now, if it is another one

    @property
    def tells(self) -> bool:
        """Tell whether this is news. A source may change a detail, such as the seats that are left, every minute."""
        return bool(self.by or self.changes or self.disputes or self.renamed or self.zones)


def revision_message(summary: RevisionSummary) -> Message:
    """A revision in one line, and one more line for each new name and each conflict with the source."""
    by = (
        f"by <@{summary.by}> ({escape(shorten(summary.deed, ACTION_CHARACTERS))})"
        if summary.by
        else "from the schedule's source"
    )
    parts = [f"{summary.changes[kind]} {word}" for kind, word in _CHANGE_NAMES.items() if summary.changes.get(kind)]
    parts += [f"the time zone is now {now} (was {before})" for before, now in summary.zones]
    what = ", ".join(parts) or "only details"
    lines = [f"Revision {summary.revision}, {by}: {what}. {_notified_text(summary)}"]
    lines += [f"• {escape(before)} is now called {escape(now)}." for before, now in summary.renamed[:MAX_RENAMED]]
    lines += and_more(len(summary.renamed) - MAX_RENAMED, " with a new name")
    lines += [_conflict_line(conflict) for conflict in summary.disputes[:MAX_CONFLICTS]]
    lines += and_more(len(summary.disputes) - MAX_CONFLICTS, " where the source differs")
    return Message("\n".join(lines), tuple(sections(lines)))


def _notified_text(summary: RevisionSummary) -> str:
    counts = [counted(summary.people, "person", "people")] if summary.people else []
    counts += [counted(summary.channels, "channel")] if summary.channels else []
    recipients = " and ".join(counts)
    if not recipients:
        return "Nobody is notified."
    return f"{recipients} {'is' if summary.people + summary.channels == 1 else 'are'} notified."


def _conflict_line(conflict: ConflictSummary) -> str:
    action = escape(shorten(conflict.deed, ACTION_CHARACTERS))
    title = escape(shorten(conflict.title, CONFLICT_TITLE_CHARACTERS))
    if not conflict.parts:
        return f"• The source no longer has _{title}_, which an organiser changed (“{action}”)."
    parts = " and ".join(dict.fromkeys(_FIELD_NAMES.get(part, part) for part in conflict.parts))
    return f"• The source now differs on _{title}_ ({parts}). Your change stays until you undo it (“{action}”)."
