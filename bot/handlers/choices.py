"""A person's settings: when to be reminded, and whether the day begins with a digest."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.reply import answer
from bot.handlers.surfaces import Surfaces
from bot.store.people import Choices
from bot.views import choices as views
from bot.views import ids
from bot.views.message import Message


class PersonalChoices:
    def __init__(self, attendees: Attendees, surfaces: Surfaces) -> None:
        self._attendees = attendees
        self._surfaces = surfaces

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.SETTINGS)(boundary.guarded(self.pressed))
        app.action(ids.CHOOSE_LEAD)(boundary.guarded(self.lead_chosen))
        app.action(ids.CHOOSE_DIGEST)(boundary.guarded(self.digest_chosen))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon settings`"""
        await answer(args, _settings(await self._attendees.choices(args)))

    async def remind_me(self, args: AsyncArgs) -> None:
        """`/qcon remind me`, typed or pressed."""
        if "command" in args.body:
            await answer(args, _settings(await self._attendees.remind(args)))
        else:
            await args.ack()
            await self._surfaces.show(args, _settings(await self._attendees.remind(args)), instead=True)

    async def pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._surfaces.present(args, _settings(await self._attendees.choices(args)))

    async def lead_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        lead = args.payload["selected_option"]["value"]
        chosen = self._attendees.never_remind(args) if lead == "off" else self._attendees.remind(args, int(lead))
        await self._surfaces.show(args, _settings(await chosen), instead=True)

    async def digest_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        wanted = args.payload["selected_option"]["value"] == "on"
        await self._surfaces.show(args, _settings(await self._attendees.digest(args, wanted=wanted)), instead=True)


def _settings(chosen: Choices) -> Message:
    return views.message(chosen.lead if chosen.reminded else None, chosen.digest)
