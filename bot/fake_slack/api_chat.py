"""The chat.* methods: post, edit and delete messages."""

from typing import Any

from bot.fake_slack.api_conversations import joined_conversation, message_as_slack, postable_conversation
from bot.fake_slack.arguments import Arguments, SlackRefusal
from bot.fake_slack.block_kit import check_message, check_metadata, with_ids
from bot.fake_slack.models import SlackConversation, SlackMessage
from bot.fake_slack.workspace import FakeWorkspace


def post_message(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Post to a channel, a direct message or a person."""
    conversation = postable_conversation(workspace, call.text("channel"))
    message = workspace.post(
        conversation,
        workspace.bot.id,
        from_app=True,
        thread_ts=call.text("thread_ts"),
        metadata=check_metadata(call.structure("metadata", "invalid_metadata_format")),
        **_message_content(call),
    )
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "message": message_as_slack(workspace, message, metadata=True),
    }


def post_ephemeral(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Post to one member of a channel. Nobody else sees the message."""
    conversation = joined_conversation(workspace, call.text("channel"))
    user = workspace.user(call.required("user"))
    if user.id not in conversation.members:
        raise SlackRefusal("user_not_in_channel")
    message = workspace.post(
        conversation,
        workspace.bot.id,
        from_app=True,
        only_to=user.id,
        thread_ts=call.text("thread_ts"),
        **_message_content(call),
    )
    return {"message_ts": message.ts}


def update(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Edit a message of the bot. Text, blocks and metadata that are not given stay as they are."""
    conversation = joined_conversation(workspace, call.text("channel"))
    message = _own_message(workspace, conversation, call.required("ts"), "cant_update_message")
    changes: dict[str, Any] = {}
    if call.has("text"):
        changes["text"] = call.text("text")
    if call.has("blocks"):
        changes["blocks"] = with_ids(_message_blocks(call))
    if call.has("metadata"):
        changes["metadata"] = check_metadata(call.structure("metadata", "invalid_metadata_format"))
    check_message({"text": message.text, "blocks": message.blocks} | changes)
    workspace.edit(message, **changes)
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_as_slack(workspace, message, metadata=True),
    }


def delete(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Delete a message of the bot."""
    conversation = joined_conversation(workspace, call.text("channel"))
    message = _own_message(workspace, conversation, call.required("ts"), "cant_delete_message")
    workspace.delete(message)
    return {"channel": conversation.id, "ts": message.ts}


def get_permalink(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return the address of a message."""
    conversation = joined_conversation(workspace, call.text("channel"))
    ts = call.required("message_ts")
    if ts not in conversation.messages:
        raise SlackRefusal("message_not_found")
    link = f"https://playground.slack.example/archives/{conversation.id}/p{ts.replace('.', '')}"
    return {"channel": conversation.id, "permalink": link}


def _message_content(call: Arguments) -> dict[str, Any]:
    """Check and return the text and blocks of a new message."""
    payload = {"text": call.text("text"), "blocks": _message_blocks(call)}
    check_message(payload)
    return {"text": payload["text"], "blocks": with_ids(_message_blocks(call))}


def _message_blocks(call: Arguments) -> list[dict[str, Any]]:
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    return blocks or []


def _own_message(workspace: FakeWorkspace, conversation: SlackConversation, ts: str, not_owned: str) -> SlackMessage:
    message = conversation.messages.get(ts)
    if message is None or message.only_to:
        raise SlackRefusal("message_not_found")
    if message.user != workspace.bot.id:
        raise SlackRefusal(not_owned)
    return message
