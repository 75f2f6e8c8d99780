"""What Slack hands out with a payload and takes back for a while: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass

from bot.clock import monotonic
from bot.playground.standin.refusal import SlackRefusal

TRIGGER_SECONDS = 3.0  # docs.slack.dev/interactivity/handling-user-interaction
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


@dataclass(slots=True)
class TriggerId:
    user: str
    expires: float  # on the stopwatch
    view_id: str = ""  # the modal it was pulled in, for views.push
    used: bool = False


@dataclass(slots=True)
class ResponseUrlToken:
    channel: str
    user: str
    expires: float
    message_ts: str = ""  # the message it came from, for replace_original
    thread_ts: str = ""
    uses_left: int = RESPONSE_USES


class Tokens:
    """Both kinds, by the secret that names them. `make_older` makes all that is out look older, for tests."""

    def __init__(self) -> None:
        self._triggers: dict[str, TriggerId] = {}
        self._urls: dict[str, ResponseUrlToken] = {}

    def trigger(self, user: str, view_id: str = "") -> str:
        self._drop_expired()
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = TriggerId(user, monotonic() + TRIGGER_SECONDS, view_id)
        return name

    def use_trigger(self, name: str) -> TriggerId:
        """Use a trigger id, once and within three seconds; raises SlackRefusal."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        if monotonic() > trigger.expires:
            raise SlackRefusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, channel: str, user: str, message_ts: str = "", thread_ts: str = "") -> str:
        name = secrets.token_urlsafe(18)
        self._urls[name] = ResponseUrlToken(channel, user, monotonic() + RESPONSE_SECONDS, message_ts, thread_ts)
        return name

    def respond(self, name: str) -> ResponseUrlToken:
        """Use a response URL; raises SlackRefusal."""
        url = self._urls.get(name)
        if url is None or monotonic() > url.expires:
            raise SlackRefusal("expired_url")
        if url.uses_left == 0:
            raise SlackRefusal("used_url")
        url.uses_left -= 1
        return url

    def make_older(self, seconds: float) -> None:
        for trigger in self._triggers.values():
            trigger.expires -= seconds
        for url in self._urls.values():
            url.expires -= seconds

    def _drop_expired(self) -> None:
        if len(self._triggers) > 10_000:
            now = monotonic()
            self._triggers = {name: one for name, one in self._triggers.items() if one.expires > now - 60}
