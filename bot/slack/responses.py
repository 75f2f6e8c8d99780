"""Answer a request from Slack: a command, a press, or something in a modal."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.blockkit import inputs
from bot.blockkit.blocks import Message
from bot.slack.request import SlackRequest

MODAL_TIMEOUT_S = 1.5  # of the three seconds that Slack waits; a view that takes longer is shown later

_VALUE_KEYS = ("value", "selected_date", "selected_time")


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
    await asyncio.wait({working}, timeout=timeout_s)
    if working.done():
        await request.ack(response_action="update", view=working.result())
        return
    await request.ack(response_action="update", view=placeholder)
    await request.client.views_update(view_id=request.view["id"], view=await working)


async def show_in_modal(request: SlackRequest, text: str) -> None:
    """Show a text over the modal, so that what was typed is not lost.

    It takes the modal's place where three are open already, which is Slack's limit, or where a placeholder is shown.
    """
    view, message = request.view, inputs.message_modal(Message(text), "Not done")
    is_submission = request.body["type"] == "view_submission"
    is_third = view["previous_view_id"] not in (None, view["root_view_id"])
    if is_submission and not request.is_acknowledged:
        await request.ack(response_action="update" if is_third else "push", view=message)
        return

    if not request.is_acknowledged:
        await request.ack()
    try:
        if is_submission or is_third:
            await request.client.views_update(view_id=view["id"], view=message)
        else:
            await request.client.views_push(trigger_id=request.trigger_id, view=message)
    except SlackApiError:  # closed meanwhile, or after three seconds
        await request.client.chat_postMessage(channel=request.user, text=text)


async def respond_to_command(request: SlackRequest, message: Message) -> None:
    """Answer a slash command: in the acknowledgement, or by its response URL where that was sent already."""
    if request.is_acknowledged:
        await respond(request, message)
    else:
        await request.ack(**message.payload(), response_type="ephemeral")


async def respond(request: SlackRequest, message: Message, *, replace: bool = False) -> None:
    """Show a message to the person only; `replace` puts it in place of the pressed message, where only they see that."""
    payload = message.payload()
    if not request.response_url:
        await request.client.chat_postMessage(channel=request.user, **payload)
        return
    replace = replace and request.is_private
    answered = await request.respond(**payload, response_type="ephemeral", replace_original=replace)
    if answered.status_code >= 400:  # after five uses or half an hour, or the message is gone
        await _respond_in_channel(request, payload)


async def _respond_in_channel(request: SlackRequest, payload: dict[str, Any]) -> None:
    """Post for the person's eyes only where they are; where the bot may not write, in their direct messages."""
    try:
        await request.client.chat_postEphemeral(channel=request.channel, user=request.user, **payload)
    except SlackApiError:
        await request.client.chat_postMessage(channel=request.user, **payload)
