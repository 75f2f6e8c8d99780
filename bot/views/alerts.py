"""What organisers are told when a reminder cannot reach anybody."""

from bot.views.blocks import escape, section, shorten
from bot.views.message import Message

_REASONS = {
    "channel_not_found": "the channel is gone, or I was never in it",
    "is_archived": "the channel is archived",
    "channel_is_archived": "the channel is archived",
    "not_in_channel": "I am not in the channel any more",
    "restricted_action": "only some people may post there",
    "user_disabled": "the account is deactivated",
}


def alert(what: str, where: str, error: str) -> Message:
    """`what` could not be reached: a `channel` (its id in `where`), `people`, or a `message` that Slack refuses.

    Or it is the `schedule`, whose new version is not served; `error` says why in a sentence.
    """
    if what == "schedule":
        told = f"The schedule has changed, but I still serve the last good one. {escape(shorten(error, 1_500))}"
        return Message(told, (section(told),))
    reason = _REASONS.get(error, "Slack refuses it")
    told = f"{reason} (`{escape(error)}`)"
    if what == "channel":
        text = (
            f"Reminders for <#{escape(where)}> are off: {told}. "
            "To have them again, invite me there and turn them on: `remind here`."
        )
    elif what == "people":
        text = f"Some people get no reminders any more: {told}. Theirs are off; `qcon-bot deliveries` lists them."
    else:
        text = f"Slack refused a message of mine: {told}. `qcon-bot deliveries` says which; please tell my operator."
    return Message(text, (section(text),))
