"""Post to one workspace, and tell what became of it: sent, refused, rate limited, or unknown.

Nothing is ever posted twice by itself. Messages that arrived can be read back.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

# A refusal holds for this message, for this conversation or for this token; empty when it may pass.
RefusalScope = Literal["", "message", "conversation", "workspace"]

_SCOPES: dict[str, RefusalScope] = dict.fromkeys(
    (
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
    ),
    "message",
)


_SCOPES |= dict.fromkeys(
    (
        "access_denied",
        "cannot_dm_bot",
        "channel_is_archived",
        "channel_not_found",
        "is_archived",
        "messages_tab_disabled",
        "no_permission",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    ),
    "conversation",
)


_SCOPES |= dict.fromkeys(
    (
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    ),
    "workspace",
)

_POSSIBLY_POSTED = {"internal_error", "fatal_error"}  # "some aspect of the operation succeeded" (docs.slack.dev)


@dataclass(frozen=True, slots=True)
class Sent:
    """The message was posted in this channel, at this ts; a person's channel is a direct message, `D…`."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The message was surely not posted."""

    error: str
    scope: RefusalScope = ""  # which further calls will be refused too
    by_slack: bool = True  # False where the request never reached Slack


@dataclass(frozen=True, slots=True)
class RateLimited:
    """The message was surely not posted, and no other call may be made for `retry_after` seconds."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may or may not have been posted."""

    reason: str


Failure = Refused | RateLimited | Unknown

CallResult = Sent | Failure

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)  # the errors that a call can raise


def reached_slack(result: CallResult) -> bool:
    """Tell whether Slack answered the call."""
    return not isinstance(result, Unknown) and not (isinstance(result, Refused) and not result.by_slack)


async def call_result(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse | Failure:
    """Slack's answer, or the meaning of the error (docs.slack.dev/apis/web-api, "Evaluating responses")."""
    try:
        return await call
    except FAILURES as error:
        return failure_of(error)


def failure_of(error: Exception) -> Failure:
    """The meaning of one of FAILURES."""
    if isinstance(error, SlackApiError):
        return _result_of_answer(error.response)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Refused(f"unreachable: {type(error).__name__}", by_slack=False)
    return Unknown(type(error).__name__)


def _result_of_answer(response: Any) -> Failure:
    """Classify an error response: the SDK's, or aiohttp's where the body could not be read."""
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    data = getattr(response, "data", None)
    error = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or error in {"ratelimited", "rate_limited"}:
        return RateLimited(_retry_seconds(response.headers.get("Retry-After")))
    if status >= 500 or error in _POSSIBLY_POSTED or not error:
        return Unknown(error or f"HTTP {status}")
    return Refused(error, _SCOPES.get(error, ""))


def _retry_seconds(header: str | None) -> float:
    """Read Retry-After: at most five minutes, and one minute where Slack gives no sensible number."""
    try:
        return min(max(float(header or 60), 1.0), 300.0)
    except ValueError:
        return 60.0


METADATA_EVENT_TYPE = "qcon_delivery"

HISTORY_PAGE = 200  # messages of history at once; Slack gives commercially distributed apps 15

MAX_HISTORY_PAGES = 25


WaitForSlot = Callable[[str], Awaitable[None]]  # until a method may be called, by the limits that all processes share


class Poster:
    """Posts to one workspace. The client must have no retry handlers: the SDK's post again after a lost answer."""

    def __init__(self, workspace: str, bot: str, client: AsyncWebClient, wait_for_slot: WaitForSlot) -> None:
        """`bot` is the bot's id at Slack (auth.test), so that the messages of others are never taken for ours."""
        self.workspace = workspace
        self._bot = bot
        self._client = client
        self._wait_for_slot = wait_for_slot

    async def post(self, channel: str, payload: dict[str, Any], delivery: str) -> CallResult:
        """Post once (chat.postMessage); the caller has a slot. The delivery's id goes with it as metadata."""
        metadata = {"event_type": METADATA_EVENT_TYPE, "event_payload": {"id": delivery}}
        answer = await call_result(self._client.chat_postMessage(channel=channel, metadata=metadata, **payload))
        return Sent(answer["channel"], answer["ts"]) if isinstance(answer, AsyncSlackResponse) else answer

    async def edit(self, channel: str, ts: str, payload: dict[str, Any]) -> CallResult:
        """Replace a message of ours (chat.update); the caller has a slot. Doing it twice does no harm."""
        # Metadata that is left out stays as it is.
        answer = await call_result(self._client.chat_update(channel=channel, ts=ts, **payload))
        return Sent(answer["channel"], answer["ts"]) if isinstance(answer, AsyncSlackResponse) else answer

    async def open(self, person: str) -> str | Failure:
        """The id of the direct message with this person (conversations.open)."""
        await self._wait_for_slot("conversations.open")
        answer = await call_result(self._client.conversations_open(users=person))
        return str(answer["channel"]["id"]) if isinstance(answer, AsyncSlackResponse) else answer

    async def find_posted(
        self, channel: str, deliveries: Collection[str], since: float, until: float | None = None
    ) -> dict[str, str] | Failure:
        """Our deliveries in the channel since `since` (Unix seconds), as `{delivery id: ts}`.

        Reading stops as soon as all of `deliveries` are found. Messages after `until` are left out.
        """
        found: dict[str, str] = {}
        cursor = ""
        for _ in range(MAX_HISTORY_PAGES):
            await self._wait_for_slot("conversations.history")
            page = await call_result(self._history(channel, since, until, cursor))
            if not isinstance(page, AsyncSlackResponse):
                return page
            messages: list[dict[str, Any]] = page.get("messages", [])
            ours = [message for message in messages if message.get("bot_id") == self._bot]
            found |= {delivery: message["ts"] for message in ours if (delivery := delivery_id_of(message))}
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor or found.keys() >= set(deliveries):
                return found
        return Unknown("the history is too long to be read back")

    async def _history(self, channel: str, since: float, until: float | None, cursor: str) -> AsyncSlackResponse:
        return await self._client.conversations_history(
            channel=channel,
            oldest=f"{since:.6f}",
            latest=None if until is None else f"{until:.6f}",
            limit=HISTORY_PAGE,
            include_all_metadata=True,
            cursor=cursor or None,
        )


def delivery_id_of(message: dict[str, Any]) -> str:
    """The id of the delivery that a message was posted for; empty for any other message."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA_EVENT_TYPE:
        return ""
    return str((metadata.get("event_payload") or {}).get("id", ""))
