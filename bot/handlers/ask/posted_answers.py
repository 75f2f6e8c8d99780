"""Read the messages that people write to the bot, post one answer to each, and find it again when the message is edited.

Nothing is stored for that: the answer carries the timestamp of its question in its metadata.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.blockkit.blocks import Message
from bot.slack.request import SlackRequest

ANSWER_EVENT_TYPE = "qcon_answer"  # of the metadata

ANSWERED_WITHIN_S = 300  # the answer is looked for so long after its question

HISTORY_LAG_S = 3.0  # a post may be missing from Slack's history for so long


# A message with a file, one that is also shown in the channel, and `/me`. Others are written by Slack.
_WRITTEN_BY_PEOPLE = frozenset({None, "file_share", "me_message", "thread_broadcast"})


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message of a person."""

    channel: str
    user: str
    ts: str
    thread: str  # empty outside of threads
    text: str
    is_edited: bool
    has_files: bool

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "IncomingMessage | None":
        """Read an event.

        None for a message by an app or by Slack, which get no answer, and for an edit that leaves the text as it was.
        """
        is_change = event.get("subtype") == "message_changed"
        message: Mapping[str, Any] = event["message"] if is_change else event
        if message.get("bot_id") or "user" not in message or message.get("subtype") not in _WRITTEN_BY_PEOPLE:
            return None
        if is_change and message.get("text") == (event.get("previous_message") or {}).get("text"):
            return None
        ts, thread = str(message["ts"]), str(message.get("thread_ts") or "")
        return cls(
            channel=str(event["channel"]),
            user=str(message["user"]),
            ts=ts,
            thread="" if thread == ts else thread,
            text=unescape(str(message.get("text") or "")),
            is_edited="edited" in message,
            has_files=bool(message.get("files")),
        )


async def post_answer(request: SlackRequest, message: IncomingMessage, thread: str, answer: Message) -> None:
    """Post the answer, in the thread if one is given."""
    await request.client.chat_postMessage(
        channel=message.channel, thread_ts=thread or None, metadata=_metadata(message), **answer.payload()
    )


async def find_answer(
    request: SlackRequest, message: IncomingMessage, thread: str, *, wait: bool
) -> dict[str, Any] | None:
    """The answer to this message, as Slack's history has it.

    `wait` says that it may have been posted a moment ago: then it is looked for once more after a while.
    """
    posted = await _look(request, message, thread)
    if posted is None and wait:
        await asyncio.sleep(HISTORY_LAG_S)
        posted = await _look(request, message, thread)
    return posted


def is_current(posted: dict[str, Any], message: IncomingMessage) -> bool:
    """Tell whether the posted answer is to the words that the message has now."""
    return bool(_answered(posted).get("words") == _digest(message.text))


async def edit_answer(request: SlackRequest, message: IncomingMessage, posted: dict[str, Any], answer: Message) -> None:
    """Put the answer to the new words in place of the posted one."""
    await request.client.chat_update(
        channel=message.channel, ts=posted["ts"], metadata=_metadata(message), **answer.payload()
    )


async def _look(request: SlackRequest, message: IncomingMessage, thread: str) -> dict[str, Any] | None:
    window: dict[str, Any] = {"oldest": message.ts, "latest": f"{float(message.ts) + ANSWERED_WITHIN_S:.6f}"}
    window |= {"channel": message.channel, "include_all_metadata": True, "limit": 100}
    try:
        if thread:
            page = await request.client.conversations_replies(ts=thread, **window)
        else:
            page = await request.client.conversations_history(**window)
    except SlackApiError as error:
        if error.response.get("error") != "thread_not_found":
            raise
        return None
    return next((posted for posted in page["messages"] if _answered(posted).get("question") == message.ts), None)


def _metadata(message: IncomingMessage) -> dict[str, Any]:
    payload = {"question": message.ts, "words": _digest(message.text)}
    return {"event_type": ANSWER_EVENT_TYPE, "event_payload": payload}


def _answered(posted: dict[str, Any]) -> dict[str, Any]:
    """The metadata of an answer; empty for any other message."""
    metadata = posted.get("metadata") or {}
    return metadata.get("event_payload") or {} if metadata.get("event_type") == ANSWER_EVENT_TYPE else {}


def _digest(text: str) -> str:
    """Tell one text from another without keeping it."""
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
