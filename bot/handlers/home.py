"""App Home: drawn when it is opened, and browsed page by page."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import RequestGuard
from bot.handlers.surfaces import Presenter
from bot.handlers.welcome import WelcomeHandlers
from bot.views import ids
from bot.views.places import BROWSE_KINDS, HomePage


class HomeHandlers:
    def __init__(self, presenter: Presenter, welcome: WelcomeHandlers) -> None:
        self._presenter = presenter
        self._welcome = welcome

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.event("app_home_opened")(guard.wrap(self.on_opened))
        app.action(ids.matching(ids.HOME_PAGE))(guard.wrap(self.on_page_turned))
        app.action(ids.matching(*map(ids.browse_action, BROWSE_KINDS)))(guard.wrap(self.on_browse))

    async def on_opened(self, args: AsyncArgs) -> None:
        if args.payload.get("tab") == "home":
            await self._presenter.publish_home(args, HomePage())
        await self._welcome.welcome_person(args)

    async def on_page_turned(self, args: AsyncArgs) -> None:
        """[Next], [Previous], [Back to Home]"""
        await args.ack()
        page = HomePage.from_json(args.payload["value"])
        await self._presenter.publish_home(args, page, args.body["view"]["hash"])

    async def on_browse(self, args: AsyncArgs) -> None:
        """A day, a track, a room or a speaker was chosen."""
        await args.ack()
        by = ids.browse_kind(args.payload["action_id"])
        page = HomePage(by, args.payload["selected_option"]["value"])
        await self._presenter.publish_home(args, page, args.body["view"]["hash"])
