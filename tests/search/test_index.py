from bot.search import fields
from bot.search.index import Index, build
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, a_track

TRACK = a_track("Security", room=a_room(), host=(a_speaker("Jonas Bonér"),))
FLOWS = a_talk(
    "Complex Event Flows",
    "10:35",
    speakers=(a_speaker("Bernd Ruecker", "Developer advocate", "Camunda"),),
    track=TRACK,
    abstract="Flows with state machines. " + "filler " * 60 + "Zeebe at the end.",
)
OTHER = a_talk("Something Else", "11:50", abstract="Nothing about events.")
INDEX = build(a_schedule(FLOWS, OTHER))


def _mark(index: Index, word: str, number: int) -> int:
    return index.mark(index.vocabulary[word], number)


def test_a_word_is_marked_with_every_field_that_contains_it() -> None:
    assert _mark(INDEX, "flows", 0) & fields.FIELDS == fields.TITLE | fields.ABSTRACT
    assert _mark(INDEX, "ruecker", 0) & fields.FIELDS == fields.SPEAKER
    assert _mark(INDEX, "camunda", 0) & fields.FIELDS == fields.AFFILIATION
    assert _mark(INDEX, "security", 0) & fields.FIELDS == fields.TRACK
    assert _mark(INDEX, "flows", 1) == 0


def test_words_far_apart_in_an_abstract_are_not_near() -> None:
    state, machines, zeebe = (_mark(INDEX, word, 0) for word in ("state", "machines", "zeebe"))
    assert fields.near(state, machines)
    assert not fields.near(state, zeebe)


def test_tracks_come_after_talks() -> None:
    assert [INDEX.session(number) for number in range(len(INDEX))] == [FLOWS, OTHER, TRACK]
    assert _mark(INDEX, "boner", 2) & fields.SPEAKER


def test_postings_hold_every_session_of_a_word_once() -> None:
    for number, word in enumerate(INDEX.words):
        sessions = [session for session, _ in INDEX.postings(number)]
        assert sessions == sorted(set(sessions)), word
        assert INDEX.spread(number) == len(sessions)


def test_rare_words_weigh_more_regardless_of_the_size_of_the_schedule() -> None:
    assert INDEX.rarity("kafka", 0) > INDEX.rarity("flows", 1) > INDEX.rarity("the", 2) > 0
    assert abs(INDEX.rarity("kafka", 1) - build(a_schedule(FLOWS)).rarity("kafka", 1)) < 0.1


def test_words_are_found_by_their_beginning() -> None:
    assert [INDEX.words[number] for number in INDEX.beginning_with("rue", 5)] == ["ruecker"]
    assert len(INDEX.beginning_with("", 3)) == 3


def test_an_empty_schedule_has_an_empty_index() -> None:
    empty = build(a_schedule())
    assert len(empty) == 0
    assert empty.beginning_with("a", 3) == []
