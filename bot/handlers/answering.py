"""Answers wait for nobody; but what they call at Slack is counted, so that what is paced makes room for it."""

from collections.abc import Callable
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.connection import SlackClient

OnCall = Callable[[str, str, str], None]  # told workspace, method, and the channel or person it was for, if any


class AccountedClient(SlackClient):
    """The bot's line to Slack, for one request of one person."""

    def __init__(self, client: SlackClient, context: AsyncBoltContext, on_call: OnCall) -> None:
        vars(self).update(vars(client))  # the SDK's constructor would look for proxies anew, at every request
        self._workspace = context.team_id or ""
        self._person = context.user_id or ""
        self._on_call = on_call

    async def api_call(self, api_method: str, **request: Any) -> AsyncSlackResponse:
        """As the SDK's; counted whatever comes of it, as Slack does."""
        channel = str((request.get("json") or {}).get("channel", ""))
        # Where reminders are paced, a direct message goes by its person's id.
        self._on_call(self._workspace, api_method, self._person if channel[:1] == "D" else channel)
        return await super().api_call(api_method, **request)
