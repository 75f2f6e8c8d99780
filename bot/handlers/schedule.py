"""Versions of the operator's schedule that were refused: an organiser may use one anyway."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.conference.running import RunningConference
from bot.handlers.boundary import Boundary
from bot.handlers.people import People
from bot.views import alerts, ids


class Schedules:
    def __init__(self, conference: RunningConference, people: People) -> None:
        self._conference = conference
        self._people = people

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.USE_SOURCE)(boundary.guarded(self.used_anyway))

    async def used_anyway(self, args: AsyncArgs) -> None:
        """[Use it anyway]"""
        await args.ack()
        await self._people.demand_organiser(args)
        by = args.context.user_id or ""
        edition = await self._conference.use_anyway(int(args.payload["value"]), by)
        await args.respond(**alerts.used_anyway(edition.revision, by).payload(), replace_original=True)
