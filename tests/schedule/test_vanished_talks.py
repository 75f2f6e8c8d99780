from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.schedule.models import Schedule, in_order
from bot.schedule.overrides import keep_removed
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.schedule.generated import schedules
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk, a_track, london

ANN = a_speaker("Ann")

KEPT = a_talk("Event Flows")

BEFORE, LONG_AGO = london("07:00"), datetime.min.replace(tzinfo=UTC)

GONE = a_talk("Closures", "11:50", speakers=(ANN,), room=a_room("Turing"), track=a_track("Languages", host=(ANN,)))


def test_a_vanished_talk_stays_listed_as_cancelled() -> None:
    after = keep_removed(a_schedule(KEPT, GONE), a_schedule(KEPT), BEFORE)
    assert after.talks == (KEPT, replace(GONE, cancelled=True))
    assert after.given == (KEPT,)


def test_a_talk_that_is_over_stays_as_it_was_with_its_day() -> None:
    both, wednesday = a_schedule(KEPT, GONE), a_talk("Closing", london("12:00", "2019-03-06"))
    later = a_schedule(wednesday, conference=a_conference(days=(date(2019, 3, 6),)))
    after = keep_removed(both, later, london("12:00"))
    assert after.talks == (KEPT, replace(GONE, cancelled=True), wednesday)  # the second one would still be on
    assert after.conference.days == (date(2019, 3, 5), date(2019, 3, 6))
    off = keep_removed(both, a_schedule(KEPT), BEFORE)
    assert keep_removed(off, a_schedule(KEPT), london("20:00")) == off


def test_the_room_and_track_of_a_vanished_talk_are_those_of_the_new_version() -> None:
    renamed = a_talk("Event Flows", room=replace(a_room("Turing"), name="Turing Hall"))
    after = keep_removed(a_schedule(KEPT, GONE), a_schedule(renamed), BEFORE)
    assert [talk.room and talk.room.name for talk in after.talks] == ["Turing Hall", "Turing Hall"]
    assert (len(after.rooms), len(after.tracks), after.speakers) == (1, 1, (ANN,))


def test_a_talk_that_comes_back_is_no_longer_cancelled() -> None:
    both = a_schedule(KEPT, GONE)
    assert keep_removed(keep_removed(both, a_schedule(KEPT), BEFORE), both, BEFORE) == both


@given(schedules(), st.data())
def test_a_schedule_with_vanished_talks_can_be_written_and_read_again(before: Schedule, data: st.DataObject) -> None:
    left = [talk for talk in before.talks if data.draw(st.booleans())]
    named = a_schedule(*left, conference=before.conference)
    after = keep_removed(before, replace(named, talks=in_order(left)), LONG_AGO)
    assert load(dump(after), "x") == after
    assert {talk.id for talk in after.given} == {talk.id for talk in left if not talk.cancelled}
