"""App Home and the cards of talks, drawn for one person; and drawn anew, in place, after their own action."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.handlers.attendees import Attendees
from bot.handlers.desk import Desk
from bot.handlers.reply import tell
from bot.schedule.agenda import agenda, clashes
from bot.schedule.model import Talk
from bot.schedule.moments import on_and_next
from bot.views import browse, calendar, card, home, ids
from bot.views.card import Mine
from bot.views.home import Visitor
from bot.views.message import Message
from bot.views.places import HomePage, kept

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Everything here shows what is true now, for whoever is behind the request."""

    desk: Desk
    attendees: Attendees
    public_url: str = ""

    async def card(self, args: AsyncArgs, talk: Talk) -> View:
        """The modal on one talk."""
        schedule, now = self.desk.edition.schedule, self.desk.now
        saved = await self.attendees.saved(args)
        vote, _ = await self.attendees.vote(args, talk.id)
        clashing = clashes(talk, self.desk.talks_of(saved))
        mine = Mine(talk.id in saved, vote, clashing, self.desk.offers_organising(args))
        links = calendar.links(talk, schedule.conference, self.public_url)
        return card.details(talk, schedule, now, await self.desk.reader(args), mine, links)

    async def show_card(self, args: AsyncArgs, talk: Talk) -> None:
        """Open the talk's card: over what is open already, or in the place of another talk's."""
        await self.open(args, await self.card(args, talk))

    async def open(self, args: AsyncArgs, view: View) -> None:
        """A modal from anywhere; one of the same kind takes the other's place."""
        there = args.body.get("view") or {}
        if there.get("type") != "modal":
            await args.client.views_open(trigger_id=args.body["trigger_id"], view=view)
        elif there.get("callback_id") == view["callback_id"]:
            await args.client.views_update(view_id=there["id"], view=view)
        else:
            await args.client.views_push(trigger_id=args.body["trigger_id"], view=view)

    async def home(self, args: AsyncArgs, page: HomePage) -> View:
        """App Home at this page."""
        edition, now = self.desk.edition, self.desk.now
        saved, chosen = await self.attendees.saved(args), await self.attendees.choices(args)
        reader = await self.desk.reader(args)
        visitor = Visitor(reader, saved, chosen.lead if chosen.reminded else None, chosen.digest)
        if page.by and (paged := browse.page(page, edition.schedule, now, visitor)):
            return paged
        on, then = on_and_next(edition.schedule, now)
        days = agenda(self.desk.talks_of(saved), edition.schedule.conference)
        return home.front(edition.schedule, now, on, then, days, visitor)

    async def publish(self, args: AsyncArgs, page: HomePage, seen: str = "") -> None:
        """Show App Home; `seen` is the hash of what the person acted on.

        When something newer stands there by now, another press was faster: what both brought about is drawn.
        """
        user = args.context.user_id or ""
        try:
            await args.client.views_publish(user_id=user, view=await self.home(args, page), hash=seen or None)
        except SlackApiError as error:
            if error.response.get("error") != "hash_conflict":
                raise
            await args.client.views_publish(user_id=user, view=await self.home(args, page))

    async def show(self, args: AsyncArgs, message: Message, *, instead: bool = False) -> None:
        """What came of a press: the view it was made in drawn anew, or a message to who pressed."""
        view = args.body.get("view")
        if not view:
            await tell(args, message, instead=instead)
        elif view["type"] == "home":
            await self.publish(args, kept(view), view["hash"])
        elif view.get("callback_id") == ids.CARD:
            talk = self.desk.talk(view["private_metadata"])
            await args.client.views_update(view_id=view["id"], view=await self.card(args, talk))
        else:
            await self.open(args, card.said(message))

    async def present(self, args: AsyncArgs, message: Message, *, instead: bool = False) -> None:
        """Something to read, wherever it was asked for: a message, or a modal where no message can stand."""
        if args.body.get("view"):
            await self.open(args, card.said(message))
        else:
            await tell(args, message, instead=instead)
