"""Versions of the operator's schedule that were refused: an organiser may use one anyway."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.conference.running import LiveSchedule
from bot.handlers.boundary import RequestGuard
from bot.handlers.people import Users
from bot.views import alerts, ids


class SourceHandlers:
    def __init__(self, conference: LiveSchedule, users: Users) -> None:
        self._conference = conference
        self._users = users

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(ids.USE_SOURCE)(guard.wrap(self.on_use_anyway))

    async def on_use_anyway(self, args: AsyncArgs) -> None:
        """[Use it anyway]"""
        await args.ack()
        await self._users.require_organiser(args)
        by = args.context.user_id or ""
        edition = await self._conference.use_anyway(int(args.payload["value"]), by)
        await args.respond(**alerts.used_anyway_message(edition.revision, by).payload(), replace_original=True)
