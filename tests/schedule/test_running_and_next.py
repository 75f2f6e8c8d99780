from dataclasses import replace

from bot.schedule.queries import alternatives_to, running_and_next
from tests.schedules import a_schedule, a_talk, london

SCHEDULE = a_schedule(a_talk("One", "10:00"), a_talk("Lunch", "10:50", kind="lunch"), a_talk("Two", "11:50"))


def test_what_runs_and_what_starts_next() -> None:
    on, then = running_and_next(SCHEDULE, london("10:30"))
    assert ([one.title for one in on], [one.title for one in then]) == (["One"], ["Two"])


def test_a_break_is_on_but_never_next() -> None:
    on, then = running_and_next(SCHEDULE, london("11:00"))
    assert ([one.title for one in on], [one.title for one in then]) == (["Lunch"], ["Two"])


def test_after_the_last_there_is_neither() -> None:
    assert running_and_next(SCHEDULE, london("20:00")) == ((), ())


def test_instead_of_a_talk_one_can_go_to_what_runs_with_it_and_is_neither_full_nor_cancelled() -> None:
    talk = a_talk("A", "10:35")
    before, beside, after = a_talk("B", "10:00"), a_talk("C", "10:35"), a_talk("D", "11:25")
    shut = [replace(a_talk("E", "10:35"), full=True), replace(a_talk("F", "10:35"), cancelled=True)]
    pause = a_talk("Coffee", "10:40", kind="coffee")
    assert alternatives_to(talk, a_schedule(talk, before, beside, after, pause, *shut)) == (beside, before)
