"""Payloads to the bot over HTTP, signed as Slack signs them."""

import hashlib
import hmac
import json
from itertools import count
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.clock import Clock
from bot.playground.standin.line import ANSWER_SECONDS, Acknowledgement, Attempt, PayloadKind

FORM_TYPE = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: str) -> str:
    """docs.slack.dev/authentication/verifying-requests-from-slack"""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


class HttpTransport:
    """Posts to one or more request URLs in turn, as a load balancer before many nodes would."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, secret: str, urls: tuple[str, ...]) -> None:
        self._session = session
        self._clock = clock
        self._secret = secret
        self._urls = urls
        self._turn = count()

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        """One POST; refused, broken and late answers are told apart."""
        body, content_type = _encode_body(kind, payload)
        headers = self._signed(body) | {"Content-Type": content_type} | _retry_headers(attempt)
        url = self._urls[next(self._turn) % len(self._urls)]
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            async with self._session.post(url, data=body.encode(), headers=headers, timeout=timeout) as response:
                answer = await response.text()
                return _read_acknowledgement(response, answer)
        except TimeoutError:
            return Acknowledgement(ok=False, failure="operation_timeout", reason="http_timeout", status=0)
        except aiohttp.ClientError:
            return Acknowledgement(ok=False, failure="dispatch_failed", reason="connection_failed", status=0)

    async def verify_url(self, challenge: str) -> Acknowledgement:
        """What Slack asks when a request URL is entered: the challenge comes back."""
        return await self.send("events_api", {"type": "url_verification", "challenge": challenge}, Attempt())

    def _signed(self, body: str) -> dict[str, str]:
        timestamp = str(int(self._clock.real_now().timestamp()))
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }


def _encode_body(kind: PayloadKind, payload: dict[str, Any]) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    if kind == "slash_commands":
        return urlencode(payload), FORM_TYPE
    return urlencode({"payload": json.dumps(payload)}), FORM_TYPE


def _retry_headers(attempt: Attempt) -> dict[str, str]:
    if attempt.number == 0:
        return {}
    return {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}


def _read_acknowledgement(response: aiohttp.ClientResponse, answer: str) -> Acknowledgement:
    may_retry = response.headers.get("X-Slack-No-Retry") != "1"
    if not 200 <= response.status < 300:
        return Acknowledgement(
            ok=False, failure="dispatch_failed", reason="http_error", status=response.status, may_retry=may_retry
        )
    body: Any = answer or None
    if answer and response.content_type == "application/json":
        body = json.loads(answer)
    return Acknowledgement(ok=True, body=body, status=response.status, may_retry=may_retry)
