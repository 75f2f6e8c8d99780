from bot.schedule.moments import on_and_next
from tests.schedules import a_schedule, a_talk, london

SCHEDULE = a_schedule(a_talk("One", "10:00"), a_talk("Lunch", "10:50", kind="lunch"), a_talk("Two", "11:50"))


def test_what_runs_and_what_starts_next() -> None:
    on, then = on_and_next(SCHEDULE, london("10:30"))
    assert ([one.title for one in on], [one.title for one in then]) == (["One"], ["Two"])


def test_a_break_is_on_but_never_next() -> None:
    on, then = on_and_next(SCHEDULE, london("11:00"))
    assert ([one.title for one in on], [one.title for one in then]) == (["Lunch"], ["Two"])


def test_after_the_last_there_is_neither() -> None:
    assert on_and_next(SCHEDULE, london("20:00")) == ((), ())
