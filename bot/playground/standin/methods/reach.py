"""What the bot may reach, and how Slack shows it: refusals and shapes that several methods share."""

from typing import Any

from bot.playground.standin.conversations import SlackConversation, SlackMessage
from bot.playground.standin.refusal import SlackRefusal
from bot.playground.standin.workspace import FakeWorkspace


def visible_conversation(workspace: FakeWorkspace, channel: str) -> SlackConversation:
    """A conversation the bot can see: not a private one it is no member of; raises SlackRefusal."""
    conversation = workspace.conversations.get(channel)
    if conversation is None:
        raise SlackRefusal("channel_not_found")
    if conversation.kind != "public" and workspace.bot.id not in conversation.members:
        raise SlackRefusal("channel_not_found")
    return conversation


def joined_conversation(workspace: FakeWorkspace, channel: str) -> SlackConversation:
    """A conversation the bot is in; raises SlackRefusal."""
    conversation = visible_conversation(workspace, channel)
    if workspace.bot.id not in conversation.members:
        raise SlackRefusal("not_in_channel")
    return conversation


def postable_conversation(workspace: FakeWorkspace, channel: str) -> SlackConversation:
    """Where the bot may post: its channels by id or #name, or a person by their id; raises SlackRefusal."""
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
    """A message object; without `metadata` its payload is left out, as history does unless asked."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.from_app:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
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
    """A conversation object (docs.slack.dev/reference/objects/conversation-object)."""
    shared = {"id": conversation.id, "is_archived": conversation.archived, "context_team_id": workspace.team_id}
    if conversation.kind == "im":
        return shared | {"is_im": True, "user": conversation.other_member(workspace.bot.id), "is_open": True}
    return shared | {
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": conversation.kind == "public",
        "is_group": conversation.kind == "private",
        "is_im": False,
        "is_mpim": False,
        "is_private": conversation.kind == "private",
        "is_member": workspace.bot.id in conversation.members,
        "topic": {"value": conversation.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
