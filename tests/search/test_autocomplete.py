from hypothesis import given
from hypothesis import strategies as st

from bot.schedule.models import Schedule
from bot.search.autocomplete import named_like, suggest
from bot.search.index import build
from tests.schedules import a_schedule, a_speaker, a_talk

FLOWS = a_talk("Complex Event Flows", "10:35", speakers=(a_speaker("Bernd Ruecker"),))
CODE = a_talk("Lessons From Infrastructure Code", "14:55", speakers=(a_speaker("Yevgeniy Brikman"),), abstract="flows")
INDEX = build(a_schedule(FLOWS, CODE))


def test_a_few_letters_of_a_title_or_a_name_are_enough() -> None:
    assert suggest(INDEX, "infra") == (CODE,)
    assert suggest(INDEX, "ber") == (FLOWS,)


def test_every_typed_word_must_match() -> None:
    assert suggest(INDEX, "event ruec") == (FLOWS,)
    assert suggest(INDEX, "event brik") == ()


def test_typos_in_words_and_beginnings_are_forgiven() -> None:
    assert suggest(INDEX, "brickman") == (CODE,)
    assert suggest(INDEX, "infar") == (CODE,)
    assert suggest(INDEX, "compelx") == (FLOWS,)
    assert suggest(INDEX, "rueker") == (FLOWS,)


def test_abstracts_are_searched_if_no_title_or_name_matches() -> None:
    assert suggest(INDEX, "flows") == (FLOWS,)
    code = a_talk("Lessons", "14:55", abstract="We wrote it in Terraform.")
    index = build(a_schedule(FLOWS, code))
    for typed in ("te", "ter", "terr", "terraform", "teraf", "terrafrom"):
        assert suggest(index, typed) == (code,), typed


def test_the_included_schedule_finds_terraform_by_its_first_letters(qcon: Schedule) -> None:
    index = build(qcon)
    for typed in ("te", "ter", "terr", "terra", "terrafrm"):
        assert "infrastructure-code" in [talk.id for talk in suggest(index, typed)], typed


def test_empty_input_suggests_nothing_and_suggestions_are_limited() -> None:
    assert suggest(INDEX, " ") == ()
    assert len(suggest(INDEX, "e", limit=1)) == 1


def test_typed_beginnings_must_match_word_beginnings_regardless_of_accents() -> None:
    names = {"b": "Bernd Rücker", "x": "Bernd Other"}
    assert named_like("ber ruc", names, names.__getitem__, 10) == ("b",)
    assert named_like("ber", names, names.__getitem__, 10) == ("b", "x")
    assert named_like("ucker", names, names.__getitem__, 10) == ()
    assert named_like("bernd rukcer", names, names.__getitem__, 10) == ("b",)


def test_empty_input_lists_all_names_up_to_the_limit() -> None:
    assert len(named_like("", [f"Room {number}" for number in range(200)], str, 100)) == 100


@given(st.text(max_size=200))
def test_no_text_raises(typed: str) -> None:
    named_like(typed, ["b"], str, 10)
