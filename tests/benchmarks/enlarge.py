"""Bigger schedules from a small one: the talks that are there, and others made up of plain English and new words."""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.schedule.models import Schedule, Speaker, Talk, in_order
from bot.search.lexicon import lexicon, stem
from bot.search.tokenizer import words

ABSTRACT_WORDS = (40, 260)  # as at real conferences

NEW_WORDS = (
    0.04  # of the words in an abstract: names of things that nothing else mentions, so that the vocabulary grows
)

GRAMMAR = 60  # ten times the Zipf value of words that say nothing by themselves

_SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "ne",
    "pi",
    "qua",
    "ro",
    "sta",
    "tre",
    "vi",
    "wo",
    "xa",
    "yo",
    "zu",
    "ker",
    "lin",
    "mar",
    "nor",
    "pol",
    "rus",
    "ten",
    "ver",
]


def enlarged(schedule: Schedule, size: int, avoid: Collection[str] = (), seed: int = 2019) -> Schedule:
    """This schedule with invented talks up to `size` of them; the same for the same seed.

    The invented talks leave out the words of the given ones' titles and those in `avoid`, so that questions keep
    their answers.
    """
    dice = random.Random(seed)
    plain = _plain_words(schedule, avoid)
    invented = [_talk(schedule, number, dice, plain) for number in range(size - len(schedule.talks))]
    speakers = {speaker.id: speaker for talk in invented for speaker in talk.speakers}
    return replace(
        schedule,
        talks=in_order([*schedule.talks, *invented]),
        speakers=(*schedule.speakers, *speakers.values()),
    )


def _plain_words(schedule: Schedule, avoid: Collection[str]) -> list[str]:
    """English words, the common ones more often, without those that something is asked about."""
    titles = {word for talk in schedule.talks for word in words(f"{talk.title} {talk.subtitle}")}
    avoided = {stem(word) for word in (*titles, *avoid)}
    plain = [(word, band) for word, band in lexicon().english.items() if band >= GRAMMAR or stem(word) not in avoided]
    return [word for word, band in plain for _ in range(max(1, (band - 30) ** 2 // 60))]


def _talk(schedule: Schedule, number: int, dice: random.Random, plain: Sequence[str]) -> Talk:
    like = dice.choice(schedule.talks)
    start = like.start + timedelta(minutes=5 * dice.randrange(12))
    speakers = tuple(_speaker(number, nth, dice) for nth in range(dice.choice((1, 1, 1, 2))))
    title = " ".join(_words(dice, plain, dice.randint(3, 9))).capitalize()
    abstract = " ".join(_words(dice, plain, dice.randint(*ABSTRACT_WORDS)))
    return replace(
        like, id=f"invented-{number}", title=title, subtitle="", abstract=abstract, speakers=speakers, start=start,
        end=start + like.length, kind="talk",
    )  # fmt: skip


def _words(dice: random.Random, plain: Sequence[str], number: int) -> Iterator[str]:
    for _ in range(number):
        yield _new_word(dice) if dice.random() < NEW_WORDS else dice.choice(plain)


def _speaker(number: int, nth: int, dice: random.Random) -> Speaker:
    name = f"{_new_word(dice).capitalize()} {_new_word(dice).capitalize()}"
    return Speaker(f"invented-{number}-{nth}", name, "Engineer", _new_word(dice).capitalize())


def _new_word(dice: random.Random) -> str:
    return "".join(dice.choice(_SYLLABLES) for _ in range(dice.randint(2, 4)))
