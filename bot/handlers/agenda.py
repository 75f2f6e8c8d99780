"""A person's own talks: save, take off, look at the agenda, and take it along."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.errors import BotError
from bot.handlers.attendees import UserData
from bot.handlers.boundary import RequestGuard
from bot.handlers.desk import QuestionService
from bot.handlers.reply import arguments_of, respond_to_command
from bot.handlers.surfaces import Presenter
from bot.schedule.agenda import agenda_days, overlapping
from bot.schedule.model import Conference, Talk
from bot.views import agenda as views
from bot.views import ids
from bot.views.message import Message


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
        app.action(ids.matching(ids.SAVE, ids.SAVE_CHOSEN, ids.SAVE_FOUND))(guard.wrap(self.on_save))
        app.action(ids.matching(ids.SAVE_REPLACE, ids.SAVE_CHOSEN_REPLACE))(guard.wrap(self.on_save_replace))
        app.action(ids.UNSAVE)(guard.wrap(self.on_unsave))
        app.action(ids.UNSAVE_REPLACE)(guard.wrap(self.on_unsave_replace))
        app.action(ids.UNSAVE_CHOSEN)(guard.wrap(self.on_unsave_selected))
        app.action(ids.AGENDA)(guard.wrap(self.on_agenda_button))
        app.action(ids.SEND_AGENDA)(guard.wrap(self.on_send_agenda))

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
            message = views.choose_to_save(meant.talks, self._conference)
        else:
            message = views.no_match_message(words, meant.closest, self._conference)
        await respond_to_command(args, message)

    async def on_unsave_command(self, args: AsyncArgs) -> None:
        """`/qcon unsave <words>`, among what is saved."""
        mine, words = await self._user_data.saved_talks(args), arguments_of(args)
        found = [talk for talk in self._questions.search_talks(words).talks if talk.id in mine] if words else []
        if len(found) == 1:
            message = await self._unsave(args, found[0])
        elif found:
            message = views.choose_to_remove(found, self._conference)
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
            args, await self._agenda(args, note=views.removed_message(talk, self._conference).text), replace=True
        )

    async def on_agenda_button(self, args: AsyncArgs) -> None:
        """[My agenda]"""
        await args.ack()
        await self._presenter.show_message(args, await self._agenda(args))

    async def on_send_agenda(self, args: AsyncArgs) -> None:
        await args.ack()
        channel = (await args.client.conversations_open(users=args.context.user_id))["channel"]["id"]
        await args.client.chat_postMessage(channel=channel, **(await self._agenda(args, offer_sending=False)).payload())
        await self._presenter.show_message(args, views.agenda_sent_message())

    @property
    def _conference(self) -> Conference:
        return self._questions.snapshot.schedule.conference

    async def _agenda(self, args: AsyncArgs, *, offer_sending: bool = True, note: str = "") -> Message:
        mine = self._questions.talks_by_id(await self._user_data.saved_talks(args))
        return views.agenda_message(
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
        return views.saved_message(talk, others, self._conference, lead, self._questions.command_for(args), fresh=fresh)

    async def _unsave(self, args: AsyncArgs, talk: Talk) -> Message:
        await self._user_data.unsave(args, talk.id)
        return views.removed_message(talk, self._conference)
