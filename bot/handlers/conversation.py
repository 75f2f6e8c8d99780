"""Being spoken to: a mention is answered in its thread, a direct message in place."""

from dataclasses import replace

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import RequestGuard
from bot.handlers.desk import ConversationKey, QuestionService
from bot.questions.conversation import Reader


class ConversationHandlers:
    def __init__(self, questions: QuestionService) -> None:
        self._questions = questions

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.event("app_mention")(guard.wrap(self.on_mention))
        app.event("message")(guard.wrap(self.on_direct_message))

    async def on_mention(self, args: AsyncArgs) -> None:
        event = args.payload
        if event.get("subtype") or "user" not in event:
            return
        thread = event.get("thread_ts") or event["ts"]
        place = ConversationKey(args.context.team_id or "", event["channel"], thread)
        everyone = Reader(command=self._questions.command_for(args), stays=True)  # no zone: many read it
        await self._reply(args, event["text"], place, everyone)

    async def on_direct_message(self, args: AsyncArgs) -> None:
        event = args.payload
        if event.get("channel_type") != "im" or event.get("subtype") or "user" not in event:
            return
        thread = event.get("thread_ts", "")
        place = ConversationKey(args.context.team_id or "", event["channel"], thread)
        await self._reply(
            args, event.get("text", ""), place, replace(await self._questions.reader_for(args), stays=True)
        )

    async def _reply(self, args: AsyncArgs, text: str, conversation: ConversationKey, reader: Reader) -> None:
        message = await self._questions.answer(text, conversation, reader)
        await args.client.chat_postMessage(
            channel=conversation.channel, thread_ts=conversation.thread or None, **message.payload()
        )
