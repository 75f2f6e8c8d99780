"""The workspace as the page shows it: plain JSON, whole at first and piece by piece after."""

from typing import Any

from bot.playground.standin.conversations import SlackConversation, SlackMessage
from bot.playground.standin.people import SlackUser
from bot.playground.standin.workspace import FakeWorkspace, WorkspaceEvent

Json = dict[str, Any]


def workspace_state(workspace: FakeWorkspace) -> Json:
    """Everything but ephemeral messages: as in Slack, they are gone when the page is opened anew."""
    conversations = workspace.conversations.values()
    people = [user for user in workspace.users.values() if user.id != "USLACKBOT"]
    return {
        "bot": workspace.bot.id,
        "people": [user_state(user) for user in workspace.users.values()],
        "conversations": [conversation_state(one) for one in conversations],
        "messages": [
            message_state(one) for every in conversations for one in every.messages.values() if not one.only_to
        ],
        "homes": {user.id: home for user in people if (home := home_state(workspace, user.id))},
        "modals": {user.id: modals for user in people if (modals := modal_states(workspace, user.id))},
    }


def state_change(workspace: FakeWorkspace, event: WorkspaceEvent) -> Json | None:
    """What the page is told of a happening; nothing where it shows nothing of it."""
    match event:
        case WorkspaceEvent(kind="message" | "changed" | "deleted", message=SlackMessage() as one):
            return {"type": event.kind, "message": message_state(one)}
        case WorkspaceEvent(kind="joined" | "left" | "conversation"):
            return {"type": "conversation", "conversation": conversation_state(workspace.conversations[event.channel])}
        case WorkspaceEvent(kind="home"):
            return {"type": "home", "user": event.user, "view": home_state(workspace, event.user)}
        case WorkspaceEvent(kind="view"):
            return {"type": "modals", "user": event.user, "views": modal_states(workspace, event.user)}
    return None


def user_state(user: SlackUser) -> Json:
    """Who someone is, and in which time zone."""
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "zone": user.zone,
        "title": user.title,
        "is_admin": user.is_admin,
        "is_bot": user.is_bot,
    }


def conversation_state(conversation: SlackConversation) -> Json:
    """A channel or direct message, without what was said there."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "kind": conversation.kind,
        "members": list(conversation.members),
        "topic": conversation.topic,
    }


def message_state(message: SlackMessage) -> Json:
    """A message; `at` is conference time."""
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts if message.is_reply else "",
        "only_to": message.only_to,
        "edited": bool(message.edited_ts),
        "app": message.from_app,
        "at": message.at.isoformat(),
    }


def home_state(workspace: FakeWorkspace, user: str) -> Json | None:
    """A person's App Home, if it was published."""
    view = workspace.views.home(user)
    return {"id": view.id, "hash": view.hash} | view.payload if view else None


def modal_states(workspace: FakeWorkspace, user: str) -> list[Json]:
    """A person's open modals, the topmost last."""
    return [{"id": view.id, "hash": view.hash} | view.payload for view in workspace.views.stack(user)]
