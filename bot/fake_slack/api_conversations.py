"""The methods conversations.* and chat.*."""

from collections.abc import Iterable
from itertools import islice, takewhile
from math import inf
from typing import Any

from bot.fake_slack.arguments import Arguments, SlackRefusal
from bot.fake_slack.block_kit import check_message, check_metadata, with_ids
from bot.fake_slack.workspace import FakeWorkspace, SlackConversation, SlackMessage


def visible_conversation(workspace: FakeWorkspace, channel: str) -> SlackConversation:
    """Return a conversation that the bot can see: any but a private one without the bot. Raises SlackRefusal."""
    conversation = workspace.conversations.get(channel)
    if conversation is None:
        raise SlackRefusal("channel_not_found")
    if conversation.kind != "public" and workspace.bot.id not in conversation.members:
        raise SlackRefusal("channel_not_found")
    return conversation


def joined_conversation(workspace: FakeWorkspace, channel: str) -> SlackConversation:
    """Return a conversation that the bot is a member of. Raises SlackRefusal."""
    conversation = visible_conversation(workspace, channel)
    if workspace.bot.id not in conversation.members:
        raise SlackRefusal("not_in_channel")
    return conversation


def postable_conversation(workspace: FakeWorkspace, channel: str) -> SlackConversation:
    """Return the conversation to post to, given a channel's id or #name or a person's id. Raises SlackRefusal."""
    if channel in workspace.users:
        if workspace.users[channel].deleted:
            raise SlackRefusal("user_disabled")
        return workspace.direct(workspace.bot.id, channel)
    if channel.startswith("#"):
        channel = workspace.conversation(channel).id
    conversation = joined_conversation(workspace, channel)
    if conversation.archived:
        raise SlackRefusal("is_archived")
    other = workspace.users.get(conversation.other_member(workspace.bot.id))
    if conversation.kind == "im" and other is not None and other.deleted:
        raise SlackRefusal("user_disabled")
    return conversation


def message_as_slack(workspace: FakeWorkspace, message: SlackMessage, *, metadata: bool = False) -> dict[str, Any]:
    """Return a message object. Without `metadata` the metadata has an empty payload, as in history by default."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.from_app:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
    elif workspace.users[message.user].is_bot:
        shown["bot_id"] = f"B{message.user[1:]}"
    if message.files:
        shown |= {"files": message.files, "subtype": "file_share"}
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited_ts:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.metadata:
        shown["metadata"] = (
            message.metadata if metadata else {"event_type": message.metadata["event_type"], "event_payload": {}}
        )
    return shown


def conversation_as_slack(workspace: FakeWorkspace, conversation: SlackConversation) -> dict[str, Any]:
    """Return a conversation object (docs.slack.dev/reference/objects/conversation-object)."""
    shared = {"id": conversation.id, "is_archived": conversation.archived}
    if conversation.kind == "im":
        return shared | {"is_im": True, "user": conversation.other_member(workspace.bot.id), "is_open": True}
    return shared | {
        "name": conversation.name,
        "is_channel": conversation.kind == "public",
        "is_group": conversation.kind == "private",
        "is_im": False,
        "is_mpim": conversation.kind == "mpim",
        "is_private": conversation.kind in ("private", "mpim"),
        "is_member": workspace.bot.id in conversation.members,
    }


KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def open_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return the direct message with one person, and open it if there is none."""
    user = workspace.users.get(call.required("users"))
    if user is None:
        raise SlackRefusal("user_not_found")
    if user.is_bot or user.id == "USLACKBOT":
        raise SlackRefusal("cannot_dm_bot")
    if user.deleted:
        raise SlackRefusal("user_disabled")
    return {"channel": {"id": workspace.direct(workspace.bot.id, user.id).id}}


def info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    return {"channel": conversation_as_slack(workspace, visible_conversation(workspace, call.text("channel")))}


def list_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """List conversations of the given types. Private ones are listed only if the bot is a member."""
    kinds = {KINDS.get(kind.strip(), "") for kind in call.text("types", "public_channel").split(",")}
    listed = [
        conversation_as_slack(workspace, conversation)
        for conversation in workspace.conversations.values()
        if conversation.kind in kinds
        and (conversation.kind == "public" or workspace.bot.id in conversation.members)
        and not (conversation.archived and call.flag("exclude_archived"))
    ]
    return _page_of("channels", listed, call)


def members(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    return _page_of("members", list(visible_conversation(workspace, call.text("channel")).members), call)


def history(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return a page of messages, newest first. A cursor is the timestamp of the last message of the page before."""
    conversation = joined_conversation(workspace, call.text("channel"))
    oldest, latest = _seconds(call, "oldest", 0), min(_seconds(call, "latest", inf), _seconds(call, "cursor", inf))
    recent = takewhile(lambda message: float(message.ts) > oldest, conversation.newest_first())
    return _messages(workspace, (message for message in recent if float(message.ts) < latest), call)


def replies(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return a thread's first message and a page of its replies, oldest first.

    A cursor is the last reply's timestamp.
    """
    conversation = joined_conversation(workspace, call.text("channel"))
    thread = conversation.thread(call.required("ts"))
    if not thread:
        raise SlackRefusal("thread_not_found")
    first, *rest = thread
    oldest, latest = max(_seconds(call, "oldest", 0), _seconds(call, "cursor", 0)), _seconds(call, "latest", inf)
    return _messages(workspace, [first, *(reply for reply in rest if oldest < float(reply.ts) < latest)], call)


def _seconds(call: Arguments, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError:
        raise SlackRefusal("invalid_ts_latest") from None


def _messages(workspace: FakeWorkspace, messages: Iterable[SlackMessage], call: Arguments) -> dict[str, Any]:
    """Return a page of the messages that do not lag behind."""
    limit = min(call.number("limit", 100, 999), workspace.history_page)
    until = workspace.clock.real_now().timestamp() - workspace.history_lag_s
    page = list(islice((message for message in messages if float(message.ts) <= until), limit + 1))
    shown, more = page[:limit], len(page) > limit
    metadata = call.flag("include_all_metadata")
    return {
        "messages": [message_as_slack(workspace, message, metadata=metadata) for message in shown],
        "has_more": more,
        "pin_count": 0,
    } | ({"response_metadata": {"next_cursor": shown[-1].ts}} if more else {})


def _page_of(name: str, items: list[Any], call: Arguments) -> dict[str, Any]:
    """Return the page that the call asks for, of 100 items unless it says another number."""
    start, limit = int(call.text("cursor") or 0), call.number("limit", 100, 1_000)
    next_cursor = str(start + limit) if start + limit < len(items) else ""
    return {name: items[start : start + limit], "response_metadata": {"next_cursor": next_cursor}}


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


def update_message(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Edit a message of the bot. Text, blocks and metadata that are not given stay as they are."""
    conversation = joined_conversation(workspace, call.text("channel"))
    message = _own_message(workspace, conversation, call.required("ts"))
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


def _message_content(call: Arguments) -> dict[str, Any]:
    """Check and return the text and blocks of a new message."""
    blocks = _message_blocks(call)
    check_message({"text": call.text("text"), "blocks": blocks})
    return {"text": call.text("text"), "blocks": with_ids(blocks)}


def _message_blocks(call: Arguments) -> list[dict[str, Any]]:
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    return blocks or []


def _own_message(workspace: FakeWorkspace, conversation: SlackConversation, ts: str) -> SlackMessage:
    message = conversation.messages.get(ts)
    if message is None or message.only_to:
        raise SlackRefusal("message_not_found")
    if message.user != workspace.bot.id:
        raise SlackRefusal("cant_update_message")
    return message
