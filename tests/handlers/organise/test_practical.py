"""The form of practical answers: fields for the usual questions, and those of the schedule or of organisers."""

import pytest

from bot.errors import InvalidForm
from bot.fake_slack.block_kit import problems
from bot.handlers.organise.form import NoChange
from bot.handlers.organise.practical import ANSWER_CHARACTERS, USUAL, parse_answers, practical_form
from bot.questions.language import languages
from bot.schedule.models import Info, Schedule
from bot.schedule.organiser_actions import OrganiserAction
from bot.schedule.overrides import merge_overrides
from tests.schedules import a_schedule

WIFI, DOGS = Info(("network", "WiFi"), "QCon"), Info(("dogs", "pets"), "Outside.")


def _schedule(*info: Info) -> Schedule:
    return a_schedule(info=info)


def _filled(schedule: Schedule, **answers: str) -> dict[str, str]:
    """The fields of the form as it opens, but with these answers, by label."""
    blocks = [block for block in practical_form(schedule)["blocks"] if block["type"] == "input"]
    fields = {block["block_id"]: block["element"].get("initial_value", "") for block in blocks}
    ids = {block["label"]["text"]: block["block_id"] for block in blocks}
    return fields | {ids[label.replace("_", " ")]: text for label, text in answers.items()}


def _parsed(schedule: Schedule, fields: dict[str, str], now: Schedule | None = None) -> OrganiserAction:
    """Submit the form of one schedule when another one may be served."""
    return parse_answers(fields, practical_form(schedule)["private_metadata"], now or schedule)


def _after(schedule: Schedule, **answers: str) -> tuple[Info, ...]:
    action = _parsed(schedule, _filled(schedule, **answers))
    return merge_overrides(schedule, action.overrides).schedule.info


def test_every_language_knows_the_usual_questions() -> None:
    assert all(set(USUAL) <= set(language.usual) for language in languages())


def test_an_answer_of_the_schedule_is_shown_and_changed_under_its_usual_name() -> None:
    assert _after(_schedule(WIFI, DOGS), Wifi="QCon 2\r\n") == (Info(WIFI.ask, "QCon 2"), DOGS)
    assert _after(_schedule(WIFI, DOGS), Dogs="Inside.") == (Info(DOGS.ask, "Inside."), WIFI)


def test_an_empty_field_removes_the_answer() -> None:
    assert _after(_schedule(WIFI, DOGS), Wifi=" ") == (DOGS,)


def test_another_question_is_added_with_the_words_that_ask_it() -> None:
    added = _after(_schedule(), Another_question="parking, car  park,", Its_answer="Level -1.")
    assert added == (Info(("parking", "car park"), "Level -1."),)


@pytest.mark.parametrize(
    ("words", "answer"), [
        ("parking", ""), (" , ", "Level -1."), ("Dogs", "Inside."), ("map", "See the lift."),
        ("PETS", "Inside."), ("cats, pets", "Inside."), ("network", "QCon 2"), ("parking, WIFI", "Level -1."),
    ],
)  # fmt: skip
def test_an_incomplete_question_or_one_with_a_field_of_its_own_is_refused(words: str, answer: str) -> None:
    schedule = _schedule(WIFI, DOGS)
    with pytest.raises(InvalidForm):
        _parsed(schedule, _filled(schedule, Another_question=words, Its_answer=answer))


@pytest.mark.parametrize(("words", "name"), [("map", "map"), ("Network", "wifi"), ("pets", "dogs")])
def test_the_refusal_names_the_existing_field(words: str, name: str) -> None:
    schedule = _schedule(WIFI, DOGS)
    fields = _filled(schedule, Another_question=words, Its_answer="There.", Dogs="")
    with pytest.raises(InvalidForm) as refused:
        _parsed(schedule, fields)
    assert list(refused.value.problems.values()) == [f"Use the field for “{name}” above."]


def test_an_untouched_form_changes_nothing_even_if_an_answer_is_too_long_for_it() -> None:
    schedule = _schedule(Info(("wifi",), "x" * 2 * ANSWER_CHARACTERS), DOGS)
    with pytest.raises(NoChange):
        _parsed(schedule, _filled(schedule))


def test_a_form_neither_undoes_nor_overwrites_another_organisers_change() -> None:
    shown, parking = _schedule(WIFI, DOGS), Info(("parking", "car, bus"), "Level -1.")
    now = _schedule(Info(WIFI.ask, "QCon 2"), parking, DOGS)
    action = _parsed(shown, _filled(shown, Dogs="Inside."), now)
    assert set(merge_overrides(now, action.overrides).schedule.info) == {
        Info(WIFI.ask, "QCon 2"), parking, Info(DOGS.ask, "Inside."),
    }  # fmt: skip
    with pytest.raises(InvalidForm, match="changed in the meantime"):
        _parsed(shown, _filled(shown, Wifi="QCon 3"), now)
    with pytest.raises(InvalidForm, match="changed in the meantime"):
        _parsed(shown, _filled(shown, Dogs="Inside."), _schedule(WIFI))


def test_words_with_commas_name_a_question_and_many_questions_fit_into_a_view() -> None:
    parking = Info(("car, bus", "parking"), "Level -1.")
    assert _after(_schedule(parking), **{"Car, bus": "Level 2."}) == (Info(parking.ask, "Level 2."),)
    form = practical_form(_schedule(*(Info((f"question {number}" * 9,), "x" * 2_000) for number in range(200))))
    assert problems("modal", form) == []
    assert len(form["private_metadata"]) < 3_000
