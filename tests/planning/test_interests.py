"""The worth of a talk to somebody depends on how much of it is about their topic."""

from datetime import timedelta

from bot.planning.interests import InterestFinder
from bot.schedule.models import Schedule
from bot.search.index import build
from tests.schedules import a_schedule, a_talk, a_track

PARTS = " ".join(["We look at many things that matter to people who build and run software in teams."] * 6)

IN_TITLE = a_talk("Testing of pipelines", "10:00", abstract=PARTS)
OFTEN = a_talk("Pipelines", "11:00", abstract=f"Testing first. {PARTS} Then testing again. {PARTS} Testing at last.")
IN_PASSING = a_talk("Monsters", "12:00", abstract=f"{PARTS} There is also some testing. {PARTS}")
IN_TRACK = a_talk("Gardens", "13:00", track=a_track("Testing"), abstract=PARTS)


def _worths(*talks: object, topic: str = "testing") -> dict[str, int]:
    schedule = a_schedule(*talks, a_talk("Cooking", "15:00", abstract=PARTS))  # type: ignore[arg-type]
    return {id: row.worth for id, row in InterestFinder(build(schedule), schedule.talks).of([topic], {}).items()}


def test_a_title_counts_more_than_a_track_and_a_track_more_than_an_abstract() -> None:
    worths = _worths(IN_TITLE, OFTEN, IN_TRACK)
    assert worths[IN_TITLE.id] > worths[IN_TRACK.id] > worths[OFTEN.id] > 0


def test_a_topic_mentioned_in_passing_counts_only_if_no_talk_is_about_it() -> None:
    assert IN_PASSING.id not in _worths(IN_TITLE, OFTEN, IN_PASSING)
    assert IN_PASSING.id in _worths(IN_PASSING)


def test_a_talk_with_all_words_of_a_topic_in_its_title_counts_more() -> None:
    whole = a_talk("Data science for all", "10:00", abstract=PARTS)
    part = a_talk("Data in a database", "11:00", abstract=f"{PARTS} Some science.")
    worths = _worths(whole, part, topic="data science")
    assert worths[whole.id] > worths.get(part.id, 0)


def test_a_talk_may_match_a_topic_in_other_words(fosdem: Schedule) -> None:
    interests = InterestFinder(build(fosdem), fosdem.given).of(["databases"], {})
    close = [fosdem.talk_by_id[id].title for id, row in interests.items() if row.reason == "close to databases"]
    assert close
    assert any("My" in title or "Postgres" in title for title in close)


def test_every_interest_has_a_reason_and_is_worth_something(fosdem: Schedule) -> None:
    index, start = build(fosdem), fosdem.talks[0].start + timedelta(hours=1)
    talks = [talk for talk in fosdem.given if talk.start > start]
    for topic in ("rust", "risc-v", "embedded linux", "security", "c++", "ci/cd", "", "zymurgy", "community devroom"):
        for row in InterestFinder(index, talks).of([topic], {}).values():
            assert row.worth > 0
            assert row.reason


def test_an_empty_schedule_has_no_interesting_talks() -> None:
    assert InterestFinder(build(a_schedule()), []).of(["rust"], {}) == {}
