"""A person's own talks: save, take off, look at the agenda, and take it along.

Sharing one's agenda with a person or a channel."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.errors import BotError
from bot.handlers.agenda import messages
from bot.handlers.attendees import UserData
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import QuestionService
from bot.schedule.models import Conference, Talk
from bot.schedule.queries import agenda_days, overlapping
from bot.slack.request_guard import RequestGuard
from bot.slack.responses import arguments_of, respond_to_command


class NoWordsGiven(BotError):
    """`save` alone does not say which talk."""

    def __init__(self, command: str) -> None:
        super().__init__(f"Which talk? Say so in a few words, like `{command} save terraform`.")


class AgendaHandlers:
    def __init__(self, questions: QuestionService, user_data: UserData, presenter: Presenter) -> None:
        self._questions = questions
        self._user_data = user_data
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.matching(action_ids.SAVE, action_ids.SAVE_CHOSEN, action_ids.SAVE_FOUND))(
            guard.wrap(self.on_save)
        )
        app.action(action_ids.matching(action_ids.SAVE_REPLACE, action_ids.SAVE_CHOSEN_REPLACE))(
            guard.wrap(self.on_save_replace)
        )
        app.action(action_ids.UNSAVE)(guard.wrap(self.on_unsave))
        app.action(action_ids.UNSAVE_REPLACE)(guard.wrap(self.on_unsave_replace))
        app.action(action_ids.UNSAVE_CHOSEN)(guard.wrap(self.on_unsave_selected))
        app.action(action_ids.AGENDA)(guard.wrap(self.on_agenda_button))
        app.action(action_ids.SEND_AGENDA)(guard.wrap(self.on_send_agenda))

    async def on_agenda_command(self, args: AsyncArgs) -> None:
        """`/qcon agenda`"""
        await respond_to_command(args, await self._agenda(args))

    async def on_save_command(self, args: AsyncArgs) -> None:
        """`/qcon save <words>`: the one talk that fits, or the question which."""
        words = arguments_of(args)
        if not words:
            raise NoWordsGiven(self._questions.command_for(args))
        meant = self._questions.search_talks(words)
        if len(meant.talks) == 1:
            message = await self._save(args, meant.talks[0])
        elif meant.talks:
            message = messages.choose_to_save(meant.talks, self._conference)
        else:
            message = messages.no_match_message(words, meant.closest, self._conference)
        await respond_to_command(args, message)

    async def on_unsave_command(self, args: AsyncArgs) -> None:
        """`/qcon unsave <words>`, among what is saved."""
        mine, words = await self._user_data.saved_talks(args), arguments_of(args)
        found = [talk for talk in self._questions.search_talks(words).talks if talk.id in mine] if words else []
        if len(found) == 1:
            message = await self._unsave(args, found[0])
        elif found:
            message = messages.choose_to_remove(found, self._conference)
        else:
            message = await self._agenda(args, note="None of your saved talks fits that." if words and mine else "")
        await respond_to_command(args, message)

    async def on_save(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.refresh_after_action(args, await self._save(args, self._questions.selected_talk(args)))

    async def on_save_replace(self, args: AsyncArgs) -> None:
        """[Undo] of a removal, or the answer to "which one?"."""
        await args.ack()
        await self._presenter.refresh_after_action(
            args, await self._save(args, self._questions.selected_talk(args)), replace=True
        )

    async def on_unsave(self, args: AsyncArgs) -> None:
        """[Take off my agenda]"""
        await args.ack()
        await self._presenter.refresh_after_action(args, await self._unsave(args, self._questions.selected_talk(args)))

    async def on_unsave_replace(self, args: AsyncArgs) -> None:
        """[Undo] of a save."""
        await args.ack()
        await self._presenter.refresh_after_action(
            args, await self._unsave(args, self._questions.selected_talk(args)), replace=True
        )

    async def on_unsave_selected(self, args: AsyncArgs) -> None:
        await args.ack()
        talk = self._questions.selected_talk(args)
        await self._user_data.unsave(args, talk.id)
        await self._presenter.refresh_after_action(
            args, await self._agenda(args, note=messages.removed_message(talk, self._conference).text), replace=True
        )

    async def on_agenda_button(self, args: AsyncArgs) -> None:
        """[My agenda]"""
        await args.ack()
        await self._presenter.show_message(args, await self._agenda(args))

    async def on_send_agenda(self, args: AsyncArgs) -> None:
        await args.ack()
        channel = (await args.client.conversations_open(users=args.context.user_id))["channel"]["id"]
        await args.client.chat_postMessage(channel=channel, **(await self._agenda(args, offer_sending=False)).payload())
        await self._presenter.show_message(args, messages.agenda_sent_message())

    @property
    def _conference(self) -> Conference:
        return self._questions.snapshot.schedule.conference

    async def _agenda(self, args: AsyncArgs, *, offer_sending: bool = True, note: str = "") -> Message:
        mine = self._questions.talks_by_id(await self._user_data.saved_talks(args))
        return messages.agenda_message(
            agenda_days(mine, self._conference),
            self._conference,
            self._questions.command_for(args),
            offer_sending=offer_sending,
            note=note,
        )

    async def _save(self, args: AsyncArgs, talk: Talk) -> Message:
        fresh, chosen = await self._user_data.save(args, talk.id)
        others = overlapping(talk, self._questions.talks_by_id(await self._user_data.saved_talks(args)))
        lead = chosen.lead if chosen.reminded else None
        return messages.saved_message(
            talk, others, self._conference, lead, self._questions.command_for(args), fresh=fresh
        )

    async def _unsave(self, args: AsyncArgs, talk: Talk) -> Message:
        await self._user_data.unsave(args, talk.id)
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
    def __init__(self, questions: QuestionService, user_data: UserData, presenter: Presenter) -> None:
        self._questions = questions
        self._user_data = user_data
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.SHARE_AGENDA)(guard.wrap(self.on_share_clicked))
        app.view(action_ids.SHARE_SUBMITTED)(guard.wrap(self.on_share_submitted))

    async def on_share_clicked(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.open_modal(args, messages.share_form())

    async def on_share_submitted(self, args: AsyncArgs) -> None:
        chosen = args.body["view"]["state"]["values"]
        person = chosen[messages.PERSON_FIELD][messages.PERSON_FIELD]["selected_user"]
        channel = chosen[messages.CHANNEL_FIELD][messages.CHANNEL_FIELD]["selected_conversation"]
        if bool(person) == bool(channel):
            wanted = "One at a time, please." if person else "Choose a person or a channel."
            await args.ack(response_action="errors", errors={messages.PERSON_FIELD: wanted})
        elif refused := await _post_agenda(args, person or channel, await self._agenda(args)):
            block = messages.PERSON_FIELD if person else messages.CHANNEL_FIELD
            await args.ack(response_action="errors", errors={block: refused})
        else:
            await args.ack()

    async def _agenda(self, args: AsyncArgs) -> Message:
        conference = self._questions.snapshot.schedule.conference
        days = agenda_days(self._questions.talks_by_id(await self._user_data.saved_talks(args)), conference)
        if not days:
            raise NothingToShare
        return messages.shared_agenda_message(days, conference, args.context.user_id or "")


async def _post_agenda(args: AsyncArgs, where: str, message: Message) -> str:
    """What keeps it from being posted, in words; nothing when it stands there."""
    payload: dict[str, Any] = message.payload()
    try:
        await args.client.chat_postMessage(channel=where, **payload)
    except SlackApiError as error:
        reason = _SHARE_REFUSALS.get(str(error.response.get("error")))
        if reason is None:
            raise
        return reason
    return ""
