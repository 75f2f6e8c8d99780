"""Modals: what was filled in, the answer to a submission, and telling something in their place.

Answering who pressed something: by the response URL while it lasts, else by a message that only they see."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.blockkit import inputs
from bot.blockkit.blocks import Message

MODAL_TIMEOUT_S = 1.5  # of the three seconds that Slack waits: what takes longer is shown when it is there

_VALUE_KEYS = ("value", "selected_date", "selected_time")


def form_values(view: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each field, by its block's id; a menu's by the chosen option's value."""
    return {
        block: _element_text(element)
        for block, elements in view["state"]["values"].items()
        for element in elements.values()
    }


async def ack_with_view(
    args: AsyncArgs,
    work: Coroutine[Any, Any, dict[str, Any]],
    placeholder: dict[str, Any],
    timeout_s: float = MODAL_TIMEOUT_S,
) -> None:
    """Answer a submission with the view that `work` gives, in the modal's place; with `placeholder` before, if it is slow.

    What is quick needs no view in between: an update that overtakes the acknowledgement would be lost under it.
    """
    working = asyncio.create_task(work)
    await asyncio.wait({working}, timeout=timeout_s)
    if working.done():
        await args.ack(response_action="update", view=working.result())
        return
    await args.ack(response_action="update", view=placeholder)
    await args.client.views_update(view_id=args.body["view"]["id"], view=await working)


def is_modal(body: Mapping[str, Any]) -> bool:
    """Whether somebody pressed or submitted something in a modal."""
    in_one = body.get("view", {}).get("type") == "modal"
    return in_one and body.get("type") in ("view_submission", "block_actions")


async def show_in_modal(args: AsyncArgs, text: str) -> None:
    """Say it over the modal, so that what was typed is not lost; where three are open, or it waits, in its place."""
    view, said = args.body["view"], inputs.message_modal(Message(text), "Not done")
    submitted, waits = args.body["type"] == "view_submission", args.ack.response is not None
    third = view["previous_view_id"] not in (None, view["root_view_id"])
    if submitted and not waits:
        await args.ack(response_action="update" if third else "push", view=said)
        return
    if not waits:
        await args.ack()
    try:
        if submitted or third:
            await args.client.views_update(view_id=view["id"], view=said)
        else:
            await args.client.views_push(trigger_id=args.body["trigger_id"], view=said)
    except SlackApiError:  # closed meanwhile, or after three seconds
        await args.client.chat_postMessage(channel=args.context.user_id or "", text=text)


def _element_text(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option") or {}
    given = next((element[name] for name in _VALUE_KEYS if element.get(name)), "")
    return str(option.get("value") or given)


async def respond_to_command(args: AsyncArgs, message: Message) -> None:
    """To a slash command: in the acknowledgement, or by its response URL where that was sent ahead."""
    if args.ack.response is None:
        await args.ack(**message.payload(), response_type="ephemeral")
    else:
        await respond(args, message)


async def respond(args: AsyncArgs, message: Message, *, replace: bool = False) -> None:
    """Only the person sees it; `replace` puts it in place of what they pressed, where that is theirs alone."""
    payload = message.payload()
    if not args.context.response_url:
        await args.client.chat_postMessage(channel=args.context.user_id or "", **payload)
        return
    replace = replace and is_private(args)
    answered = await args.respond(**payload, response_type="ephemeral", replace_original=replace)
    if answered.status_code >= 400:  # after five uses or half an hour, or the message is gone
        await _respond_in_channel(args, payload)


async def _respond_in_channel(args: AsyncArgs, payload: dict[str, Any]) -> None:
    """Where they are, for their eyes only; where the bot may not write, in their direct messages."""
    channel, user = args.context.channel_id or "", args.context.user_id or ""
    try:
        await args.client.chat_postEphemeral(channel=channel, user=user, **payload)
    except SlackApiError:
        await args.client.chat_postMessage(channel=user, **payload)


def is_private(args: AsyncArgs) -> bool:
    """Whether nobody else sees the message that was pressed."""
    ephemeral = args.body.get("container", {}).get("is_ephemeral", False)
    return bool(ephemeral) or (args.context.channel_id or "").startswith("D")


def arguments_of(args: AsyncArgs) -> str:
    """What follows the first word of a slash command."""
    return str(args.body.get("text", "")).strip().partition(" ")[2].strip()
