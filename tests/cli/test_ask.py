from datetime import datetime

import pytest

from bot.cli.schedule import PlainTextBot
from bot.handlers.ask.layout import strip_mrkdwn
from bot.schedule.models import Speaker
from bot.schedule.yaml.load import load
from bot.settings import SHIPPED_SCHEDULE
from tests.schedules import a_schedule, a_talk


@pytest.fixture(scope="module")
def spoken() -> PlainTextBot:
    schedule = load(SHIPPED_SCHEDULE.read_bytes(), str(SHIPPED_SCHEDULE))
    return PlainTextBot.for_schedule(schedule, datetime.fromisoformat("2019-03-05T10:20"), "/qcon")


def test_the_answer_to_next_begins_with_time_and_place(spoken: PlainTextBot) -> None:
    told = spoken.answer("/qcon next")
    assert told["text"].splitlines() == [
        "10:35–11:25 · Fleming, 3rd floor",
        "Complex Event Flows in Distributed Systems",
        "Bernd Ruecker, Camunda",
    ]
    assert told["results"] == ["complex-event-flows"]


def test_the_answer_to_a_who_question_begins_with_the_person(spoken: PlainTextBot) -> None:
    told = spoken.answer("who talks about Terraform?")
    assert told["text"].splitlines()[0] == "Yevgeniy Brikman, co-founder, Gruntwork"
    assert (told["kind"], told["answered"], told["results"]) == ("who", True, ["infrastructure-code"])


def test_a_search_without_matches_says_so_and_offers_talks_of_the_schedule(spoken: PlainTextBot) -> None:
    told = spoken.answer("kafka")
    assert told["text"].splitlines()[0] == "No sessions found for “kafka”."
    assert (told["results"], told["answered"], told["kind"]) == ([], False, "none")
    assert set(told["offered"]) <= set(spoken.schedule.talk_by_id)


def test_mrkdwn_is_stripped_and_entities_are_decoded() -> None:
    assert strip_mrkdwn("*R&amp;D* on `now` at 3 * 4") == "R&D on now at 3 * 4"


def test_two_speakers_with_the_same_name_are_each_listed_with_their_own_talks() -> None:
    baker, physicist = Speaker("dm", "David Miller", "Baker"), Speaker("dm-2", "David Miller", "Physicist")
    schedule = a_schedule(
        a_talk("Bread", "10:00", speakers=(baker,)),
        a_talk("Quantum yeast", "10:00", speakers=(physicist,)),
        a_talk("Ovens", "12:00", speakers=(baker,)),
    )
    spoken = PlainTextBot.for_schedule(schedule, datetime.fromisoformat("2019-03-05T08:00"), "/qcon")
    told = spoken.answer("who is David Miller?")
    assert [line.split(" · ")[:2] for line in told["text"].splitlines()] == [
        ["David Miller, baker"], ["Today 10:00", "Bread"], ["Today 12:00", "Ovens"],
        ["David Miller, physicist"], ["Today 10:00", "Quantum yeast"],
    ]  # fmt: skip
    assert (told["kind"], sorted(told["results"])) == ("who", ["bread", "ovens", "quantum-yeast"])
