"""Questions to Slack about a conversation."""

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

_NOT_SEEN = frozenset({"channel_not_found", "not_in_channel", "is_archived", "missing_scope"})


async def posting_refusal(client: AsyncWebClient, channel: str) -> str:
    """The error with which Slack would refuse a post to a channel, as far as it tells before; else empty."""
    try:
        info = (await client.conversations_info(channel=channel))["channel"]
    except SlackApiError as error:
        refusal = str(error.response.get("error"))
        if refusal in _NOT_SEEN:
            return refusal
        raise
    if info.get("is_archived"):
        return "is_archived"
    return "" if info.get("is_member") else "not_in_channel"
