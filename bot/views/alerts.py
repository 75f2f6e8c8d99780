"""What organisers are told: a reminder cannot reach anybody, the schedule's new version is not served."""

from datetime import datetime

from bot.views import ids
from bot.views.blocks import actions, button, confirmation, escape, section, shorten
from bot.views.message import Message

_ALERT_REASONS = {
    "channel_not_found": "the channel is gone, or I was never in it",
    "is_archived": "the channel is archived",
    "channel_is_archived": "the channel is archived",
    "not_in_channel": "I am not in the channel any more",
    "restricted_action": "only some people may post there",
    "user_disabled": "the account is deactivated",
}


def rejected_alert(why: str, usable: int) -> Message:
    """A new version of the schedule is not served; `usable` is the number by which it can be all the same, or 0."""
    told = f"The schedule has changed, but I still serve the last good one. {escape(shorten(why, 1_500))}"
    if not usable:
        return Message(told, (section(told),))
    sure = confirmation(
        "Use this version?",
        "What it lacks is cancelled, and those who count on it are told at once.",
        "Use it",
        "Not yet",
    )
    use = button("Use it anyway", ids.USE_SOURCE, str(usable), confirm=sure)
    told += " If that is meant, use it anyway."
    return Message(told, (section(told), actions([use])))


def used_anyway_message(revision: int, by: str) -> Message:
    """Said in place of the alert, to everyone who saw it."""
    text = f"The schedule has changed, and I had refused the new version. <@{by}> used it anyway: revision {revision}."
    return Message(text, (section(text),))


def failure_alert(what: str, where: str, error: str) -> Message:
    """`what` could not be reached: a `channel` (its id in `where`), `people`, or a `message` that Slack refuses."""
    reason = _ALERT_REASONS.get(error, "Slack refuses it")
    told = f"{reason} (`{escape(error)}`)"
    if what == "channel":
        text = (
            f"Reminders for <#{escape(where)}> are off: {told}. "
            "To have them again, invite me there and turn them on: `remind here`."
        )
    elif what == "people":
        text = f"Some people get no reminders any more: {told}. Theirs are off; whoever runs me sees them with `deliveries`."
    else:
        text = (
            f"Slack refused a message of mine: {told}. Whoever runs me sees which with `deliveries`; please tell them."
        )
    return Message(text, (section(text),))


def restored_alert(since: datetime) -> Message:
    """The bot was started with a database that knows nothing after this moment."""
    at = f"<!date^{since.timestamp():.0f}^{{date_short_pretty}}, {{time}}|{since:%Y-%m-%d %H:%M} UTC>"
    text = (
        f"I was restored from a backup: what happened after {at} I may not know. "
        "What people saved or changed since is lost. What I may have sent since, I look for in Slack before I send it. "
        "Who got a notice of a change since gets no other one now, so please look over the latest changes."
    )
    return Message(text, (section(text),))
