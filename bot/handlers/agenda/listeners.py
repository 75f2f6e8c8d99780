"""Listen to people who save talks, take them off, look at their agenda, keep it, or share it."""

from dataclasses import replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids, talk_row
from bot.blockkit.blocks import Message
from bot.blockkit.talk_row import MenuChoice
from bot.blockkit.talk_text import RenderContext
from bot.errors import BotError
from bot.handlers.agenda import messages
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.questions.models import Reader
from bot.schedule.models import Conference, Talk
from bot.schedule.queries import agenda_days, overlapping
from bot.slack.request import SlackRequest
from bot.slack.responses import respond_to_command
from bot.slack.routing import on_action, on_view


class NoWordsGiven(BotError):
    """`save` was typed without a talk."""

    def __init__(self, command: str) -> None:
        super().__init__(f"Which talk? Say so in a few words, like `{command} save terraform`.")


class AgendaHandlers:
    def __init__(self, context: RequestContext, user_data: UserData, presenter: Presenter) -> None:
        self._context = context
        self._user_data = user_data
        self._presenter = presenter

    async def on_agenda_command(self, request: SlackRequest) -> None:
        """`/qcon agenda`"""
        await respond_to_command(request, await self._agenda(request))

    async def on_save_command(self, request: SlackRequest) -> None:
        """`/qcon save <words>`: save the talk with exactly this title, or ask which of those that fit."""
        words = request.arguments
        if not words:
            raise NoWordsGiven(self._context.command_for(request))
        search = self._context.talk_search
        exact, matches = search.titled(words), search.matches(words)
        if len(exact) == 1:
            message = await self._save(request, exact[0])
        elif exact or matches.talks:
            message = messages.choose_to_save(exact or matches.talks, self._conference)
        else:
            message = messages.no_match_message(words, matches.closest, self._conference)
        await respond_to_command(request, message)

    async def on_unsave_command(self, request: SlackRequest) -> None:
        """`/qcon unsave <words>`: take off the one saved talk that fits, or ask which."""
        saved, words = await self._user_data.saved_talks(request), request.arguments
        matches = [talk for talk in self._context.talk_search.matches(words).talks if talk.id in saved] if words else []
        if len(matches) == 1:
            message = await self._unsave(request, matches[0])
        elif matches:
            message = messages.choose_to_remove(matches, self._conference)
        else:
            message = await self._agenda(request, note="None of your saved talks fits that." if words and saved else "")
        await respond_to_command(request, message)

    @on_action(action_ids.SAVE, action_ids.SAVE_CHOSEN, action_ids.SAVE_FOUND)
    async def on_save(self, request: SlackRequest) -> None:
        await self._presenter.refresh_after_action(
            request, await self._save(request, self._context.selected_talk(request))
        )

    @on_action(action_ids.SAVE_REPLACE, action_ids.SAVE_CHOSEN_REPLACE)
    async def on_save_replace(self, request: SlackRequest) -> None:
        """[Undo] of a removal, or the answer to "which one?"."""
        await self._presenter.refresh_after_action(
            request, await self._save(request, self._context.selected_talk(request)), replace=True
        )

    @on_action(action_ids.UNSAVE)
    async def on_unsave(self, request: SlackRequest) -> None:
        """[Take off my agenda]"""
        await self._presenter.refresh_after_action(
            request, await self._unsave(request, self._context.selected_talk(request))
        )

    @on_action(action_ids.UNSAVE_REPLACE)
    async def on_unsave_replace(self, request: SlackRequest) -> None:
        """[Undo] of a save."""
        await self._presenter.refresh_after_action(
            request, await self._unsave(request, self._context.selected_talk(request)), replace=True
        )

    @on_action(action_ids.UNSAVE_CHOSEN)
    async def on_unsave_selected(self, request: SlackRequest) -> None:
        """`Remove…` in an agenda that was posted before each row had its menu."""
        await self._remove_from_agenda(request, self._context.selected_talk(request))

    async def _remove_from_agenda(self, request: SlackRequest, talk: Talk) -> None:
        """Remove the talk, and show the agenda again in its place."""
        await self._user_data.unsave(request, talk.id)
        note = messages.removed_message(talk, self._conference).text
        await self._presenter.refresh_after_action(request, await self._agenda(request, note=note), replace=True)

    @on_action(action_ids.TALK_MENU)
    async def on_talk_menu(self, request: SlackRequest) -> None:
        """The menu of a talk row."""
        choice = MenuChoice.from_value(request.selected)
        talk = self._context.find_by_short_id(choice.talk)
        if choice.action == talk_row.SAVE:
            await self._presenter.refresh_after_action(request, await self._save(request, talk))
        elif choice.action == talk_row.REMOVE:
            await self._presenter.refresh_after_action(request, await self._unsave(request, talk))
        elif choice.action == talk_row.REMOVE_FROM_AGENDA:
            await self._remove_from_agenda(request, talk)
        elif choice.action == talk_row.SHARE:
            await self._presenter.open_modal(request, messages.share_form(talk))
        else:
            await self._presenter.show_card(request, talk)

    @on_action(action_ids.AGENDA)
    async def on_agenda_button(self, request: SlackRequest) -> None:
        """[My agenda]"""
        await self._presenter.show_message(request, await self._agenda(request))

    @on_action(action_ids.AGENDA_PAGE)
    async def on_page_turned(self, request: SlackRequest) -> None:
        """[Earlier], [Later]"""
        await self._presenter.show_message(request, await self._agenda(request, int(request.value)), replace=True)

    @on_action(action_ids.SEND_AGENDA)
    async def on_send_agenda(self, request: SlackRequest) -> None:
        channel = (await request.client.conversations_open(users=request.user))["channel"]["id"]
        await request.client.chat_postMessage(
            channel=channel, **(await self._agenda(request, offer_sending=False)).payload()
        )
        await self._presenter.show_message(request, messages.agenda_sent_message())

    @property
    def _conference(self) -> Conference:
        return self._context.snapshot.schedule.conference

    async def _agenda(
        self, request: SlackRequest, page: int | None = None, *, offer_sending: bool = True, note: str = ""
    ) -> Message:
        mine = self._context.talks_by_id(await self._user_data.saved_talks(request))
        ctx = await self._context.render_context(request)
        if not offer_sending:  # it is a direct message, which stays
            ctx = ctx._replace(reader=replace(ctx.reader, stays=True))
        days = agenda_days(mine, ctx.schedule)
        return messages.agenda_message(days, ctx, page, offer_sending=offer_sending, note=note)

    async def _save(self, request: SlackRequest, talk: Talk) -> Message:
        fresh, chosen = await self._user_data.save(request, talk.id)
        others = overlapping(talk, self._context.talks_by_id(await self._user_data.saved_talks(request)))
        lead = chosen.lead if chosen.reminded else None
        return messages.saved_message(
            talk, others, self._conference, lead, self._context.command_for(request), fresh=fresh
        )

    async def _unsave(self, request: SlackRequest, talk: Talk) -> Message:
        await self._user_data.unsave(request, talk.id)
        return messages.removed_message(talk, self._conference)


