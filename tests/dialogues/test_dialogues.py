"""Plays the tables in this folder: question, answer, question, answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.layout import strip_mrkdwn
from bot.handlers.ask.messages import answer_message
from bot.questions.answer import answer
from bot.questions.models import Conversation, Reader
from bot.questions.parse import parse
from bot.questions.results import kind, results
from bot.schedule.models import Schedule
from bot.schedule.yaml.load import load
from bot.search.index import Index, build
from tests.conftest import ROOT

HERE = Path(__file__).parent
SCHEDULES = {
    "qcon": ROOT / "data" / "qcon-london-2019.yaml",
    "cardio": ROOT / "tests" / "search" / "schedules" / "cardio.yaml",
    "pixel": ROOT / "tests" / "search" / "schedules" / "pixel.yaml",
}
EXPECTATIONS = {"first", "says", "silent", "talks", "includes", "nothing", "kind", "offers"}


@dataclass(frozen=True)
class Dialogue:
    """Some turns about one schedule, from one moment on."""

    schedule: str
    at: datetime
    turns: list[dict[str, Any]] = field(repr=False)


def _dialogues() -> Iterator[Any]:
    for file in sorted(HERE.glob("*.yaml")):
        table = yaml.safe_load(file.read_text(encoding="utf-8"))
        at = table["at"] if isinstance(table["at"], datetime) else datetime.fromisoformat(table["at"])
        for turns in table["dialogues"]:
            name = f"{file.stem}: {turns[0]['ask']}"
            yield pytest.param(Dialogue(table["schedule"], at, turns), id=name)


@pytest.fixture(scope="module")
def editions() -> dict[str, tuple[Schedule, Index]]:
    schedules = {name: load(file.read_bytes(), file.name) for name, file in SCHEDULES.items()}
    return {name: (schedule, build(schedule)) for name, schedule in schedules.items()}


@pytest.mark.parametrize("dialogue", list(_dialogues()))
def test_every_answer_of_a_dialogue_meets_its_expectations(
    dialogue: Dialogue, editions: dict[str, tuple[Schedule, Index]]
) -> None:
    schedule, index = editions[dialogue.schedule]
    reader = Reader(schedule.conference.timezone)
    conversation = Conversation()
    at = dialogue.at
    for turn in dialogue.turns:
        at = datetime.fromisoformat(str(turn["at"])) if "at" in turn else at
        now = at.replace(tzinfo=schedule.conference.timezone)
        reply = answer(parse(turn["ask"], index.vocabulary), schedule, index, now, conversation)
        conversation = Conversation.from_json(reply.remember.to_json())
        said = answer_message(reply.answer, RenderContext(schedule, now, reader), asked=turn["ask"])
        assert list(_unmet(turn, results(reply.answer), kind(reply.answer), said)) == [], turn["ask"]


def _unmet(turn: dict[str, Any], talks: list[str], kind: str, said: Message) -> Iterator[str]:
    """Describe every expectation of a turn that the answer does not meet."""
    text, offers = strip_mrkdwn(said.text), _offers(said)
    if unknown := set(turn) - {"ask", "at"} - EXPECTATIONS:
        yield f"expects what nobody checks: {unknown}"
    if not set(turn) & EXPECTATIONS:
        yield "expects nothing"
    if not text.startswith(turn.get("first", "")):
        yield f"answered {text!r}"
    yield from (f"answered without {words!r}: {text!r}" for words in turn.get("says", ()) if words not in text)
    yield from (f"answered with {words!r}: {text!r}" for words in turn.get("silent", ()) if words in text)
    expected = [] if turn.get("nothing") else turn.get("talks", talks)
    if talks != expected or not set(turn.get("includes", ())) <= set(talks):
        yield f"finds {talks}"
    if kind != turn.get("kind", kind):
        yield f"is taken for {kind}"
    if not set(turn.get("offers", ())) <= set(offers):
        yield f"offers {offers}"


def _offers(said: Message) -> list[str]:
    elements = [element for block in said.blocks for element in block.get("elements", ())]
    return [element["value"] for element in elements if element.get("action_id", "").startswith(action_ids.ASK)]


def test_there_are_at_least_150_turns() -> None:
    tables = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in HERE.glob("*.yaml")]
    assert sum(len(turns) for table in tables for turns in table["dialogues"]) >= 150
