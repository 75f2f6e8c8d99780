"""App Home and the cards of talks, drawn for one person; and drawn anew, in place, after their own action."""

from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import Message
from bot.handlers.attendees import UserData
from bot.handlers.calendar import messages
from bot.handlers.home import card_view, home_view
from bot.handlers.home.card_view import UserTalkState
from bot.handlers.home.home_view import HomePage, HomeVisitor, current_page
from bot.handlers.request_context import RequestContext
from bot.schedule.models import Talk
from bot.schedule.queries import agenda_days, overlapping, running_and_next
from bot.slack.request import SlackRequest
from bot.slack.responses import respond

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Presenter:
    """Everything here shows what is true now, for whoever is behind the request."""

    context: RequestContext
    user_data: UserData
    public_url: str = ""

    async def card_view(self, request: SlackRequest, talk: Talk) -> View:
        """The modal on one talk."""
        schedule, now = self.context.snapshot.schedule, self.context.now
        saved = await self.user_data.saved_talks(request)
        vote, _ = await self.user_data.vote(request, talk.id)
        clashing = overlapping(talk, self.context.talks_by_id(saved))
        mine = UserTalkState(talk.id in saved, vote, clashing, self.context.may_organise(request))
        links = messages.calendar_links(talk, schedule.conference, self.public_url)
        return card_view.talk_card(talk, schedule, now, await self.context.reader_for(request), mine, links)

    async def show_card(self, request: SlackRequest, talk: Talk) -> None:
        """Open the talk's card: over what is open already, or in the place of another talk's."""
        await self.open_modal(request, await self.card_view(request, talk))

    async def open_modal(self, request: SlackRequest, view: View) -> None:
        """A modal from anywhere; one of the same kind takes the other's place."""
        there = request.body.get("view") or {}
        if there.get("type") != "modal":
            await request.client.views_open(trigger_id=request.trigger_id, view=view)
        elif there.get("callback_id") == view["callback_id"]:
            await request.client.views_update(view_id=there["id"], view=view)
        else:
            await request.client.views_push(trigger_id=request.trigger_id, view=view)

    async def home_view(self, request: SlackRequest, page: HomePage) -> View:
        """App Home at this page."""
        edition, now = self.context.snapshot, self.context.now
        saved, chosen = await self.user_data.saved_talks(request), await self.user_data.preferences(request)
        reader = await self.context.reader_for(request)
        visitor = HomeVisitor(reader, saved, chosen.lead if chosen.reminded else None, chosen.digest)
        if page.kind and (paged := home_view.browse_page(page, edition.schedule, now, visitor)):
            return paged
        on, then = running_and_next(edition.schedule, now)
        days = agenda_days(self.context.talks_by_id(saved), edition.schedule.conference)
        return home_view.front_page(edition.schedule, now, on, then, days, visitor)

    async def publish_home(self, request: SlackRequest, page: HomePage, seen: str = "") -> None:
        """Show App Home; `seen` is the hash of what the person acted on.

        When something newer stands there by now, another press was faster: what both brought about is drawn.
        """
        user = request.user
        try:
            await request.client.views_publish(
                user_id=user, view=await self.home_view(request, page), hash=seen or None
            )
        except SlackApiError as error:
            if error.response.get("error") != "hash_conflict":
                raise
            await request.client.views_publish(user_id=user, view=await self.home_view(request, page))

    async def refresh_after_action(self, request: SlackRequest, message: Message, *, replace: bool = False) -> None:
        """What came of a press: the view it was made in drawn anew, or a message to who pressed."""
        view = request.body.get("view")
        if not view:
            await respond(request, message, replace=replace)
        elif view["type"] == "home":
            await self.publish_home(request, current_page(view), view["hash"])
        elif view.get("callback_id") == action_ids.CARD:
            talk = self.context.find_talk(view["private_metadata"])
            await request.client.views_update(view_id=view["id"], view=await self.card_view(request, talk))
        else:
            await self.open_modal(request, inputs.message_modal(message))

    async def show_message(self, request: SlackRequest, message: Message, *, replace: bool = False) -> None:
        """Something to read, wherever it was asked for: a message, or a modal where no message can stand."""
        if request.body.get("view"):
            await self.open_modal(request, inputs.message_modal(message))
        else:
            await respond(request, message, replace=replace)
