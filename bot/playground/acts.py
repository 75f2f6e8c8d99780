"""What the page asks for on a person's behalf, by name; each gives what the page is answered."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

from bot.playground.standin import FakeSlack
from bot.playground.standin.conversations import SlackMessage
from bot.playground.standin.line import Acknowledgement
from bot.playground.standin.refusal import SlackRefusal
from bot.playground.standin.views import SlackView

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
