from dataclasses import replace

from bot.schedule.queries import alternatives_to, running_and_next
from tests.schedules import a_schedule, a_talk, london

SCHEDULE = a_schedule(a_talk("One", "10:00"), a_talk("Lunch", "10:50", kind="lunch"), a_talk("Two", "11:50"))


def test_the_running_talk_and_the_next_one_without_a_break_are_found() -> None:
    on, then = running_and_next(SCHEDULE, london("10:30"))
    assert ([one.title for one in on], [one.title for one in then]) == (["One"], ["Two"])


def test_a_break_is_on_but_never_next() -> None:
    on, then = running_and_next(SCHEDULE, london("11:00"))
    assert ([one.title for one in on], [one.title for one in then]) == (["Lunch"], ["Two"])


def test_no_talk_is_running_or_next_after_the_last_one() -> None:
    assert running_and_next(SCHEDULE, london("20:00")) == ((), ())


def test_alternatives_to_a_talk_overlap_it_and_are_neither_full_nor_cancelled() -> None:
    talk = a_talk("A", "10:35")
    before, beside, after = a_talk("B", "10:00"), a_talk("C", "10:35"), a_talk("D", "11:25")
    shut = [replace(a_talk("E", "10:35"), full=True), replace(a_talk("F", "10:35"), cancelled=True)]
    pause = a_talk("Coffee", "10:40", kind="coffee")
    assert alternatives_to(talk, a_schedule(talk, before, beside, after, pause, *shut)) == (beside, before)
