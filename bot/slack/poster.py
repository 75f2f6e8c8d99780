"""Post to one workspace, and read back the messages that arrived. Nothing is ever posted twice by itself."""

from collections.abc import Collection
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.call_result import CallResult, Failure, Sent, Unknown, call_result

METADATA_EVENT_TYPE = "qcon_delivery"

HISTORY_PAGE = 200  # messages of history at once; Slack gives commercially distributed apps 15

MAX_HISTORY_PAGES = 25


class Pacer(Protocol):
    """Keeps calls within Slack's limits, over all processes."""

    async def wait_for_slot(self, workspace: str, method: str) -> None:
        """Return when this call may be made."""
        ...


class Poster:
    """Posts to one workspace. The client must have no retry handlers: the SDK's post again after a lost answer."""

    def __init__(self, workspace: str, bot: str, client: AsyncWebClient, pacer: Pacer) -> None:
        """`bot` is the bot's id at Slack (auth.test), so that the messages of others are never taken for ours."""
        self.workspace = workspace
        self._bot = bot
        self._client = client
        self._pacer = pacer

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
        await self._pacer.wait_for_slot(self.workspace, "conversations.open")
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
            await self._pacer.wait_for_slot(self.workspace, "conversations.history")
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
