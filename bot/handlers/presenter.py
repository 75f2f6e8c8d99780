"""Show talks' cards, App Home, modals and messages to the person behind a request.

After a person's own action the view that they acted in is rendered again, in place.
"""

from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import ListPage, Message, with_note
from bot.handlers.ask.service import QuestionService
from bot.handlers.calendar import messages
from bot.handlers.home import card_view
from bot.handlers.home.card_view import UserTalkState
from bot.handlers.home.home_view import FRONT_PAGE, HomePage, HomeVisitor, browse_page, front_page
from bot.handlers.plan.service import PlanService
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.schedule.models import Speaker, Talk
from bot.schedule.queries import overlapping
from bot.slack.request import SlackRequest, push_modal, replace_view, respond

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Presenter:
    """Shows the state of now: the schedule that is served, and what the person saved and chose."""

    context: RequestContext
    user_data: UserData
    plans: PlanService
    questions: QuestionService
    public_url: str = ""

    async def show_card(self, request: SlackRequest, talk: Talk) -> None:
        """Open the talk's card: over an open modal, or in the place of another talk's card."""
        await self.open_modal(request, await self._card_view(request, talk))

    async def open_modal(self, request: SlackRequest, view: View) -> str:
        """Open a modal from anywhere.

        It takes the place of one about the same kind of thing, or of the third on the stack.

        A mere text opens over the modal in which it was asked for, so that a list is still there afterwards.
        Return the id of the modal that is shown.
        """
        current = request.body.get("view") or {}
        if current.get("type") != "modal":
            shown = await request.client.views_open(trigger_id=request.trigger_id, view=view)
            return str(shown["view"]["id"])
        if current["callback_id"] == view["callback_id"] != action_ids.INFO_MODAL:
            await replace_view(request, view)
            return str(current["id"])
        return await push_modal(request, view)

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
        """Show the result of a press: render the view or list with the button again, or answer with the message."""
        view = request.body.get("view")
        if not view:
            if page := self.list_of(request):
                saved = await self.user_data.saved_talks(request)  # surely, since they have just changed
                drawn = await self._list(request, page.question, page.number, saved, in_place=True)
                message = with_note(drawn, request.payload["block_id"], message)
            await respond(request, message, replace=replace or bool(page))
        elif view["type"] == "home":
            await self.publish_home(request, HomePage.from_json(view["private_metadata"]), view["hash"])
        elif view["callback_id"] == action_ids.CARD:
            talk = self.context.find_talk(view["private_metadata"])
            await replace_view(request, await self._card_view(request, talk))
        elif view["callback_id"] == action_ids.SPEAKER:
            speaker = self.context.find_speaker(view["private_metadata"])
            await replace_view(request, await self._speaker_view(request, speaker))
        else:
            await self._show_in_modal(request, message, "Done", replace=replace)

    async def show_list(
        self, request: SlackRequest, question: str, page: int | None = None, *, replace: bool = False
    ) -> None:
        """Show a page of the answer to a question that was counted when it was first asked."""
        message = await self._list(request, question, page, await self.user_data.known_saved(request), in_place=replace)
        await self.show_message(request, message, title="Talks", replace=replace)

    async def _list(
        self, request: SlackRequest, question: str, page: int | None, saved: frozenset[str], *, in_place: bool
    ) -> Message:
        """A page of the answer.

        `in_place` of a direct message, it stays to be read later; elsewhere it can be shared.
        """
        container = request.body["container"]
        stays = in_place and request.is_private and not container.get("is_ephemeral")
        share = not stays and "message_ts" in container
        return await self.questions.page(request, question, page, saved, stays=stays, share=share)

    def list_of(self, request: SlackRequest) -> ListPage | None:
        """The list that is drawn again after this press: one that nobody else sees."""
        return ListPage.of_block(str(request.payload.get("block_id"))) if request.is_private else None

    async def show_message(
        self, request: SlackRequest, message: Message, *, title: str = "Done", replace: bool = False
    ) -> None:
        """Show something to read: as a message, or as a modal with this title where it was asked for in a view."""
        if request.body.get("view"):
            await self._show_in_modal(request, message, title, replace=replace)
        else:
            await respond(request, message, replace=replace)

    async def show_speaker(self, request: SlackRequest, speaker: Speaker) -> None:
        await self.open_modal(request, await self._speaker_view(request, speaker))

    async def _show_in_modal(self, request: SlackRequest, message: Message, title: str, *, replace: bool) -> None:
        modal = inputs.message_modal(message, title)
        if replace and request.view["type"] == "modal":
            await replace_view(request, modal)
        else:
            await self.open_modal(request, modal)

    async def _speaker_view(self, request: SlackRequest, speaker: Speaker) -> View:
        saved = await self.user_data.known_saved(request)
        return card_view.speaker_view(speaker, await self.context.render_context(request), saved)

    async def _card_view(self, request: SlackRequest, talk: Talk) -> View:
        saved = await self.user_data.saved_talks(request)
        vote, _ = await self.user_data.vote(request, talk.id)
        clashes = overlapping(talk, self.context.talks_by_id(saved))
        similar = () if talk.is_break else await self.plans.similar(talk, saved)
        user_state = UserTalkState(vote, clashes, self.context.may_organise(request), saved, similar)
        ctx = await self.context.render_context(request)
        links = messages.calendar_links(talk, ctx.schedule.conference, self.public_url)
        return card_view.talk_card(talk, ctx, user_state, links)

    async def _home_view(self, request: SlackRequest, page: HomePage) -> View:
        saved, chosen = await self.user_data.saved_talks(request), await self.user_data.preferences(request)
        ctx = await self.context.render_context(request)
        visitor = HomeVisitor(saved, chosen, self.context.may_organise(request))
        if page.kind and (view := browse_page(page, ctx, visitor)):
            return view
        return front_page(ctx, replace(visitor, for_you=await self.plans.for_you(request)))
