"""Listen to people who save talks, take them off, look at their agenda, keep it, or share it."""

from dataclasses import dataclass, replace

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids, talk_row
from bot.blockkit.blocks import Message
from bot.blockkit.talk_row import MenuChoice
from bot.errors import BotError, FixedTextError, InvalidForm
from bot.handlers.agenda import messages
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.questions.followups import only_points
from bot.schedule.models import Talk
from bot.schedule.queries import agenda_days, overlapping
from bot.slack.client import posting_refusal
from bot.slack.deduplication import Deduplicator
from bot.slack.request import SlackRequest, ack_with_placeholder, respond, update_modal
from bot.slack.routing import on_action, on_subcommand, on_view

_NOT_MEMBER = "I'm not in that channel. Invite me there first, or choose another."

_REFUSALS = {
    "not_in_channel": _NOT_MEMBER,
    "channel_not_found": _NOT_MEMBER,
    "is_archived": "That channel is archived.",
    "restricted_action": "I'm not allowed to post there.",
    "user_disabled": "That account is deactivated. Choose somebody else.",
    "cannot_dm_bot": "That's a bot, and bots can't read this.",
    "ratelimited": "Slack is busy. Try again in a minute.",
}


class NoWordsGiven(BotError):
    """`save` was typed without a talk, or with a word that only points at one."""


class NothingToShare(FixedTextError):
    """Your agenda is empty. Save a talk first, then share it."""


