"""Simulated attendees, who ask, save and browse, and organisers, who change the schedule."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from bot.blockkit import action_ids
from bot.blockkit.blocks import actions
from bot.blockkit.inputs import external_menu
from bot.clock import monotonic
from bot.fake_slack.delivery_to_app import Acknowledgement
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import ORGANISER
from bot.schedule.models import Talk
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests

QUESTIONS = (
    "next",
    "now",
    "today",
    "what's on after lunch",
    "who talks about kubernetes?",
    "anything on zig?",
    "where is the talk on terraform",
    "when is the next talk on microservices",
    "help",
)

TYPED = ("k", "ku", "event", "micro", "terra", "open")

MODAL_TIMEOUT_S = 10.0

TOPICS = 50  # channels

HOME_WITH_SEARCH = {"type": "home", "blocks": [actions([external_menu("Find…", action_ids.DETAILS_FOUND)])]}


class Attendees:
    """People who send requests at even intervals, whether or not earlier ones are answered."""

    def __init__(
        self, slack: SlackForTests, people: Sequence[str], savers: Sequence[str], talks: Sequence[Talk]
    ) -> None:
        """`savers` change their agendas; the others only read."""
        self._slack = slack
        self._people = people
        self._savers = savers
        self._talks = talks
        self._dice = random.Random(2019)
        bot = slack.workspace.bot.id
        self._topics = [  # where the bot is mentioned, in turn: a channel gets one post a second
            slack.workspace.add_conversation(f"topic-{number}", members=[*people, bot]) for number in range(TOPICS)
        ]
        self._under_way: set[asyncio.Task[None]] = set()
        self.asked: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._actions: dict[str, tuple[int, Callable[[], Awaitable[Acknowledgement | None]]]] = {
            "command": (50, self._command),
            "mention": (10, self._mention),
            "message": (12, self._message),
            "type-ahead": (8, self._type),
            "save": (10, self._save),
            "agenda": (5, self._agenda),
            "home": (5, self._home),
        }

    async def go_on(self, per_second: float) -> None:
        """Send requests until cancelled."""
        began, number = monotonic(), 0
        names, weights = list(self._actions), [weight for weight, _ in self._actions.values()]
        while True:
            number += 1
            await asyncio.sleep(max(0.0, began + number / per_second - monotonic()))
            [name] = self._dice.choices(names, weights)
            task = asyncio.create_task(self._do(name))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _do(self, name: str) -> None:
        self.asked[name] += 1
        acknowledgement = await self._actions[name][1]()
        if acknowledgement is not None and not acknowledgement.ok:
            self.failed[f"{name} {acknowledgement.failure} {acknowledgement.status}"] += 1

    async def _command(self) -> Acknowledgement:
        return await self._typed(self._somebody(), self._dice.choice(QUESTIONS))

    async def _mention(self) -> None:
        """Mention the bot; Slack sends the event again if no process accepts it."""
        topic = self._dice.choice(self._topics)
        self._slack.person(self._somebody()).say(topic.id, f"@qcon {self._dice.choice(QUESTIONS)}")

    async def _message(self) -> None:
        self._slack.person(self._somebody()).say(Person.DIRECT, self._dice.choice(QUESTIONS))

    async def _type(self) -> Acknowledgement:
        person = self._slack.person(self._somebody())
        view = self._slack.workspace.views.publish(person.id, HOME_WITH_SEARCH)
        return await person.type_ahead(view, action_ids.DETAILS_FOUND, self._dice.choice(TYPED))

    async def _save(self) -> Acknowledgement:
        word = "save" if self._dice.random() < 0.8 else "unsave"
        return await self._typed(self._dice.choice(self._savers), f"{word} {self._dice.choice(self._talks).title}")

    async def _agenda(self) -> Acknowledgement:
        return await self._typed(self._somebody(), "agenda")

    async def _home(self) -> None:
        self._slack.person(self._somebody()).open_home()

    async def _typed(self, person: str, words: str) -> Acknowledgement:
        return await self._slack.person(person).command(f"/qcon {words}", "random")

    def _somebody(self) -> str:
        return self._dice.choice(self._people)


class Organiser:
    """An organiser who delays and cancels sessions from chat."""

    def __init__(self, slack: SlackForTests) -> None:
        self._slack = slack
        self._person = slack.person(ORGANISER.name)
        self.changed = 0

    async def turn_on_reminders(self, channels: Sequence[str]) -> None:
        """Turn on reminders in each of these channels."""
        for channel in channels:
            preview = await self._person.ask("/qcon remind here", channel)
            await self._person.click(preview, action_ids.REMIND_ON)
            await self._person.sees(channel, "turned on reminders here")

    async def delay(self, talk: Talk, minutes: int) -> None:
        await self._change("delay", talk, minutes=str(minutes))

    async def cancel(self, talk: Talk) -> None:
        await self._change("cancel", talk, words="The speaker is ill.")

    async def _change(self, action: str, talk: Talk, **filled: str) -> None:
        """Use the menu and the form; give up if one does not open in time."""
        try:
            if self._person.modal:
                self._person.dismiss(everything=True)
            await self._person.command(f"/qcon organise {talk.title}", "random")
            menu = await self._person.sees_modal("Organise", MODAL_TIMEOUT_S)
            await self._person.click(menu, *_button(menu, action))
            await self._slack.workspace.wait_until(lambda: self._person.modal is not menu, MODAL_TIMEOUT_S)
            await self._person.submit(**filled)
            await self._person.sees_modal("Is this right?", MODAL_TIMEOUT_S)
            await self._person.submit()
            await self._person.sees_modal("Done", MODAL_TIMEOUT_S)
            self.changed += 1
        except (TimeoutError, StopIteration):
            return


def _button(menu: SlackView, action: str) -> tuple[str, None, str]:
    buttons = (element for block in menu.payload["blocks"] for element in block.get("elements", ()))
    button = next(button for button in buttons if str(button.get("value", "")).split(" ")[0] == action)
    return button["action_id"], None, button["value"]
