"""What the page asks for on a person's behalf, by name; each gives what the page is answered."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

from bot.playground.standin import StandIn
from bot.playground.standin.conversations import Message
from bot.playground.standin.line import Acknowledgement
from bot.playground.standin.refusal import RefusalError
from bot.playground.standin.views import View

Json = dict[str, Any]
Act = Callable[[StandIn, Json], Awaitable[Json]]


async def say(slack: StandIn, ask: Json) -> Json:
    slack.person(ask["as"]).say(ask["channel"], ask["text"], ask.get("thread_ts", ""))
    return {}


async def command(slack: StandIn, ask: Json) -> Json:
    await slack.person(ask["as"]).command(ask["text"], ask["channel"])
    return {}  # what went wrong stands in the conversation


async def click(slack: StandIn, ask: Json) -> Json:
    """An element is used, in a message, a modal or a Home."""
    person = slack.person(ask["as"])
    where = _where(slack, ask)
    taken = await person.click(where, ask["action_id"], ask.get("choice"), block_id=ask["block_id"])
    return _told(taken) if isinstance(where, View) else {}


async def suggest(slack: StandIn, ask: Json) -> Json:
    """Options that the bot gives for what is typed."""
    person = slack.person(ask["as"])
    where = _where(slack, ask)
    return {"groups": await person.suggest_in_groups(where, ask["action_id"], ask["typed"], ask["block_id"])}


async def submit(slack: StandIn, ask: Json) -> Json:
    """A modal is sent off, with `values` by block and action; errors come back by block."""
    person = slack.person(ask["as"])
    for block_id, actions in ask["values"].items():
        for action_id, choice in actions.items():
            person.fill(action_id, choice, block_id)
    return {"errors": await person.submit()}


async def dismiss(slack: StandIn, ask: Json) -> Json:
    await slack.person(ask["as"]).dismiss(everything=ask.get("everything", False))
    return {}


async def open_home(slack: StandIn, ask: Json) -> Json:
    """A tab of the bot's App Home is looked at: `home` or `messages`."""
    slack.deeds.open_home(slack.person(ask["as"]).id, ask.get("tab", "home"))
    return {}


async def shortcut(slack: StandIn, ask: Json) -> Json:
    """A shortcut is run, on a message where there is one."""
    where = _where(slack, ask) if "ts" in ask else None
    message = where if isinstance(where, Message) else None
    return _told(await slack.person(ask["as"]).shortcut(ask["callback_id"], message))


async def delete(slack: StandIn, ask: Json) -> Json:
    """A person takes a message away."""
    where = _where(slack, ask)
    if isinstance(where, Message):
        slack.workspace.delete(where)
    return {}


ACTS: MappingProxyType[str, Act] = MappingProxyType(
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


def _where(slack: StandIn, ask: Json) -> Message | View:
    """The message or view an act is about; raises RefusalError when it is gone."""
    if "view" in ask:
        return slack.workspace.views.find(ask["view"])
    message = slack.workspace.conversation(ask["channel"]).messages.get(ask["ts"])
    if message is None:
        raise RefusalError("message_not_found")
    return message


def _told(taken: Acknowledgement) -> Json:
    return {} if taken.ok else {"failure": taken.failure}
