"""Show talks' cards, App Home, modals and messages to the person behind a request.

After a person's own action the view that they acted in is rendered again, in place.
"""

from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import Message
from bot.handlers.calendar import messages
from bot.handlers.home import card_view
from bot.handlers.home.browse_view import browse_page
from bot.handlers.home.card_view import UserTalkState
from bot.handlers.home.home_page import FRONT_PAGE, HomePage, HomeVisitor, current_page
from bot.handlers.home.home_view import front_page
from bot.handlers.plan.service import PlanService
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.schedule.models import Talk
from bot.schedule.queries import overlapping
from bot.slack.request import SlackRequest
from bot.slack.responses import is_stack_full, respond

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Presenter:
    """Shows the state of now: the schedule that is served, and what the person saved and chose."""

    context: RequestContext
    user_data: UserData
    plans: PlanService
    public_url: str = ""

    async def show_card(self, request: SlackRequest, talk: Talk) -> None:
        """Open the talk's card: over an open modal, or in the place of another talk's card."""
        await self.open_modal(request, await self._card_view(request, talk))

    async def open_modal(self, request: SlackRequest, view: View) -> None:
        """Open a modal from anywhere. It takes the place of one of the same kind, or of the third on the stack."""
        current = request.body.get("view") or {}
        if current.get("type") != "modal":
            await request.client.views_open(trigger_id=request.trigger_id, view=view)
        elif current.get("callback_id") == view["callback_id"] or is_stack_full(current):
            await request.client.views_update(view_id=current["id"], view=view)
        else:
            await request.client.views_push(trigger_id=request.trigger_id, view=view)

    async def publish_home(self, request: SlackRequest, page: HomePage = FRONT_PAGE, seen: str = "") -> None:
        """Show App Home; `seen` is the hash of the view that the person acted on.

        When a newer view is shown by now, another press was faster. Home is then rendered with the results of both.
        """
        try:
            view = await self._home_view(request, page)
            await request.client.views_publish(user_id=request.user, view=view, hash=seen or None)
        except SlackApiError as error:
            if error.response.get("error") != "hash_conflict":
                raise
            await request.client.views_publish(user_id=request.user, view=await self._home_view(request, page))

    async def refresh_after_action(self, request: SlackRequest, message: Message, *, replace: bool = False) -> None:
        """Show the result of a press: render the view again that it was made in, or answer with the message."""
        view = request.body.get("view")
        if not view:
            await respond(request, message, replace=replace)
        elif view["type"] == "home":
            await self.publish_home(request, current_page(view), view["hash"])
        elif view.get("callback_id") == action_ids.CARD:
            talk = self.context.find_talk(view["private_metadata"])
            await request.client.views_update(view_id=view["id"], view=await self._card_view(request, talk))
        else:
            await self.open_modal(request, inputs.message_modal(message))

    async def show_message(self, request: SlackRequest, message: Message, *, replace: bool = False) -> None:
        """Show something to read: as a message, or as a modal where it was asked for in a view."""
        if request.body.get("view"):
            await self.open_modal(request, inputs.message_modal(message))
        else:
            await respond(request, message, replace=replace)

    async def _card_view(self, request: SlackRequest, talk: Talk) -> View:
        """The modal on one talk."""
        saved = await self.user_data.saved_talks(request)
        vote, _ = await self.user_data.vote(request, talk.id)
        clashes = overlapping(talk, self.context.talks_by_id(saved))
        similar = () if talk.is_break else await self.plans.similar(talk, saved)
        user_state = UserTalkState(talk.id in saved, vote, clashes, self.context.may_organise(request), saved, similar)
        ctx = await self.context.render_context(request)
        links = messages.calendar_links(talk, ctx.schedule.conference, self.public_url)
        return card_view.talk_card(talk, ctx, user_state, links)

    async def _home_view(self, request: SlackRequest, page: HomePage) -> View:
        """App Home at this page."""
        saved, chosen = await self.user_data.saved_talks(request), await self.user_data.preferences(request)
        ctx = await self.context.render_context(request)
        lead = chosen.lead if chosen.reminded else None
        visitor = HomeVisitor(saved, lead, chosen.digest, self.context.may_organise(request))
        if page.kind and (view := browse_page(page, ctx, visitor)):
            return view
        return front_page(ctx, replace(visitor, for_you=await self.plans.for_you(request)))
