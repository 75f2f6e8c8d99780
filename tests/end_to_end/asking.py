"""People who ask while processes restart, and what they and their channels then saw."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import monotonic
from tests.fake_slack.server import SlackForTests

PER_SECOND = 20


class Asking:
    """People who ask at even intervals, whether or not earlier questions are answered."""

    def __init__(self, slack: SlackForTests, per_second: float) -> None:
        self._slack = slack
        self._per_second = per_second
        self.failed: Counter[str] = Counter()
        self.asked = 0
        self.mentions: list[str] = []
        self._under_way: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def going_on(cls, slack: SlackForTests, per_second: float = PER_SECOND) -> AsyncIterator["Asking"]:
        """Ask during the block; at its end, every question has been answered or has failed."""
        asking = cls(slack, per_second)
        task = asyncio.create_task(asking._ask_on())
        yield asking
        task.cancel()
        await asyncio.gather(task, *asking._under_way, return_exceptions=True)

    async def _ask_on(self) -> None:
        began = monotonic()
        while True:
            self.asked += 1
            await asyncio.sleep(max(0.0, began + self.asked / self._per_second - monotonic()))
            if self.asked % PER_SECOND == 0:  # answers in a channel keep to one a second
                self.mentions.append(self._slack.person("kenji").say("general", "@qcon what is next?").ts)
                continue
            task = asyncio.create_task(self._command())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _command(self) -> None:
        acknowledgement = await self._slack.person("amara").command("/qcon next", "random")
        if not acknowledgement.ok:
            self.failed[f"{acknowledgement.failure} {acknowledgement.status}"] += 1


def answers_by_thread(slack: SlackForTests) -> Counter[str]:
    """The number of answers in each thread of the channel."""
    messages = slack.workspace.conversation("general").messages.values()
    return Counter(message.thread_ts for message in messages if message.from_app and message.thread_ts)


def reminded(slack: SlackForTests) -> list[str]:
    """The talks in the channel's reminders, in order."""
    general = slack.workspace.conversation("general").id
    first_lines = [message.text.splitlines()[0] for message in slack.deliveries() if message.channel == general]
    return [line.partition(" · ")[2] for line in first_lines if " · Talk" in line]
