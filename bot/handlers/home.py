"""App Home: drawn when it is opened, and browsed page by page."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary
from bot.handlers.surfaces import Surfaces
from bot.handlers.welcome import Welcome
from bot.views import ids
from bot.views.places import WAYS, HomePage


class Home:
    def __init__(self, surfaces: Surfaces, welcome: Welcome) -> None:
        self._surfaces = surfaces
        self._welcome = welcome

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.event("app_home_opened")(boundary.guarded(self.opened))
        app.action(ids.any_of(ids.GO))(boundary.guarded(self.turned))
        app.action(ids.any_of(*map(ids.browse, WAYS)))(boundary.guarded(self.browsed))

    async def opened(self, args: AsyncArgs) -> None:
        if args.payload.get("tab") == "home":
            await self._surfaces.publish(args, HomePage())
        await self._welcome.first_time(args)

    async def turned(self, args: AsyncArgs) -> None:
        """[Next], [Previous], [Back to Home]"""
        await args.ack()
        page = HomePage.from_json(args.payload["value"])
        await self._surfaces.publish(args, page, args.body["view"]["hash"])

    async def browsed(self, args: AsyncArgs) -> None:
        """A day, a track, a room or a speaker was chosen."""
        await args.ack()
        by = ids.way(args.payload["action_id"])
        page = HomePage(by, args.payload["selected_option"]["value"])
        await self._surfaces.publish(args, page, args.body["view"]["hash"])
