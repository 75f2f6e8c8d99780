"""conversations.*: finding, joining and reading back."""

from collections.abc import Iterable
from itertools import islice, takewhile
from typing import Any, TypeVar

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.conversations import SlackMessage
from bot.playground.standin.methods.reach import (
    conversation_as_slack,
    joined_conversation,
    message_as_slack,
    visible_conversation,
)
from bot.playground.standin.refusal import SlackRefusal
from bot.playground.standin.workspace import FakeWorkspace

T = TypeVar("T")
KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def open_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """The direct message with one person, opened if need be."""
    if call.has("channel"):
        conversation = visible_conversation(workspace, call.text("channel"))
        return {"channel": {"id": conversation.id}, "already_open": True, "no_op": True}
    people = [one for one in call.text("users").split(",") if one]
    if not people:
        raise SlackRefusal("users_list_not_supplied")
    if len(people) > 1:
        raise SlackRefusal("not_enough_users" if len(people) > 8 else "missing_scope", needed="mpim:write")
    user = workspace.users.get(people[0])
    if user is None:
        raise SlackRefusal("user_not_found")
    if user.is_bot or user.id == "USLACKBOT":
        raise SlackRefusal("cannot_dm_bot")
    if user.deleted:
        raise SlackRefusal("user_disabled")
    already = workspace.has_direct(workspace.bot.id, user.id)
    conversation = workspace.direct(workspace.bot.id, user.id)
    shown = conversation_as_slack(workspace, conversation) if call.flag("return_im") else {"id": conversation.id}
    return {"channel": shown} | ({"already_open": True, "no_op": True} if already else {})


def info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    conversation = visible_conversation(workspace, call.text("channel"))
    shown = conversation_as_slack(workspace, conversation)
    return {"channel": shown | ({"num_members": len(conversation.members)} if call.flag("include_num_members") else {})}


def list_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Of the kinds asked for; private ones only with the bot in them."""
    kinds = {KINDS.get(kind.strip(), "") for kind in call.text("types", "public_channel").split(",")}
    found = [
        conversation_as_slack(workspace, one)
        for one in workspace.conversations.values()
        if one.kind in kinds
        and (one.kind == "public" or workspace.bot.id in one.members)
        and not (one.archived and call.flag("exclude_archived"))
    ]
    return _page("channels", found, call, most=1_000)


def members(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    return _page("members", list(visible_conversation(workspace, call.text("channel")).members), call, most=1_000)


def join(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    conversation = visible_conversation(workspace, call.text("channel"))
    if conversation.kind != "public":
        raise SlackRefusal("method_not_supported_for_channel_type")
    if conversation.archived:
        raise SlackRefusal("is_archived")
    workspace.join(conversation, workspace.bot.id)
    return {"channel": conversation_as_slack(workspace, conversation)}


def invite(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    conversation = joined_conversation(workspace, call.text("channel"))
    for user in call.required("users").split(","):
        if not workspace.join(conversation, workspace.user(user).id):
            raise SlackRefusal("already_in_channel")
    return {"channel": conversation_as_slack(workspace, conversation)}


def leave(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    conversation = joined_conversation(workspace, call.text("channel"))
    workspace.leave(conversation, workspace.bot.id)
    return {}


def history(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Newest first; a cursor goes on before the message it names."""
    conversation = joined_conversation(workspace, call.text("channel"))
    span = _HistoryRange(workspace, call, latest=call.text("cursor"))
    found = filter(span.contains, takewhile(span.not_too_old, conversation.newest_first()))
    return _messages(workspace, found, call)


def replies(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """The first message, then its replies, oldest first; a cursor goes on after the reply it names."""
    conversation = joined_conversation(workspace, call.text("channel"))
    thread = conversation.thread(call.required("ts"))
    if not thread:
        raise SlackRefusal("thread_not_found")
    first, *rest = thread
    span = _HistoryRange(workspace, call, oldest=call.text("cursor"))
    return _messages(workspace, [first, *filter(span.contains, rest)], call)


class _HistoryRange:
    """The stretch of time asked for, and old enough for a history that lags behind."""

    def __init__(self, workspace: FakeWorkspace, call: Arguments, oldest: str = "", latest: str = "") -> None:
        try:
            self._oldest = max(float(call.text("oldest") or 0), float(oldest or 0))
            self._latest = min(float(call.text("latest") or "inf"), float(latest or "inf"))
        except ValueError:
            raise SlackRefusal("invalid_ts_latest") from None
        self._inclusive = call.flag("inclusive")
        self._lagging = workspace.clock.real_now().timestamp() - workspace.history_settings.lag_s

    def not_too_old(self, message: SlackMessage) -> bool:
        return float(message.ts) >= self._oldest

    def contains(self, message: SlackMessage) -> bool:
        moment = float(message.ts)
        if moment > self._lagging:
            return False
        if self._inclusive:
            return self._oldest <= moment <= self._latest
        return moment < self._latest and (moment > self._oldest or self._oldest == 0)


def _messages(workspace: FakeWorkspace, found: Iterable[SlackMessage], call: Arguments) -> dict[str, Any]:
    limit = min(call.number("limit", 100, 999), workspace.history_settings.history_most)
    page = list(islice(found, limit + 1))
    shown, more = page[:limit], len(page) > limit
    metadata = call.flag("include_all_metadata")
    return {
        "messages": [message_as_slack(workspace, one, metadata=metadata) for one in shown],
        "has_more": more,
        "pin_count": 0,
    } | ({"response_metadata": {"next_cursor": shown[-1].ts}} if more else {})


def _page(name: str, items: list[T], call: Arguments, most: int) -> dict[str, Any]:
    start = int(call.text("cursor") or 0)
    limit = call.number("limit", 100, most)
    following = str(start + limit) if start + limit < len(items) else ""
    return {name: items[start : start + limit], "response_metadata": {"next_cursor": following}}
