"""The workspace as the page shows it: plain JSON, whole at first and piece by piece after."""

from typing import Any

from bot.playground.standin.conversations import Conversation, Message
from bot.playground.standin.people import User
from bot.playground.standin.workspace import Happening, Workspace

Json = dict[str, Any]


def whole(workspace: Workspace) -> Json:
    """Everything but ephemeral messages: as in Slack, they are gone when the page is opened anew."""
    conversations = workspace.conversations.values()
    people = [user for user in workspace.users.values() if user.id != "USLACKBOT"]
    return {
        "bot": workspace.bot.id,
        "people": [person(user) for user in workspace.users.values()],
        "conversations": [conversation(one) for one in conversations],
        "messages": [message(one) for every in conversations for one in every.messages.values() if not one.only_to],
        "homes": {user.id: home for user in people if (home := home_of(workspace, user.id))},
        "modals": {user.id: modals for user in people if (modals := modals_of(workspace, user.id))},
    }


def change(workspace: Workspace, happening: Happening) -> Json | None:
    """What the page is told of a happening; nothing where it shows nothing of it."""
    match happening:
        case Happening(kind="message" | "changed" | "deleted", message=Message() as one):
            return {"type": happening.kind, "message": message(one)}
        case Happening(kind="joined" | "left" | "conversation"):
            return {"type": "conversation", "conversation": conversation(workspace.conversations[happening.channel])}
        case Happening(kind="home"):
            return {"type": "home", "user": happening.user, "view": home_of(workspace, happening.user)}
        case Happening(kind="view"):
            return {"type": "modals", "user": happening.user, "views": modals_of(workspace, happening.user)}
    return None


def person(user: User) -> Json:
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


def conversation(one: Conversation) -> Json:
    """A channel or direct message, without what was said there."""
    return {"id": one.id, "name": one.name, "kind": one.kind, "members": list(one.members), "topic": one.topic}


def message(one: Message) -> Json:
    """A message; `at` is conference time."""
    return {
        "ts": one.ts,
        "channel": one.channel,
        "user": one.user,
        "text": one.text,
        "blocks": one.blocks,
        "thread_ts": one.thread_ts if one.is_reply else "",
        "only_to": one.only_to,
        "edited": bool(one.edited_ts),
        "app": one.from_app,
        "at": one.at.isoformat(),
    }


def home_of(workspace: Workspace, user: str) -> Json | None:
    """A person's App Home, if it was published."""
    view = workspace.views.home(user)
    return {"id": view.id, "hash": view.hash} | view.payload if view else None


def modals_of(workspace: Workspace, user: str) -> list[Json]:
    """A person's open modals, the topmost last."""
    return [{"id": view.id, "hash": view.hash} | view.payload for view in workspace.views.stack(user)]
