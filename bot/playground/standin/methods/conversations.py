"""conversations.*: finding, joining and reading back."""

from collections.abc import Iterable
from itertools import islice, takewhile
from typing import Any, TypeVar

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.conversations import Message
from bot.playground.standin.methods.reach import conversation_as_slack, known, message_as_slack, reach
from bot.playground.standin.refusal import RefusalError
from bot.playground.standin.workspace import Workspace

T = TypeVar("T")
KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def open_(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    """The direct message with one person, opened if need be."""
    if call.has("channel"):
        conversation = known(workspace, call.text("channel"))
        return {"channel": {"id": conversation.id}, "already_open": True, "no_op": True}
    people = [one for one in call.text("users").split(",") if one]
    if not people:
        raise RefusalError("users_list_not_supplied")
    if len(people) > 1:
        raise RefusalError("not_enough_users" if len(people) > 8 else "missing_scope", needed="mpim:write")
    user = workspace.users.get(people[0])
    if user is None:
        raise RefusalError("user_not_found")
    if user.is_bot or user.id == "USLACKBOT":
        raise RefusalError("cannot_dm_bot")
    if user.deleted:
        raise RefusalError("user_disabled")
    already = workspace.has_direct(workspace.bot.id, user.id)
    conversation = workspace.direct(workspace.bot.id, user.id)
    shown = conversation_as_slack(workspace, conversation) if call.flag("return_im") else {"id": conversation.id}
    return {"channel": shown} | ({"already_open": True, "no_op": True} if already else {})


def info(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    conversation = known(workspace, call.text("channel"))
    shown = conversation_as_slack(workspace, conversation)
    return {"channel": shown | ({"num_members": len(conversation.members)} if call.flag("include_num_members") else {})}


def list_(workspace: Workspace, call: Arguments) -> dict[str, Any]:
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


def members(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    return _page("members", list(known(workspace, call.text("channel")).members), call, most=1_000)


def join(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    conversation = known(workspace, call.text("channel"))
    if conversation.kind != "public":
        raise RefusalError("method_not_supported_for_channel_type")
    if conversation.archived:
        raise RefusalError("is_archived")
    workspace.join(conversation, workspace.bot.id)
    return {"channel": conversation_as_slack(workspace, conversation)}


def invite(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    conversation = reach(workspace, call.text("channel"))
    for user in call.need("users").split(","):
        if not workspace.join(conversation, workspace.user(user).id):
            raise RefusalError("already_in_channel")
    return {"channel": conversation_as_slack(workspace, conversation)}


def leave(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    conversation = reach(workspace, call.text("channel"))
    workspace.leave(conversation, workspace.bot.id)
    return {}


def history(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    """Newest first; a cursor goes on before the message it names."""
    conversation = reach(workspace, call.text("channel"))
    span = _Span(workspace, call, latest=call.text("cursor"))
    found = filter(span.holds, takewhile(span.not_too_old, conversation.newest_first()))
    return _messages(workspace, found, call)


def replies(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    """The first message, then its replies, oldest first; a cursor goes on after the reply it names."""
    conversation = reach(workspace, call.text("channel"))
    thread = conversation.thread(call.need("ts"))
    if not thread:
        raise RefusalError("thread_not_found")
    first, *rest = thread
    span = _Span(workspace, call, oldest=call.text("cursor"))
    return _messages(workspace, [first, *filter(span.holds, rest)], call)


class _Span:
    """The stretch of time asked for, and old enough for a history that lags behind."""

    def __init__(self, workspace: Workspace, call: Arguments, oldest: str = "", latest: str = "") -> None:
        try:
            self._oldest = max(float(call.text("oldest") or 0), float(oldest or 0))
            self._latest = min(float(call.text("latest") or "inf"), float(latest or "inf"))
        except ValueError:
            raise RefusalError("invalid_ts_latest") from None
        self._inclusive = call.flag("inclusive")
        self._lagging = workspace.clock.machine().timestamp() - workspace.reading.lag_s

    def not_too_old(self, message: Message) -> bool:
        return float(message.ts) >= self._oldest

    def holds(self, message: Message) -> bool:
        moment = float(message.ts)
        if moment > self._lagging:
            return False
        if self._inclusive:
            return self._oldest <= moment <= self._latest
        return moment < self._latest and (moment > self._oldest or self._oldest == 0)


def _messages(workspace: Workspace, found: Iterable[Message], call: Arguments) -> dict[str, Any]:
    limit = min(call.number("limit", 100, 999), workspace.reading.history_most)
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
