"""What a request from Slack is, in the few words that a log line and a metric may use of it."""

import secrets
from dataclasses import dataclass
from typing import Any

_EVENTS = {"app_mention": "mention", "message": "message", "app_home_opened": "home"}
_INTERACTIONS = {
    "block_actions": "press",
    "block_suggestion": "type_ahead",
    "view_submission": "submission",
    "shortcut": "shortcut",
    "message_action": "shortcut",
}
REQUEST_KINDS = ("command", *_EVENTS.values(), *dict.fromkeys(_INTERACTIONS.values()), "other")


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """One request, without a word of what it says or who sent it."""

    kind: str  # one of REQUEST_KINDS
    key: str  # what Slack repeats when it sends the same again: an event's id, an interaction's trigger; may be empty
    id: str  # follows it through the log, and into the reply when something breaks

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> "RequestInfo":
        """`body` as Bolt parsed it."""
        key = str(body.get("event_id") or body.get("trigger_id") or "")
        return cls(_request_kind(body), key, key[-12:] or secrets.token_hex(6))


def _request_kind(body: dict[str, Any]) -> str:
    if "command" in body:
        return "command"
    event = body.get("event")
    if isinstance(event, dict):
        return _EVENTS.get(str(event.get("type")), "other")
    return _INTERACTIONS.get(str(body.get("type")), "other")
