"""Random walks through all modals of the bot: none is a fourth on Slack's stack, and no click breaks anything."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.blockkit import action_ids
from bot.fake_slack.block_kit import elements_of, options_of
from bot.fake_slack.views import MAX_STACK, SlackView
from bot.fake_slack.workspace import Block, SlackMessage
from tests.end_to_end.conftest import World, bot_in
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests
from tests.schedules import london

WALKS, STEPS = 32, 15  # each walk is by another person, who may do so much before they have to wait

RATED = "/qcon talk complex event flows in distributed systems"  # it is over

ENTRIES = ("/qcon now", RATED, "/qcon agenda", "/qcon organise", "find", "home", "/qcon organise", "@qcon next")

EVERY_MODAL = {  # but the comment's, which opens from a message only
    action_ids.ACTION_CONFIRM,
    action_ids.ACTION_DONE,
    action_ids.ACTION_FORM,
    action_ids.ANNOUNCE_CONFIRM,
    action_ids.ANNOUNCE_FORM,
    action_ids.ANNOUNCED,
    action_ids.CARD,
    action_ids.CHANGES,
    action_ids.FINDER,
    action_ids.INFO_MODAL,
    action_ids.ORGANISER,
    action_ids.SHARED,
    action_ids.SHARE_SUBMITTED,
    action_ids.SPEAKER,
}


@dataclass
class Walker:
    """A person who clicks the element that all walkers so far have clicked least."""

    person: Person
    dice: random.Random
    pressed: Counter[tuple[str, str]]

    async def enter(self, entry: str) -> SlackMessage | SlackView:
        """Open the first window, or return the message or the Home from which it can be opened."""
        if entry == "find":
            await self.person.shortcut("find")
        elif entry == "/qcon organise":
            await self.person.command(entry)
        elif entry != "home":
            answer = await self.person.ask(entry)
            if any(_actions(answer)):
                return answer
        return await self.person.opens_home()

    async def step(self, start: SlackMessage | SlackView) -> None:
        """Use one element of the window that is open, or else of where the walk began; or submit, or close."""
        where = self.person.modal or start
        choices = [*_actions(where), *([("", "submit", {})] if _has_submit(where) else [])]
        if self.person.modal and (not choices or self.dice.random() < 0.1):
            return self.person.dismiss()
        self.dice.shuffle(choices)
        name = where.payload.get("callback_id", "home") if isinstance(where, SlackView) else "message"
        block, action, element = min(choices, key=lambda choice: self.pressed[name, _label(choice)])
        self.pressed[name, _label((block, action, element))] += 1
        if action == "submit":
            return await self._submit(where)
        choice = await self._choice(where, block, element)
        if (block, action) not in {(known, named) for known, named, _ in _actions(where)}:
            return None  # it was drawn again while they typed
        if element["type"] == "button" or choice is not None:
            acknowledged = await self.person.click(where, action, choice, element.get("value"), block)
            assert acknowledged.ok, (name, action, acknowledged)
        return None

    async def _submit(self, where: SlackMessage | SlackView) -> None:
        for block, _, element in [choice for choice in _inputs(where) if choice[2]["type"] not in _KEPT]:
            choice = await self._choice(where, block, element)
            if choice is not None:
                self.person.fill(element["action_id"], choice, block)
        errors = await self.person.submit()
        assert "" not in errors, errors

    async def _choice(self, where: SlackMessage | SlackView, block: str, element: Block) -> Any:
        """Something to enter or to choose; None for a button, and where there is nothing to choose from."""
        kind = element["type"]
        if kind == "users_select":
            return self.dice.choice([None, self.person.id])
        if kind == "conversations_select":
            return self.dice.choice([None, self.person.conversation("general").id])
        if kind == "plain_text_input":
            return self.dice.choice(["Bring water", "", "Doors open later & <soon>"]) or None
        options = options_of(element)
        if kind == "external_select":
            options = await self.person.suggest(where, element["action_id"], self.dice.choice(["", "e", "s"]), block)
        return self.dice.choice(options)["value"] if options else None


_KEPT = ("number_input", "timepicker", "url_text_input", "static_select")  # they are filled in already


def _actions(where: SlackMessage | SlackView) -> Iterator[tuple[str, str, Block]]:
    """The elements that react to a click at once, as (block's id, action's id, element)."""
    blocks = where.payload["blocks"] if isinstance(where, SlackView) else where.blocks
    for block in blocks:
        if block["type"] != "input":
            for element in elements_of(block):
                if "url" not in element:
                    yield block["block_id"], element["action_id"], element


def _inputs(where: SlackMessage | SlackView) -> Iterator[tuple[str, str, Block]]:
    assert isinstance(where, SlackView)
    for block in where.payload["blocks"]:
        if block["type"] == "input":
            yield block["block_id"], block["element"]["action_id"], block["element"]


def _has_submit(where: SlackMessage | SlackView) -> bool:
    return isinstance(where, SlackView) and "submit" in where.payload


def _label(choice: tuple[str, str, Block]) -> str:
    """Name the effect of an element, the same for every talk."""
    _, action, element = choice
    name = action.split(":")[0]
    of_organisers = str(element.get("value", "")).split(" ")[0] if name == action_ids.ORGANISER_ACTION else ""
    return f"{name} {of_organisers}"


pytestmark = pytest.mark.slow


@pytest.fixture
async def at_noon(tmp_path: Path) -> Any:
    async with SlackForTests.serving() as slack, bot_in(slack, tmp_path) as world:
        await world.bot.set_time(london("12:10"), 1.0)  # the first talk is over, the second is on
        yield world


async def test_random_walks_through_the_modals_never_open_a_fourth_or_break_anything(at_noon: World) -> None:
    slack, pressed, seen, deepest = at_noon.slack, Counter[tuple[str, str]](), set[str](), 0
    slack.workspace.watchers.append(lambda event: _note(slack, event.user, seen))
    people = list(slack.add_people(WALKS))
    general = slack.workspace.conversation("general")
    for number, user in enumerate(people):
        slack.workspace.users[user].is_admin = True
        slack.workspace.join(general, user)
        walker = Walker(slack.person(user), random.Random(number), pressed)  # repeatable
        start = await walker.enter(ENTRIES[number % len(ENTRIES)])
        for _ in range(STEPS):
            await walker.step(start)
            await asyncio.sleep(0.03)
            deepest = max(deepest, len(slack.workspace.views.stack(user)))

    assert deepest == MAX_STACK
    refused = {answer: count for answer, count in slack.journal.answers.items() if answer.startswith("views.")}
    # The view was closed meanwhile, or another press was faster: the bot knows what to do.
    expected = {"ok", "not_found", "exchanged_trigger_id", "hash_conflict", "push_limit_reached"}
    assert {answer.split(" ")[1] for answer in refused} <= expected, refused
    broken = [message.text for message in slack.journal.messages if "Something went wrong" in message.text]
    assert not broken
    assert seen >= EVERY_MODAL, EVERY_MODAL - seen


async def test_two_buttons_clicked_at_the_same_time_both_open_their_modals(at_noon: World) -> None:
    person, slack = at_noon.attendee, at_noon.slack
    await person.shortcut("find")
    finder = await person.sees_modal("Find a talk")
    [option, *_] = await person.suggest(finder, "details-found", "terraform")
    await person.click(finder, "details-found", option["value"])
    card = await person.sees_modal("Session")
    await asyncio.gather(person.click(card, action_ids.SHARE_TALK), person.click(card, action_ids.SPEAKER_SHOWN))

    def titles() -> list[str]:
        return [view.payload["title"]["text"] for view in slack.workspace.views.stack(person.id)]

    await slack.workspace.wait_until(lambda: len(titles()) == MAX_STACK and "Session" not in titles())
    assert titles()[0] == "Find a talk"
    assert set(titles()[1:]) == {"Speaker", "Share this talk"}
    assert "push_limit_reached" in str(slack.journal.answers), "the presses did not meet"


def _note(slack: SlackForTests, user: str, seen: set[str]) -> None:
    """Remember the modals that somebody saw."""
    for view in slack.workspace.views.stack(user):
        assert "Something went wrong" not in str(view.payload)
        seen.add(view.payload.get("callback_id", ""))
