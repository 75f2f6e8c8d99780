from dataclasses import replace
from datetime import timedelta

from bot.delivery.leases import DeliveryItem, LeasedDelivery
from bot.handlers.outbound import Renderer
from bot.live_schedule.current import Snapshot
from bot.search.index import build
from tests.schedules import a_schedule, a_talk, london

START = london("10:35")

FIRST, SECOND = a_talk("First", START, id="t1"), a_talk("Second", START, id="t2")

SCHEDULE = a_schedule(FIRST, SECOND)

RENDERER = Renderer(Snapshot(SCHEDULE, build(SCHEDULE), 1))


def reminds(conversation: str, *talks: str) -> LeasedDelivery:
    lines = tuple(DeliveryItem(talk, START, "reminder") for talk in talks)
    whom = {
        "id": f"b.T1.{conversation}.1",
        "workspace": "T1",
        "conversation": conversation,
        "channel": "",
        "lease": "a",
    }
    told = {
        "kind": "reminder",
        "original_kind": "reminder",
        "start": START,
        "due": START,
        "content": "",
        "items": lines,
    }
    return LeasedDelivery(**whom, **told, corrects="", known_revision=0, attempts=1, zone="", ts="", wait=timedelta())  # type: ignore[arg-type]


def test_a_reminder_to_many_people_is_rendered_once() -> None:
    first, second = (RENDERER(reminds(person, "t1"), None, START) for person in ("U1", "U2"))
    assert first is not None
    assert first is second


def test_another_talk_a_channel_and_an_announcement_are_each_rendered_anew() -> None:
    told = reminds("U1", "t1")
    others = [
        reminds("U1", "t2"),
        reminds("C1", "t1"),
        replace(told, kind="announcement", content='{"text": "Hi", "talk": ""}'),
    ]
    written = [RENDERER(one, None, START) for one in (told, *others)]
    assert len({str(one) for one in written}) == 4


def test_a_reminder_of_a_talk_that_is_gone_renders_to_nothing_for_everyone() -> None:
    assert [RENDERER(reminds(person, "gone"), None, START) for person in ("U1", "U2")] == [None, None]
