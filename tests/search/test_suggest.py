from bot.search.index import build
from bot.search.suggest import suggest
from tests.schedules import a_schedule, a_speaker, a_talk

FLOWS = a_talk("Complex Event Flows", "10:35", speakers=(a_speaker("Bernd Ruecker"),))

CODE = a_talk("Lessons From Infrastructure Code", "14:55", speakers=(a_speaker("Yevgeniy Brikman"),), abstract="flows")

INDEX = build(a_schedule(FLOWS, CODE))


def test_a_few_letters_of_a_title_or_a_name_are_enough() -> None:
    assert suggest(INDEX, "infra") == (CODE,)
    assert suggest(INDEX, "ber") == (FLOWS,)


def test_all_words_must_fit() -> None:
    assert suggest(INDEX, "event ruec") == (FLOWS,)
    assert suggest(INDEX, "event brik") == ()


def test_a_slip_is_forgiven_and_abstracts_are_not_looked_at() -> None:
    assert suggest(INDEX, "brickman") == (CODE,)
    assert suggest(INDEX, "flows") == (FLOWS,)


def test_nothing_typed_suggests_nothing_and_the_limit_holds() -> None:
    assert suggest(INDEX, " ") == ()
    assert len(suggest(INDEX, "e", limit=1)) == 1
