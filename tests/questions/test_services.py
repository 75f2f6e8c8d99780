"""Services that the schedule itself lists: where they are, when they are open, and whether they are now."""

from datetime import datetime

import pytest

from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.layout import strip_mrkdwn
from bot.handlers.ask.messages import answer_message
from bot.questions.answer import answer
from bot.questions.models import Pauses, Reader
from bot.questions.parse import parse
from bot.questions.results import results
from bot.schedule.models import Info, Room, Schedule
from bot.search.index import build
from tests.schedules import LONDON, a_schedule, a_speaker, a_talk, london

FOYER, SHED = Room("foyer", "Foyer"), Room("shed", "Shed")
ADA = (a_speaker("Ada Moth"),)
TUESDAY, WEDNESDAY = "2019-03-05", "2019-03-06"
HOURS = (
    ("Registration Desk Opens", TUESDAY, "07:00", FOYER),
    ("Registration Desk Closes", TUESDAY, "17:00", FOYER),
    ("Registration / Information Desks Open", WEDNESDAY, "08:00", FOYER),
    ("Registration / Information Desks Close", WEDNESDAY, "13:00", FOYER),
    ("Swag pickup opens", TUESDAY, "12:00", SHED),
    ("Swag pickup closes", TUESDAY, "15:00", SHED),
    ("Orchard gate opens", TUESDAY, "08:00", None),
    ("Orchard gate closes", TUESDAY, "18:00", None),
)
SCHEDULE = a_schedule(
    *(
        a_talk(title, london(clock, day), id=f"{title.split()[-1].lower()}-{at}", minutes=0, kind="info", room=room)
        for at, (title, day, clock, room) in enumerate(HOURS)
    ),
    a_talk("Beekeeping summit, pre-registration required", "10:00", minutes=180),
    a_talk("Coat and luggage check", "08:30", id="coats", minutes=600),
    a_talk("Bees", "10:00", id="bees", speakers=ADA),
    a_talk("The registration of bees", "11:00", id="registered", speakers=ADA),
    a_talk("Wasps", london("10:00", WEDNESDAY), speakers=ADA),
)


def _first_lines(text: str, clock: str = "10:40", schedule: Schedule = SCHEDULE, day: str = TUESDAY) -> str:
    now: datetime = london(clock, day)
    given = answer(parse(text), schedule, build(schedule), now).answer
    context = RenderContext(schedule, now, Reader(LONDON))
    return strip_mrkdwn(answer_message(given, context, asked=text).text)


@pytest.mark.parametrize(
    ("text", "clock", "first"),
    [
        ("where is registration", "10:40", "Registration Desk until 17:00 · Foyer"),
        ("wo ist die Anmeldung?", "10:40", "Registration Desk until 17:00 · Foyer"),
        ("until when can i get my badge", "10:40", "Registration Desk until 17:00 · Foyer"),
        ("when does registartion close", "06:00", "Registration Desk 07:00–17:00 · Foyer"),
        ("how long is registration open", "06:00", "10 hours · Registration Desk 07:00–17:00"),
        ("is registration still open", "10:40", "Open · Registration Desk until 17:00 · Foyer"),
        ("ist die registrierung noch offen", "10:40", "Open · Registration Desk until 17:00 · Foyer"),
        ("has registration closed", "19:00", "Not open now · Registration Desk 07:00–17:00 · Foyer"),
        ("when does registration open tomorrow", "10:40", "Registration / Information Desks tomorrow 08:00–13:00"),
        ("where is the info desk", "10:40", "Registration / Information Desks tomorrow 08:00–13:00"),
        ("where do i get my swag", "10:40", "Swag pickup 12:00–15:00 · Shed"),
        ("can i still get a t-shirt", "12:40", "Swag pickup until 15:00 · Shed"),
        ("where can i leave my jacket", "10:40", "Coat and luggage check until 18:30"),
        ("wo ist die garderobe", "10:40", "Coat and luggage check until 18:30"),
        ("is the orchard gate open", "10:40", "Open · Orchard gate until 18:00"),
    ],
)
def test_a_service_is_answered_with_its_place_and_its_hours(text: str, clock: str, first: str) -> None:
    assert _first_lines(text, clock).startswith(first)


def test_a_service_that_is_over_today_is_told_together_with_the_next_one() -> None:
    first, then = _first_lines("where is registration", "18:00").split("\n")
    assert first == "It's over · Registration Desk 07:00–17:00 · Foyer"
    assert then == "Registration / Information Desks tomorrow 08:00–13:00 · Foyer"


@pytest.mark.parametrize(
    ("text", "ids"),
    [("when does swag pickup open", ["opens-4"]), ("when does swag pickup close", ["closes-5"])],
)
def test_the_result_is_the_entry_that_was_asked_for(text: str, ids: list[str]) -> None:
    assert results(answer(parse(text), SCHEDULE, build(SCHEDULE), london("10:00")).answer) == ids


@pytest.mark.parametrize(
    "text", ["talks about registration", "who talks about badges", "when is the registration of bees", "bees"]
)
def test_a_talk_is_no_service(text: str) -> None:
    assert not isinstance(answer(parse(text), SCHEDULE, build(SCHEDULE), london("10:00")).answer, Pauses)


@pytest.mark.parametrize("text", ["is there a quiet room", "gibt es eine kinderbetreuung", "any merch at the weekend"])
def test_a_service_that_nobody_knows_is_no_talk(text: str) -> None:
    schedule = a_schedule(a_talk("Bees", speakers=ADA), a_talk("Quiet bees at the weekend", speakers=ADA))
    assert _first_lines(text, schedule=schedule) == "I only know the schedule. Try the registration desk."


def test_the_organisers_say_where_and_the_schedule_says_when() -> None:
    schedule = a_schedule(*SCHEDULE.talks, info=[Info(("registration",), "In the blue tent.")])
    assert _first_lines("where is registration", schedule=schedule) == "In the blue tent."
    assert _first_lines("when does registration close", schedule=schedule).startswith("Registration Desk until 17:00")


def test_organisers_who_answer_for_a_cloakroom_answer_for_coats() -> None:
    schedule = a_schedule(a_talk("Bees", speakers=ADA), info=[Info(("cloakroom",), "In the blue tent.")])
    assert _first_lines("where can i leave my coat", schedule=schedule) == "In the blue tent."
