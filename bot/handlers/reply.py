"""Answering who pressed something: by the response URL while it lasts, else by a message that only they see."""

from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.views.message import Message


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
