"""What Slack hands out with a payload and takes back for a while: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass

from bot.clock import stopwatch
from bot.playground.standin.refusal import RefusalError

TRIGGER_SECONDS = 3.0  # docs.slack.dev/interactivity/handling-user-interaction
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


@dataclass(slots=True)
class Trigger:
    user: str
    expires: float  # on the stopwatch
    view_id: str = ""  # the modal it was pulled in, for views.push
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    channel: str
    user: str
    expires: float
    message_ts: str = ""  # the message it came from, for replace_original
    thread_ts: str = ""
    uses_left: int = RESPONSE_USES


class Tickets:
    """Both kinds, by the secret that names them. `age` makes all that is out look older, for tests."""

    def __init__(self) -> None:
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view_id: str = "") -> str:
        self._forget()
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, stopwatch() + TRIGGER_SECONDS, view_id)
        return name

    def pull(self, name: str) -> Trigger:
        """Use a trigger id, once and within three seconds; raises RefusalError."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise RefusalError("invalid_trigger_id")
        if trigger.used:
            raise RefusalError("exchanged_trigger_id")
        if stopwatch() > trigger.expires:
            raise RefusalError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, channel: str, user: str, message_ts: str = "", thread_ts: str = "") -> str:
        name = secrets.token_urlsafe(18)
        self._urls[name] = ResponseUrl(channel, user, stopwatch() + RESPONSE_SECONDS, message_ts, thread_ts)
        return name

    def respond(self, name: str) -> ResponseUrl:
        """Use a response URL; raises RefusalError."""
        url = self._urls.get(name)
        if url is None or stopwatch() > url.expires:
            raise RefusalError("expired_url")
        if url.uses_left == 0:
            raise RefusalError("used_url")
        url.uses_left -= 1
        return url

    def age(self, seconds: float) -> None:
        for trigger in self._triggers.values():
            trigger.expires -= seconds
        for url in self._urls.values():
            url.expires -= seconds

    def _forget(self) -> None:
        if len(self._triggers) > 10_000:
            now = stopwatch()
            self._triggers = {name: one for name, one in self._triggers.items() if one.expires > now - 60}
