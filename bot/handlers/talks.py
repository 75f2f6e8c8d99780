"""Buttons on answers: a talk's details, the rest of a list, a suggested question, sharing with everyone here."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk, Place
from bot.handlers.surfaces import Surfaces
from bot.questions.conversation import Reader
from bot.views import ids


class Talks:
    def __init__(self, desk: Desk, surfaces: Surfaces) -> None:
        self._desk = desk
        self._surfaces = surfaces

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.any_of(ids.DETAILS, ids.DETAILS_CHOSEN, ids.DETAILS_FOUND))(boundary.guarded(self.opened))
        app.action(ids.any_of(ids.ASK))(boundary.guarded(self.asked))
        app.action(ids.any_of(ids.MORE))(boundary.guarded(self.listed))
        app.action(ids.SHARE)(boundary.guarded(self.shared))
        app.action(ids.DISMISS)(boundary.guarded(self.dismissed))

    async def opened(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._surfaces.show_card(args, self._desk.chosen(args))

    async def asked(self, args: AsyncArgs) -> None:
        await args.ack()
        message = await self._desk.answer(args.payload["value"], _place(args), await self._desk.reader(args))
        await args.respond(**message.payload(), response_type="ephemeral", replace_original=False)

    async def listed(self, args: AsyncArgs) -> None:
        await args.ack()
        message = await self._desk.answer(
            args.payload["value"], _place(args), await self._desk.reader(args), whole=True, again=True
        )
        await args.respond(**message.payload(), response_type="ephemeral", replace_original=False)

    async def shared(self, args: AsyncArgs) -> None:
        await args.ack()
        reader = await self._desk.reader(args)
        message = await self._desk.answer(
            args.payload["value"], _place(args), Reader(command=reader.command, stays=True), again=True
        )
        await args.respond(**message.payload(), response_type="in_channel", replace_original=False)

    async def dismissed(self, args: AsyncArgs) -> None:
        await args.ack()
        await args.respond(delete_original=True)


def _place(args: AsyncArgs) -> Place:
    """Where the button was pressed: the same conversation as the question before it."""
    context = args.context
    thread = str(args.body.get("container", {}).get("thread_ts", ""))
    direct = (context.channel_id or "").startswith("D")
    return Place(
        context.team_id or "", context.channel_id or "", thread, "" if thread or direct else context.user_id or ""
    )
