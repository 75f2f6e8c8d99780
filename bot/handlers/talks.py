"""Buttons on answers: a talk's details, the rest of a list, a suggested question, sharing with everyone here."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import RequestGuard
from bot.handlers.desk import ConversationKey, QuestionService
from bot.handlers.surfaces import Presenter
from bot.questions.conversation import Reader
from bot.views import ids


class TalkHandlers:
    def __init__(self, questions: QuestionService, presenter: Presenter) -> None:
        self._questions = questions
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(ids.matching(ids.DETAILS, ids.DETAILS_CHOSEN, ids.DETAILS_FOUND))(guard.wrap(self.on_details))
        app.action(ids.matching(ids.ASK))(guard.wrap(self.on_suggestion))
        app.action(ids.matching(ids.MORE))(guard.wrap(self.on_show_all))
        app.action(ids.SHARE)(guard.wrap(self.on_share))
        app.action(ids.DISMISS)(guard.wrap(self.on_dismiss))

    async def on_details(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.show_card(args, self._questions.selected_talk(args))

    async def on_suggestion(self, args: AsyncArgs) -> None:
        await args.ack()
        message = await self._questions.answer(
            args.payload["value"], _conversation_of(args), await self._questions.reader_for(args)
        )
        await args.respond(**message.payload(), response_type="ephemeral", replace_original=False)

    async def on_show_all(self, args: AsyncArgs) -> None:
        await args.ack()
        message = await self._questions.answer(
            args.payload["value"],
            _conversation_of(args),
            await self._questions.reader_for(args),
            whole=True,
            again=True,
        )
        await args.respond(**message.payload(), response_type="ephemeral", replace_original=False)

    async def on_share(self, args: AsyncArgs) -> None:
        await args.ack()
        reader = await self._questions.reader_for(args)
        message = await self._questions.answer(
            args.payload["value"], _conversation_of(args), Reader(command=reader.command, stays=True), again=True
        )
        await args.respond(**message.payload(), response_type="in_channel", replace_original=False)

    async def on_dismiss(self, args: AsyncArgs) -> None:
        await args.ack()
        await args.respond(delete_original=True)


def _conversation_of(args: AsyncArgs) -> ConversationKey:
    """Where the button was pressed: the same conversation as the question before it."""
    context = args.context
    thread = str(args.body.get("container", {}).get("thread_ts", ""))
    direct = (context.channel_id or "").startswith("D")
    return ConversationKey(
        context.team_id or "", context.channel_id or "", thread, "" if thread or direct else context.user_id or ""
    )