_SHARE_REFUSALS = {
    "not_in_channel": "I am not in that channel. Invite me there first, or choose another.",
    "channel_not_found": "I am not in that channel. Invite me there first, or choose another.",
    "is_archived": "That channel is archived.",
    "restricted_action": "I may not post there.",
    "user_disabled": "That account is deactivated.",
    "cannot_dm_bot": "That is a bot, and bots do not read.",
}


class NothingToShare(BotError):
    """Your agenda is empty: save a talk first."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SharingHandlers:
    def __init__(self, context: RequestContext, user_data: UserData, presenter: Presenter) -> None:
        self._context = context
        self._user_data = user_data
        self._presenter = presenter

    @on_action(action_ids.SHARE_AGENDA)
    async def on_share_clicked(self, request: SlackRequest) -> None:
        await self._presenter.open_modal(request, messages.share_form())

    @on_view(action_ids.SHARE_SUBMITTED)
    async def on_share_submitted(self, request: SlackRequest) -> None:
        chosen = request.view["state"]["values"]
        person = chosen[messages.PERSON_FIELD][messages.PERSON_FIELD]["selected_user"]
        channel = chosen[messages.CHANNEL_FIELD][messages.CHANNEL_FIELD]["selected_conversation"]
        if bool(person) == bool(channel):
            wanted = "One at a time, please." if person else "Choose a person or a channel."
            await request.ack(response_action="errors", errors={messages.PERSON_FIELD: wanted})
        elif refused := await _post(request, person or channel, await self._shared_message(request)):
            block = messages.PERSON_FIELD if person else messages.CHANNEL_FIELD
            await request.ack(response_action="errors", errors={block: refused})

    async def _shared_message(self, request: SlackRequest) -> Message:
        """The talk that the form is about, or else the whole agenda."""
        everyone = Reader(command=self._context.command_for(request), stays=True)
        ctx = RenderContext(self._context.snapshot.schedule, self._context.now, everyone)
        if talk_id := request.view["private_metadata"]:
            return messages.shared_talk_message(self._context.find_talk(talk_id), ctx, request.user)
        saved = self._context.talks_by_id(await self._user_data.saved_talks(request))
        if not saved:
            raise NothingToShare
        return messages.shared_agenda_message(agenda_days(saved, ctx.schedule), ctx, request.user)


async def _post(request: SlackRequest, where: str, message: Message) -> str:
    """Post the message; the result is the reason why it was refused, empty when it was posted."""
    payload: dict[str, Any] = message.payload()
    try:
        await request.client.chat_postMessage(channel=where, **payload)
    except SlackApiError as error:
        reason = _SHARE_REFUSALS.get(str(error.response.get("error")))
        if reason is None:
            raise
        return reason
    return ""
