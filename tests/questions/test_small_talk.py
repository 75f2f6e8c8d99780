"""Small talk, as opposed to questions that only look like it."""

import pytest

from bot.questions.answer import answer
from bot.questions.models import Help, Matches, Pauses, Practical, SmallTalk
from bot.questions.parse import parse
from bot.schedule.models import Info
from bot.search.index import build
from tests.questions.asked import MORNING, ask
from tests.schedules import a_schedule, a_talk


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "london is beautiful",
        "best conference ever",
        "who are you rooting for",
        "can you dance",
        "i am bored",
    ],
)
def test_small_talk_is_answered_with_a_friendly_word(text: str) -> None:
    assert isinstance(ask(text), SmallTalk)


@pytest.mark.parametrize(
    "text", ["happy path testing", "can you explain terraform", "do you know terraform", "terraform is great?"]
)
def test_a_message_that_names_a_topic_is_not_small_talk(text: str) -> None:
    assert not isinstance(ask(text), SmallTalk) or text.endswith("?")


@pytest.mark.parametrize("text", ["where can I park", "wifi password", "is lunch included"])
def test_a_practical_question_that_no_session_covers_gets_a_practical_answer(text: str) -> None:
    assert isinstance(ask(text), Practical)


ANSWERS = {
    "wifi": ["what's the wifi password?", "wi-fi", "WLAN-Passwort?", "quel est le mot de passe ?", "contraseña wifi"],
    "lunch": ["is there vegan food?", "Wo gibt es Mittagessen?", "où est le déjeuner", "dónde está la comida"],
    "registration": ["where do I get my badge", "Wo ist die Anmeldung?", "où est l'accueil", "dónde está el registro"],
    "code of conduct": [
        "who handles harassment",
        "Verhaltensregeln?",
        "c'est quoi le code de conduite",
        "código de conducta",
    ],
    "map": ["is there a floor plan", "gibt es einen Lageplan?", "où est la carte", "hay mapa?"],
    "dogs": ["can I bring my dog", "are pets allowed"],
}


@pytest.mark.parametrize(("question", "text"), [(name, text) for name, texts in ANSWERS.items() for text in texts])
def test_the_organisers_answer_is_given_in_every_language(question: str, text: str) -> None:
    info = [Info((name, "pets") if name == "dogs" else (name,), f"The answer on {name}.") for name in ANSWERS]
    schedule = a_schedule(a_talk("Complex Event Flows", "10:35"), info=info)
    given = answer(parse(text), schedule, build(schedule), MORNING).answer
    assert isinstance(given, Practical)
    assert given.answer == f"The answer on {question}."


@pytest.mark.parametrize("text", ["when is lunch?", "how long is lunch?"])
def test_the_time_of_lunch_is_the_schedules_not_the_organisers_words(text: str) -> None:
    lunch = a_talk("Lunch", "12:40", kind="break")
    schedule = a_schedule(lunch, info=[Info(("lunch",), "2nd floor")])
    assert isinstance(answer(parse(text), schedule, build(schedule), MORNING).answer, Pauses)
    assert isinstance(answer(parse("where is lunch?"), schedule, build(schedule), MORNING).answer, Practical)


@pytest.mark.parametrize("text", ["talk about coffee machines", "who talks about video", "who talks about tea?"])
def test_a_topic_is_searched_for_even_if_it_is_practical(text: str) -> None:
    assert not isinstance(ask(text), Practical | Pauses)


def test_practical_words_that_make_up_a_title_find_the_talk() -> None:
    schedule = a_schedule(a_talk("Leaves, not bags", "10:35"))
    index = build(schedule)
    assert isinstance(answer(parse("leaves or bags?"), schedule, index, MORNING).answer, Matches)
    assert isinstance(answer(parse("where can I leave my bags"), schedule, index, MORNING).answer, Practical)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("drones at the airport", Matches),
        ("panic at the airport", Matches),
        ("is there an airport shuttle", Practical),
        ("how do I get to the airport", Practical),
    ],
)
def test_a_practical_word_in_an_abstract_may_be_part_of_a_topic(text: str, kind: type) -> None:
    drones = a_talk("The great drone panic", abstract="Why an airport closed for days.")
    others = [a_talk(f"{thing} time", f"{15 + at}:00") for at, thing in enumerate(("Bread", "Chess", "Garden"))]
    schedule = a_schedule(drones, *others)
    assert isinstance(answer(parse(text), schedule, build(schedule), MORNING).answer, kind)


@pytest.mark.parametrize("text", ["?", "???", "help?", "what can you do?"])
def test_a_bare_question_mark_asks_for_help(text: str) -> None:
    assert isinstance(ask(text), Help)


@pytest.mark.parametrize(
    ("title", "text"), [("Group photo", "how long till the photo"), ("Large scale changes at Uber", "uber")]
)
def test_a_practical_word_in_a_title_finds_the_session_if_nothing_else_is_asked(title: str, text: str) -> None:
    schedule = a_schedule(a_talk(title, "10:35"))
    assert isinstance(answer(parse(text), schedule, build(schedule), MORNING).answer, Matches)