@dataclass(frozen=True, slots=True)
class AgendaHandlers:
    context: RequestContext
    user_data: UserData
    presenter: Presenter
    deduplicator: Deduplicator

    @on_subcommand("agenda")
    @on_action(action_ids.AGENDA)
    async def on_agenda(self, request: SlackRequest) -> None:
        """`/qcon agenda`, [My agenda]"""
        await self.presenter.show_message(request, await self._agenda(request), title="Your agenda")

    @on_subcommand("save")
    async def on_save_command(self, request: SlackRequest) -> None:
        """`/qcon save <words>`: save the talk with exactly this title, or ask which of those that fit."""
        words = request.arguments
        if not words or only_points(words):
            example = f"{self.context.command_for(request)} save infrastructure code"
            raise NoWordsGiven(f"Which talk? Press *Save* below it, or add its title, such as `{example}`.")
        search, ctx = self.context.talk_search, await self.context.render_context(request)
        exact, matches = search.titled(words), search.matches(words)
        if len(exact) == 1:
            message = await self._save(request, exact[0])
        elif exact or matches.talks:
            message = messages.choose_to_save(exact or matches.talks, ctx)
        else:
            message = messages.no_match_message(words, matches.closest, ctx)
        await respond(request, message)

    @on_subcommand("unsave")
    async def on_unsave_command(self, request: SlackRequest) -> None:
        """`/qcon unsave <words>`: take off the one saved talk that fits, or ask which."""
        saved = await self.user_data.saved_talks(request)
        words = "" if only_points(request.arguments) else request.arguments
        matches = [talk for talk in self.context.talk_search.matches(words).talks if talk.id in saved] if words else []
        if len(matches) == 1:
            message = await self._unsave(request, matches[0])
        elif matches:
            message = messages.choose_to_remove(matches, await self.context.render_context(request))
        else:
            message = await self._agenda(
                request, note="None of your saved talks match that." if words and saved else ""
            )
        await respond(request, message)

    @on_action(*action_ids.SAVING)
    async def on_save(self, request: SlackRequest) -> None:
        """[Save], [Undo] of a removal, or the answer to "which one?"."""
        message = await self._save(request, self.context.selected_talk(request))
        await self.presenter.refresh_after_action(request, message, replace=_is_instead(request))

    @on_action(action_ids.UNSAVE, action_ids.UNSAVE_REPLACE)
    async def on_unsave(self, request: SlackRequest) -> None:
        """[Remove from my agenda], or [Undo] of a save."""
        message = await self._unsave(request, self.context.selected_talk(request))
        await self.presenter.refresh_after_action(request, message, replace=_is_instead(request))

    @on_action(action_ids.UNSAVE_CHOSEN)
    async def on_unsave_selected(self, request: SlackRequest) -> None:
        """`Remove…` in an agenda that was posted before each row had its menu."""
        await self._remove_from_agenda(request, self.context.selected_talk(request))

    async def _remove_from_agenda(self, request: SlackRequest, talk: Talk) -> None:
        """Remove the talk, and show the agenda again in its place."""
        await self.user_data.unsave(request, talk.id)
        note = messages.removed_message(talk, await self.context.render_context(request)).text
        await self.presenter.refresh_after_action(request, await self._agenda(request, note=note), replace=True)

    @on_action(action_ids.TALK_MENU)
    async def on_talk_menu(self, request: SlackRequest) -> None:
        choice = MenuChoice.from_value(request.selected)
        talk = self.context.find_by_short_id(choice.talk)
        if choice.action == talk_row.SAVE:
            await self.presenter.refresh_after_action(request, await self._save(request, talk))
        elif choice.action == talk_row.REMOVE:
            await self.presenter.refresh_after_action(request, await self._unsave(request, talk))
        elif choice.action == talk_row.REMOVE_FROM_AGENDA:
            await self._remove_from_agenda(request, talk)
        elif choice.action == talk_row.NOT_FOR_ME:
            await self.user_data.dismiss(request, talk.id)
            await self.presenter.refresh_after_action(request, messages.dismissed_message(talk))
        elif choice.action == talk_row.SHARE:
            await self.presenter.open_modal(request, messages.share_form(talk))
        else:
            await self.presenter.show_card(request, talk)

    @on_action(action_ids.AGENDA_PAGE)
    async def on_page_turned(self, request: SlackRequest) -> None:
        """[Earlier], [Later]"""
        message = await self._agenda(request, int(request.value))
        await self.presenter.show_message(request, message, title="Your agenda", replace=True)

    @on_action(action_ids.SEND_AGENDA)
    async def on_send_agenda(self, request: SlackRequest) -> None:
        channel = await request.direct_message()
        agenda = await self._agenda(request, offer_sending=False)
        await request.client.chat_postMessage(channel=channel, **agenda.payload())
        sent = Message("I've sent your agenda to your direct messages. It won't change when you save more.")
        await self.presenter.show_message(request, sent, title="Sent")

    @on_action(action_ids.SHARE_AGENDA, action_ids.SHARE_TALK)
    async def on_share_clicked(self, request: SlackRequest) -> None:
        """[Share…] of an agenda, or on a talk's card."""
        talk = self.context.find_talk(request.value) if request.payload.get("value") else None
        await self.presenter.open_modal(request, messages.share_form(talk))

    @on_view(action_ids.SHARE_SUBMITTED)
    async def on_share_submitted(self, request: SlackRequest) -> None:
        """Send an agenda or a talk to one person, or post it in one channel.

        The form is acknowledged before anything is posted, so that a slow Slack never makes people share twice.
        """
        view, chosen = request.view, request.view["state"]["values"]
        person = chosen[messages.PERSON_FIELD][messages.PERSON_FIELD]["selected_user"]
        channel = chosen[messages.CHANNEL_FIELD][messages.CHANNEL_FIELD]["selected_conversation"]
        if bool(person) == bool(channel):
            wanted = "Choose one of the two." if person else "Choose a person or a channel."
            raise InvalidForm({messages.PERSON_FIELD: wanted})
        if channel and (refusal := await posting_refusal(request.client, channel)):
            raise InvalidForm({messages.CHANNEL_FIELD: _REFUSALS.get(refusal, _NOT_MEMBER)})

        talk = self.context.find_talk(view["private_metadata"]) if view["private_metadata"] else None
        shared = await self._shared_message(request, talk)
        await ack_with_placeholder(request, messages.sharing_view("Sharing…", "Just a moment."))
        if await self.deduplicator.is_first(f"share {view['id']} {view['hash']}"):
            problem = await _post(request, person or channel, shared)
            where = f"<@{person}>" if person else f"<#{channel}>"
            told = problem or f"Shared with {where}."
            view = messages.share_form(talk, problem) if problem else messages.sharing_view("Shared", told)
            await update_modal(request, view, told)

    async def _agenda(
        self, request: SlackRequest, page: int | None = None, *, offer_sending: bool = True, note: str = ""
    ) -> Message:
        mine = self.context.talks_by_id(await self.user_data.saved_talks(request))
        ctx = await self.context.render_context(request)
        if not offer_sending:  # it is a direct message, which stays
            ctx = ctx._replace(reader=replace(ctx.reader, stays=True))
        days = agenda_days(mine, ctx.schedule)
        return messages.agenda_message(days, ctx, page, offer_sending=offer_sending, note=note)

    async def _save(self, request: SlackRequest, talk: Talk) -> Message:
        fresh, chosen = await self.user_data.save(request, talk.id)
        others = overlapping(talk, self.context.talks_by_id(await self.user_data.saved_talks(request)))
        ctx, below_row = await self.context.render_context(request), self.presenter.list_of(request) is not None
        return messages.saved_message(talk, others, chosen.reminder_lead, ctx, fresh=fresh, below_row=below_row)

    async def _unsave(self, request: SlackRequest, talk: Talk) -> Message:
        await self.user_data.unsave(request, talk.id)
        ctx, below_row = await self.context.render_context(request), self.presenter.list_of(request) is not None
        return messages.removed_message(talk, ctx, below_row=below_row)

    async def _shared_message(self, request: SlackRequest, talk: Talk | None) -> Message:
        """The talk for others, or else the whole agenda."""
        ctx = self.context.render_context_of(self.context.everyone(request))
        if talk:
            return messages.shared_talk_message(talk, ctx, request.user)
        saved = self.context.talks_by_id(await self.user_data.saved_talks(request))
        if not saved:
            raise NothingToShare
        return messages.shared_agenda_message(agenda_days(saved, ctx.schedule), ctx, request.user)


def _is_instead(request: SlackRequest) -> bool:
    """Tell whether the reply takes the place of the message with the button."""
    return str(request.payload["action_id"]) in action_ids.INSTEAD


async def _post(request: SlackRequest, where: str, message: Message) -> str:
    """Post the message; the result is the reason why it was refused, empty when it was posted."""
    try:
        await request.client.chat_postMessage(channel=where, **message.payload())
    except SlackApiError as error:
        refusal = str(error.response.get("error"))
        if refusal in _REFUSALS:
            return _REFUSALS[refusal]
        raise
    return ""
