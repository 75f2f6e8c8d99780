"""chat.*: posting, editing and deleting messages."""

from typing import Any

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.content import check_message, check_metadata, named
from bot.playground.standin.conversations import Conversation, Message
from bot.playground.standin.methods.reach import message_as_slack, reach, reach_to_post
from bot.playground.standin.refusal import RefusalError
from bot.playground.standin.workspace import Workspace

UPDATE_TEXT = 4_000


def post_message(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    """To a channel, a direct message, or a person."""
    conversation = reach_to_post(workspace, call.text("channel"))
    message = workspace.post(
        conversation,
        workspace.bot.id,
        from_app=True,
        thread_ts=call.text("thread_ts"),
        metadata=check_metadata(call.structure("metadata", "invalid_metadata_format")),
        **_content(call),
    )
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "message": message_as_slack(workspace, message, metadata=True),
    }


def post_ephemeral(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    """To one member of a channel, who alone sees it."""
    conversation = reach(workspace, call.text("channel"))
    user = workspace.user(call.need("user"))
    if user.id not in conversation.members:
        raise RefusalError("user_not_in_channel")
    message = workspace.post(
        conversation,
        workspace.bot.id,
        from_app=True,
        only_to=user.id,
        thread_ts=call.text("thread_ts"),
        **_content(call),
    )
    return {"message_ts": message.ts}


def update(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    """What is not given stays: text, blocks, metadata."""
    conversation = reach(workspace, call.text("channel"))
    message = _own(workspace, conversation, call.need("ts"), "cant_update_message")
    changes: dict[str, Any] = {}
    if call.has("text"):
        changes["text"] = call.text("text")
    if call.has("blocks"):
        changes["blocks"] = named(_blocks(call))
    if call.has("metadata"):
        changes["metadata"] = check_metadata(call.structure("metadata", "invalid_metadata_format"))
    if len(changes.get("text", "")) > UPDATE_TEXT:
        raise RefusalError("msg_too_long")
    check_message({"text": message.text, "blocks": message.blocks} | changes)
    workspace.edit(message, **changes)
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_as_slack(workspace, message, metadata=True),
    }


def delete(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    conversation = reach(workspace, call.text("channel"))
    message = _own(workspace, conversation, call.need("ts"), "cant_delete_message")
    workspace.delete(message)
    return {"channel": conversation.id, "ts": message.ts}


def get_permalink(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    conversation = reach(workspace, call.text("channel"))
    ts = call.need("message_ts")
    if ts not in conversation.messages:
        raise RefusalError("message_not_found")
    link = f"https://playground.slack.example/archives/{conversation.id}/p{ts.replace('.', '')}"
    return {"channel": conversation.id, "permalink": link}


def _content(call: Arguments) -> dict[str, Any]:
    """Text and blocks of a new message."""
    payload = {"text": call.text("text"), "blocks": _blocks(call)}
    check_message(payload)
    return {"text": payload["text"], "blocks": named(_blocks(call))}


def _blocks(call: Arguments) -> list[dict[str, Any]]:
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks is not None and not isinstance(blocks, list):
        raise RefusalError("invalid_blocks_format")
    return blocks or []


def _own(workspace: Workspace, conversation: Conversation, ts: str, otherwise: str) -> Message:
    message = conversation.messages.get(ts)
    if message is None or message.only_to:
        raise RefusalError("message_not_found")
    if message.user != workspace.bot.id:
        raise RefusalError(otherwise)
    return message
