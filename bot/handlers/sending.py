"""How what the bot sends unasked goes out: whether it is paused, how long it takes, and that there is something new."""

from collections.abc import Callable
from datetime import timedelta

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.reminders.rhythm import DeliveryConfig
from bot.reminders.subscribers import SubscriptionService
from bot.store.ready import POST


class DeliveryControl:
    """The flow of deliveries, as organisers see and stop it."""

    def __init__(self, subscriptions: SubscriptionService, config: DeliveryConfig, wake: Callable[[], None]) -> None:
        """`wake` tells the courier that there is something to deliver."""
        self._subscriptions = subscriptions
        self._interval = config.interval(POST)
        self.wake = wake

    def time_to_send(self, messages: int) -> timedelta:
        """How long it takes at least until so many are out, at the rate that is permitted."""
        return messages * self._interval

    async def is_paused(self, args: AsyncArgs) -> bool:
        return await self._subscriptions.is_paused(args.context.team_id or "")

    async def pause(self, args: AsyncArgs) -> None:
        """Send nothing unasked any more."""
        await self._subscriptions.pause(args.context.team_id or "", args.context.user_id or "")

    async def resume(self, args: AsyncArgs) -> None:
        """Send again what is still useful."""
        await self._subscriptions.resume(args.context.team_id or "")
        self.wake()
