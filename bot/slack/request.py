"""One request from Slack, as the features read it, and the ways to answer a command, a press or a modal."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blockkit import inputs
from bot.blockkit.blocks import VIEW_BLOCKS, Message, section


@dataclass(frozen=True, slots=True)
class SlackRequest:
    """A command, an event, a press of a button, a choice in a menu, or a submitted form.

    Ids are empty where the request has none. The properties read the body when they are asked, so that a malformed
    body fails inside the listener, where the guard answers errors.
    """

    workspace: str
    channel: str
    user: str
    bot_user: str
    body: dict[str, Any]  # as Bolt parsed it
    payload: dict[str, Any]  # the part that the listener is about: the event, the action, the command
    client: AsyncWebClient
    ack: AsyncAck
    respond: AsyncRespond
    response_url: str
    typed: str | None = None  # the command's words where they stand elsewhere than in a slash command

    @classmethod
    def from_bolt(cls, args: AsyncArgs) -> "SlackRequest":
        """Read the ids once that Bolt found in the body."""
        context = args.context
        return cls(
            workspace=context.team_id or "",
            channel=context.channel_id or "",
            user=context.user_id or "",
            bot_user=context.bot_user_id or "",
            body=args.body,
            payload=args.payload,
            client=args.client,
            ack=args.ack,
            respond=args.respond,
            response_url=context.response_url or "",
        )

    @property
    def is_command(self) -> bool:
        """Tell whether somebody typed the slash command."""
        return "command" in self.body

    @property
    def is_message(self) -> bool:
        """Tell whether somebody wrote a message to the bot."""
        return "event" in self.body

    @property
    def is_acknowledged(self) -> bool:
        """Tell whether Slack has its answer; then more can only follow by other ways."""
        return self.ack.response is not None

    @property
    def text(self) -> str:
        """The words after the slash command as they were typed, or those that stand for one."""
        return (unescape(str(self.body.get("text", ""))) if self.typed is None else self.typed).strip()

    @property
    def arguments(self) -> str:
        """The words after the subcommand, which is the first word."""
        return self.text.partition(" ")[2].strip()

    @property
    def thread(self) -> str:
        """The timestamp of the thread that the message is a reply in; empty outside of threads."""
        message = self.body.get("event") or self.body.get("container") or {}
        thread = str(message.get("thread_ts") or "")
        return "" if thread == message.get("message_ts", message.get("ts")) else thread

    @property
    def pressed_ts(self) -> str:
        """The timestamp of the message with the pressed button."""
        return str(self.body["container"]["message_ts"])

    @property
    def view(self) -> dict[str, Any]:
        """The modal or App Home that the request comes from; raises KeyError where it comes from a message."""
        view: dict[str, Any] = self.body["view"]
        return view

    @property
    def trigger_id(self) -> str:
        """The permission to open a modal, valid for three seconds."""
        return str(self.body["trigger_id"])

    async def direct_message(self) -> str:
        """Open the person's direct message with the bot, where it is not open yet. Return its id."""
        return str((await self.client.conversations_open(users=self.user))["channel"]["id"])

    @property
    def value(self) -> str:
        """The value of the button that was pressed, or the letters typed into a menu."""
        return str(self.payload["value"])

    @property
    def selected(self) -> str:
        """The value of the option that was chosen in a menu."""
        return str(self.payload["selected_option"]["value"])

    @property
    def is_in_modal(self) -> bool:
        """Tell whether somebody pressed or submitted something in a modal."""
        in_modal = self.body.get("view", {}).get("type") == "modal"
        return in_modal and self.body.get("type") in ("view_submission", "block_actions")

    @property
    def is_private(self) -> bool:
        """Tell whether nobody else sees the message that was pressed."""
        ephemeral = self.body.get("container", {}).get("is_ephemeral", False)
        return bool(ephemeral) or self.channel.startswith("D")


MODAL_TIMEOUT_S = 1.5  # of the three seconds that Slack waits; a view that takes longer is shown later

ACK_SENT_AFTER_S = 0.1

