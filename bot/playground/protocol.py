"""What the page asks for on a person's behalf, by name; each gives what the page is answered.

The workspace as the page shows it: plain JSON, whole at first and piece by piece after."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

from bot.fake_slack import FakeSlack
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.delivery_to_app import Acknowledgement
from bot.fake_slack.models import SlackConversation, SlackMessage, SlackUser
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, WorkspaceEvent

Json = dict[str, Any]

PageAction = Callable[[FakeSlack, Json], Awaitable[Json]]


async def say(slack: FakeSlack, ask: Json) -> Json:
    slack.person(ask["as"]).say(ask["channel"], ask["text"], ask.get("thread_ts", ""))
    return {}


async def command(slack: FakeSlack, ask: Json) -> Json:
    await slack.person(ask["as"]).command(ask["text"], ask["channel"])
    return {}  # what went wrong stands in the conversation


async def click(slack: FakeSlack, ask: Json) -> Json:
    """An element is used, in a message, a modal or a Home."""
    person = slack.person(ask["as"])
    where = _target(slack, ask)
    taken = await person.click(where, ask["action_id"], ask.get("choice"), block_id=ask["block_id"])
    return _error_reply(taken) if isinstance(where, SlackView) else {}


async def suggest(slack: FakeSlack, ask: Json) -> Json:
    """Options that the bot gives for what is typed."""
    person = slack.person(ask["as"])
    where = _target(slack, ask)
    return {"groups": await person.suggest_in_groups(where, ask["action_id"], ask["typed"], ask["block_id"])}


async def submit(slack: FakeSlack, ask: Json) -> Json:
    """A modal is sent off, with `values` by block and action; errors come back by block."""
    person = slack.person(ask["as"])
    for block_id, actions in ask["values"].items():
        for action_id, choice in actions.items():
            person.fill(action_id, choice, block_id)
    return {"errors": await person.submit()}


async def dismiss(slack: FakeSlack, ask: Json) -> Json:
    await slack.person(ask["as"]).dismiss(everything=ask.get("everything", False))
    return {}


async def open_home(slack: FakeSlack, ask: Json) -> Json:
    """A tab of the bot's App Home is looked at: `home` or `messages`."""
    slack.actions.open_home(slack.person(ask["as"]).id, ask.get("tab", "home"))
    return {}


async def shortcut(slack: FakeSlack, ask: Json) -> Json:
    """A shortcut is run, on a message where there is one."""
    where = _target(slack, ask) if "ts" in ask else None
    message = where if isinstance(where, SlackMessage) else None
    return _error_reply(await slack.person(ask["as"]).shortcut(ask["callback_id"], message))


async def delete(slack: FakeSlack, ask: Json) -> Json:
    """A person takes a message away."""
    where = _target(slack, ask)
    if isinstance(where, SlackMessage):
        slack.workspace.delete(where)
    return {}


PAGE_ACTIONS: MappingProxyType[str, PageAction] = MappingProxyType(
    {
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
)


def _target(slack: FakeSlack, ask: Json) -> SlackMessage | SlackView:
    """The message or view an act is about; raises SlackRefusal when it is gone."""
    if "view" in ask:
        return slack.workspace.views.find(ask["view"])
    message = slack.workspace.conversation(ask["channel"]).messages.get(ask["ts"])
    if message is None:
        raise SlackRefusal("message_not_found")
    return message


def _error_reply(taken: Acknowledgement) -> Json:
    return {} if taken.ok else {"failure": taken.failure}


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
