"""Modals: what was filled in, the answer to a submission, and telling something in their place."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.views import card
from bot.views.message import Message

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
    view, said = args.body["view"], card.message_modal(Message(text), "Not done")
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