_VALUE_KEYS = ("value", "selected_time")


def form_values(view: Mapping[str, Any]) -> dict[str, str]:
    """The text of each field of a form by its block id; for a menu the value of the chosen option."""
    return {
        block: _element_text(element)
        for block, elements in view["state"]["values"].items()
        for element in elements.values()
    }


def _element_text(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option") or {}
    value = next((element[name] for name in _VALUE_KEYS if element.get(name)), "")
    return str(option.get("value") or value)


async def ack_with_view(
    request: SlackRequest,
    work: Coroutine[Any, Any, dict[str, Any]],
    placeholder: dict[str, Any],
    timeout_s: float = MODAL_TIMEOUT_S,
) -> None:
    """Replace a submitted modal by the view that `work` gives; where that is slow, show `placeholder` first.

    A quick view is given in the acknowledgement itself: an update that overtakes the acknowledgement would be lost.
    """
    working = asyncio.create_task(work)
    try:
        await asyncio.wait({working}, timeout=timeout_s)
        if working.done():
            await request.ack(response_action="update", view=working.result())
            return
        await ack_with_placeholder(request, placeholder)
        await replace_view(request, await working)
    finally:  # where the request ends early, nobody would see what becomes of the work
        working.cancel()


async def replace_view(request: SlackRequest, view: dict[str, Any]) -> None:
    """Put a view in place of the modal or the App Home that the request comes from."""
    await request.client.views_update(view_id=request.view["id"], view=view)


def is_stack_full(view: Mapping[str, Any]) -> bool:
    """Tell whether this modal is the third on the stack: Slack shows no fourth."""
    return view["previous_view_id"] not in (None, view["root_view_id"])


async def ack_with_next_view(request: SlackRequest, view: dict[str, Any]) -> None:
    """Answer a submitted form by the modal that follows: over the form, or in its place where three are open."""
    await request.ack(response_action="update" if is_stack_full(request.view) else "push", view=view)


async def show_in_modal(request: SlackRequest, text: str) -> None:
    """Show why something was not done, so that nothing that was typed is lost.

    A submitted form stays as it is, with the text at a field or above the rest. After a press the text is shown over
    the modal, or in its place where three are open.
    """
    submitted = request.body["type"] == "view_submission"
    if submitted and not request.is_acknowledged:
        await _ack_with_error(request, text)
        return

    message = inputs.message_modal(Message(text), "Not done")
    if not request.is_acknowledged:
        await request.ack()
    if submitted:
        await update_modal(request, message, text)
        return
    try:
        await push_modal(request, message)
    except SlackApiError:  # closed meanwhile, or after three seconds
        await request.client.chat_postMessage(channel=request.user, text=text)


async def push_modal(request: SlackRequest, view: dict[str, Any]) -> str:
    """Show a modal over the pressed one, or in its place where three are open.

    Return the id of the modal that is shown.

    After two quick presses both find room for a third. Slack refuses the later one, which then takes the pressed one's
    place.
    """
    if not is_stack_full(request.view):
        try:
            pushed = await request.client.views_push(trigger_id=request.trigger_id, view=view)
            return str(pushed["view"]["id"])
        except SlackApiError as error:
            if error.response.get("error") != "push_limit_reached":
                raise
    await replace_view(request, view)
    return str(request.view["id"])


_VIEW_FIELDS = ("type", "callback_id", "title", "submit", "close", "private_metadata", "clear_on_close")

_ERROR_BLOCK = "error"  # the block that holds the reason; a later one takes its place


async def _ack_with_error(request: SlackRequest, text: str) -> None:
    """Keep a submitted modal open, with the reason at its last field, or above the rest where it has no field."""
    view = request.view
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    if fields:
        await request.ack(response_action="errors", errors={fields[-1]: text})
        return
    shown = {name: view[name] for name in _VIEW_FIELDS if view.get(name)}
    blocks = [block for block in view["blocks"] if block["block_id"] != _ERROR_BLOCK]
    reason = section(f":warning: {text}") | {"block_id": _ERROR_BLOCK}
    await request.ack(response_action="update", view=shown | {"blocks": [reason, *blocks][:VIEW_BLOCKS]})


async def ack_with_placeholder(request: SlackRequest, view: dict[str, Any]) -> None:
    """Replace a submitted modal by a view that says that work is under way; return once Slack has the answer.

    Bolt sends an acknowledgement some 10 ms after it was given. A view that overtakes it would be lost.
    """
    await request.ack(response_action="update", view=view)
    await asyncio.sleep(ACK_SENT_AFTER_S)


async def update_modal(request: SlackRequest, view: dict[str, Any], text: str) -> None:
    """Replace the modal of the request after it was acknowledged; where it is closed by now, send `text` instead."""
    try:
        await replace_view(request, view)
    except SlackApiError:
        await request.client.chat_postMessage(channel=request.user, text=text)


async def respond_publicly(request: SlackRequest, message: Message) -> None:
    """Answer a command with nothing private: in the thread of a mention, or as `respond` elsewhere."""
    if request.is_message and not request.is_private:
        thread = request.thread or str(request.payload["ts"])
        await request.client.chat_postMessage(channel=request.channel, thread_ts=thread, **message.payload())
    else:
        await respond(request, message)


async def respond(request: SlackRequest, message: Message, *, replace: bool = False) -> None:
    """Answer a command or a press, to the person only.

    A slash command is answered in the acknowledgement, or by its response URL where that was sent already. The same
    words in a direct message are answered there, so that the answer stays; in a channel nobody else sees it. `replace`
    puts the message in place of the pressed one if only they see that.
    """
    if request.is_command and not request.is_acknowledged:
        await request.ack(**message.payload(), response_type="ephemeral")
    elif request.is_message and request.is_private:
        await _post(request, message)
    elif replace and request.is_private:
        await replace_pressed(request, message)
    else:
        await respond_privately(request, message)


async def respond_privately(request: SlackRequest, message: Message) -> None:
    """Show a message to the person only, wherever they are."""
    if not await _use_response_url(request, message, response_type="ephemeral", replace_original=False):
        await _show_privately(request, message)


async def replace_pressed(request: SlackRequest, message: Message) -> None:
    """Put a message in place of the pressed one, for everyone who sees it."""
    if not await _use_response_url(request, message, response_type="ephemeral", replace_original=True):
        await _show_privately(request, message)


async def show_everyone(request: SlackRequest, message: Message) -> None:
    """Show a message to everyone in the conversation that the press comes from."""
    if not await _use_response_url(request, message, response_type="in_channel", replace_original=False):
        await _post(request, message)


async def dismiss_pressed(request: SlackRequest, instead: Message) -> None:
    """Delete the pressed message; where that is no longer possible, say so with `instead`."""
    answered = await request.respond(delete_original=True)
    if answered.status_code >= 400:
        await _show_privately(request, instead)


async def _show_privately(request: SlackRequest, message: Message) -> None:
    """Post for the person's eyes only where they are; where the bot may not write, in their direct messages."""
    payload = message.payload()
    if request.channel:
        with suppress(SlackApiError):
            await request.client.chat_postEphemeral(
                channel=request.channel, user=request.user, **_in_thread(request), **payload
            )
            return
    await request.client.chat_postMessage(channel=request.user, **payload)


async def _post(request: SlackRequest, message: Message) -> None:
    """Post where the request comes from, for everyone who reads there."""
    await request.client.chat_postMessage(channel=request.channel, **_in_thread(request), **message.payload())


async def _use_response_url(request: SlackRequest, message: Message, **how: Any) -> bool:
    """Answer by the response URL; False where there is none, or where Slack takes no more.

    Slack takes five answers within half an hour, and none when the message is gone.
    """
    if not request.response_url:
        return False
    answered = await request.respond(**message.payload(), **_in_thread(request), **how)
    return answered.status_code < 400


def _in_thread(request: SlackRequest) -> dict[str, Any]:
    """Keep an answer in the thread of the press: without a `thread_ts` Slack shows it in the channel."""
    return {"thread_ts": request.thread} if request.thread else {}
