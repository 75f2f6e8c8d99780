"""The messages between the page and the server: actions that the page asks for, and the state that it shows.

An action gets the page's request and returns the answer. The state is sent as a whole when a page opens, and then
change by change.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from bot.fake_slack import FakeSlack
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.delivery_to_app import Acknowledgement
from bot.fake_slack.user import FakeUser
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, SlackConversation, SlackMessage, WorkspaceEvent

Json = dict[str, Any]

# Lets a person of this workspace do what the page asks for.
PageAction = Callable[[FakeSlack, FakeUser, Json], Awaitable[Json]]


async def perform(slack: FakeSlack, request: Json) -> Json:
    """Carry out the action that the page asks for. Raises SlackRefusal, KeyError or TypeError for what cannot be done."""
    return await PAGE_ACTIONS[request["do"]](slack, slack.person(request["as"]), request)


async def say(_: FakeSlack, person: FakeUser, request: Json) -> Json:
    person.say(request["channel"], request["text"], request.get("thread_ts", ""))
    return {}


async def command(_: FakeSlack, person: FakeUser, request: Json) -> Json:
    await person.command(request["text"], request["channel"])
    return {}  # errors are shown in the conversation


async def click(slack: FakeSlack, person: FakeUser, request: Json) -> Json:
    """Use an element in a message, a modal or an App Home."""
    target = _target(slack, request)
    acknowledgement = await person.click(
        target, request["action_id"], request.get("choice"), block_id=request["block_id"]
    )
    return _error_reply(acknowledgement) if isinstance(target, SlackView) else {}


async def suggest(slack: FakeSlack, person: FakeUser, request: Json) -> Json:
    """Ask the bot for the options that fit the typed text."""
    target = _target(slack, request)
    return {
        "groups": await person.suggest_in_groups(target, request["action_id"], request["typed"], request["block_id"])
    }


async def submit(_: FakeSlack, person: FakeUser, request: Json) -> Json:
    """Submit a modal with `values` by block and action. The answer has the errors by block."""
    for block_id, actions in request["values"].items():
        for action_id, choice in actions.items():
            person.fill(action_id, choice, block_id)
    return {"errors": await person.submit()}


async def dismiss(_: FakeSlack, person: FakeUser, request: Json) -> Json:
    """Close the top modal, or all of them."""
    person.dismiss(everything=request.get("everything", False))
    return {}


async def open_home(_: FakeSlack, person: FakeUser, request: Json) -> Json:
    """Open a tab of the bot's App Home: `home` or `messages`."""
    person.open_home(request.get("tab", "home"))
    return {}


async def shortcut(_: FakeSlack, person: FakeUser, request: Json) -> Json:
    return _error_reply(await person.shortcut(request["callback_id"]))


async def delete(slack: FakeSlack, _: FakeUser, request: Json) -> Json:
    target = _target(slack, request)
    if isinstance(target, SlackMessage):
        slack.workspace.delete(target)
    return {}


PAGE_ACTIONS: dict[str, PageAction] = {
    "say": say,
    "command": command,
    "click": click,
    "suggest": suggest,
    "submit": submit,
    "dismiss": dismiss,
    "open_home": open_home,
    "shortcut": shortcut,
    "delete": delete,
}


def _target(slack: FakeSlack, request: Json) -> SlackMessage | SlackView:
    """Find the message or view that an action is about. Raises SlackRefusal when it is gone."""
    if "view" in request:
        return slack.workspace.views.find(request["view"])
    message = slack.workspace.conversation(request["channel"]).messages.get(request["ts"])
    if message is None:
        raise SlackRefusal("message_not_found")
    return message


def _error_reply(acknowledgement: Acknowledgement) -> Json:
    return {} if acknowledgement.ok else {"failure": acknowledgement.failure}


def workspace_state(workspace: FakeWorkspace) -> Json:
    """Return the whole state except ephemeral messages, which in Slack, too, are gone after a reload."""
    conversations = workspace.conversations.values()
    people = [user for user in workspace.users.values() if user.id != "USLACKBOT"]
    return {
        "bot": workspace.bot.id,
        "people": [asdict(user) for user in workspace.users.values()],
        "conversations": [conversation_state(conversation) for conversation in conversations],
        "messages": [
            message_state(message)
            for conversation in conversations
            for message in conversation.messages.values()
            if not message.only_to
        ],
        "homes": {user.id: home for user in people if (home := home_state(workspace, user.id))},
        "modals": {user.id: modals for user in people if (modals := modal_states(workspace, user.id))},
    }


def state_change(workspace: FakeWorkspace, event: WorkspaceEvent) -> Json | None:
    """Turn an event into a change of the page's state, or None if the page does not show it."""
    match event:
        case WorkspaceEvent(kind="message" | "changed" | "deleted", message=SlackMessage() as message):
            return {"type": event.kind, "message": message_state(message)}
        case WorkspaceEvent(kind="joined" | "left" | "conversation"):
            return {"type": "conversation", "conversation": conversation_state(workspace.conversations[event.channel])}
        case WorkspaceEvent(kind="home"):
            return {"type": "home", "user": event.user, "view": home_state(workspace, event.user)}
        case WorkspaceEvent(kind="view"):
            return {"type": "modals", "user": event.user, "views": modal_states(workspace, event.user)}
    return None


def conversation_state(conversation: SlackConversation) -> Json:
    """Return a channel's or direct message's state, without its messages."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "kind": conversation.kind,
        "members": list(conversation.members),
        "topic": conversation.topic,
    }


def message_state(message: SlackMessage) -> Json:
    """Return a message's state. `at` is conference time."""
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
    """Return a person's App Home, or None before it is published."""
    view = workspace.views.home(user)
    return {"id": view.id, "hash": view.hash} | view.payload if view else None


def modal_states(workspace: FakeWorkspace, user: str) -> list[Json]:
    """Return a person's open modals, topmost last."""
    return [{"id": view.id, "hash": view.hash} | view.payload for view in workspace.views.stack(user)]
