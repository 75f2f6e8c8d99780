"""Being spoken to: a mention is answered in its thread, a direct message in place."""

from dataclasses import replace

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk, Place
from bot.questions.conversation import Reader


class Conversations:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.event("app_mention")(boundary.guarded(self.mentioned))
        app.event("message")(boundary.guarded(self.written_to))

    async def mentioned(self, args: AsyncArgs) -> None:
        event = args.payload
        if event.get("subtype") or "user" not in event:
            return
        thread = event.get("thread_ts") or event["ts"]
        place = Place(args.context.team_id or "", event["channel"], thread)
        everyone = Reader(command=self._desk.command(args), stays=True)  # no zone: many read it
        await self._reply(args, event["text"], place, everyone)

    async def written_to(self, args: AsyncArgs) -> None:
        event = args.payload
        if event.get("channel_type") != "im" or event.get("subtype") or "user" not in event:
            return
        thread = event.get("thread_ts", "")
        place = Place(args.context.team_id or "", event["channel"], thread)
        await self._reply(args, event.get("text", ""), place, replace(await self._desk.reader(args), stays=True))

    async def _reply(self, args: AsyncArgs, text: str, place: Place, reader: Reader) -> None:
        message = await self._desk.answer(text, place, reader)
        await args.client.chat_postMessage(channel=place.channel, thread_ts=place.thread or None, **message.payload())
