"""Pause what the bot sends unasked, resume it, and estimate how long it takes."""

from collections.abc import Callable
from datetime import timedelta

from bot.delivery.models import POST
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.recipients import SubscriptionService
from bot.slack.request import SlackRequest


class DeliveryControl:
    """The deliveries of a workspace as its organisers see and control them."""

    def __init__(self, subscriptions: SubscriptionService, config: DeliveryConfig, wake: Callable[[], None]) -> None:
        """`wake` tells the delivery worker that there is something to send."""
        self._subscriptions = subscriptions
        self._interval = config.interval(POST)
        self.wake = wake

    def time_to_send(self, messages: int) -> timedelta:
        """The shortest time in which this many messages go out at the permitted rate."""
        return messages * self._interval

    async def is_paused(self, request: SlackRequest) -> bool:
        """Tell whether an organiser paused all sending."""
        return await self._subscriptions.is_paused(request.workspace)

    async def pause(self, request: SlackRequest) -> None:
        """Send nothing unasked until somebody resumes."""
        await self._subscriptions.pause(request.workspace, request.user)

    async def resume(self, request: SlackRequest) -> None:
        """Send again the deliveries that are still useful."""
        await self._subscriptions.resume(request.workspace)
        self.wake()
