"""The form of the answers to practical questions: wifi, lunch and the like, and any question of the organisers' own."""

import json
from collections.abc import Mapping
from typing import Any

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import Block, context, head
from bot.errors import InvalidForm
from bot.handlers.organise.form import NoChange
from bot.schedule.models import Info, Schedule, short_id
from bot.schedule.organiser_actions import OrganiserAction, set_answers
from bot.schedule.texts import paragraphs, single_line

# The questions that the form always shows, as languages/*.yaml name them, and an example of the answer.
USUAL = {
    "wifi": "Network and password",
    "lunch": "Where it is, and the vegan options",
    "registration": "Where and when badges are handed out",
    "code of conduct": "The address of its page, and who helps",
    "map": "The address of a plan of the venue",
}

MAX_QUESTIONS = 90  # with those that the schedule's source or organisers added; a modal has no room for more

ANSWER_CHARACTERS, WORDS_CHARACTERS = 1_000, 100

NEW_WORDS, NEW_ANSWER = "new-words", "new-answer"  # the fields of another question


def practical_form(schedule: Schedule) -> dict[str, Any]:
    """The modal with a field for each question, filled in with the present answers."""
    questions = dict(list(_questions(schedule).items())[:MAX_QUESTIONS])
    hint = "Words people use to ask it, separated by commas: parking, car park"
    blocks: list[Block] = [
        context("I give these answers to anyone who asks. Clear a field to remove its answer."),
        *(_answer_field(name, info) for name, info in questions.items()),
        inputs.text_field(NEW_WORDS, "Another question", most=WORDS_CHARACTERS, optional=True, hint=hint),
        inputs.text_field(NEW_ANSWER, "Its answer", most=ANSWER_CHARACTERS, lines=True, optional=True),
    ]
    shown = json.dumps({_field(name): _mark(_shown(info)) for name, info in questions.items()})
    return inputs.modal(
        action_ids.PRACTICAL_FORM, "Practical answers", blocks, submit="Save", close="Back", metadata=shown
    )


def parse_answers(fields: Mapping[str, str], metadata: str, schedule: Schedule) -> OrganiserAction:
    """The action that the form asks for; `metadata` is the form's.

    Raises NoChange, and InvalidForm for half of a new question or an answer that somebody else changed meanwhile.
    """
    questions = _questions(schedule)
    answers = _edited_answers(fields, json.loads(metadata), questions)
    words = [word for part in fields.get(NEW_WORDS, "").split(",") if (word := single_line(part))]
    new = paragraphs(fields.get(NEW_ANSWER, ""))
    if new and not words:
        raise InvalidForm({NEW_WORDS: "Enter at least one word that people use to ask this."})
    if words and not new:
        raise InvalidForm({NEW_ANSWER: "Enter the answer, or leave both fields empty."})
    taken = {name: name for name in USUAL}
    taken |= {word.casefold(): _name(info) for info in schedule.info for word in info.ask}
    if name := next((taken[word.casefold()] for word in words if word.casefold() in taken), ""):
        raise InvalidForm({NEW_WORDS: f"Use the field for “{name}” above."})
    if words:
        answers.append((Info(tuple(words), ""), new))
    action = set_answers(answers)
    if not action.overrides:
        raise NoChange
    return action


def _edited_answers(
    fields: Mapping[str, str], shown: Mapping[str, str], questions: Mapping[str, Info]
) -> list[tuple[Info, str]]:
    """The answers whose fields were edited, each after the one so far. `shown` has the mark of each answer in the form.

    What was not touched stays as it is by now, and a long answer, of which the form has only a part, stays whole.
    """
    by_field = {_field(name): info for name, info in questions.items()}
    edited = {field: text for field, text in fields.items() if field in shown and _mark(text) != shown[field]}
    stale = [field for field in edited if field not in by_field or _mark(_shown(by_field[field])) != shown[field]]
    if stale:
        raise InvalidForm(dict.fromkeys(stale, "This answer has changed in the meantime. Open the form again."))
    return [(by_field[field], paragraphs(text)) for field, text in edited.items()]


def _questions(schedule: Schedule) -> dict[str, Info]:
    """The usual questions and then all others, by name, with their answers so far; empty where there is none."""
    questions = {name: Info((name,), "") for name in USUAL}
    for info in reversed(schedule.info):  # of several the first counts, as it does for those who ask
        questions[_name(info)] = info
    return questions


def _name(info: Info) -> str:
    """The question that an answer stands under in the form."""
    return next((name for name in USUAL if name in map(str.casefold, info.ask)), info.ask[0])


def _answer_field(name: str, info: Info) -> Block:
    label, example = name[:1].upper() + name[1:], USUAL.get(name, "")
    return inputs.text_field(
        _field(name), label, _shown(info), most=ANSWER_CHARACTERS, lines=True, optional=True, hint=example
    )


def _field(name: str) -> str:
    return f"a-{_mark(name)}"


def _shown(info: Info) -> str:
    """The answer, as far as a field has room for it."""
    return head(info.answer, ANSWER_CHARACTERS)


def _mark(text: str) -> str:
    """A short mark that tells this text from others."""
    return short_id(text)[:8]
