"""Demand is told without names, and only where five people or more want the same."""

from dataclasses import replace

from bot.db.database import Database
from bot.delivery import recipients_repository
from bot.handlers.report.demand import ClashingTalks, Demand, DemandCounts, demand_message, demand_of
from bot.handlers.report.repository import collect_report
from bot.search.index import build
from tests.schedules import a_room, a_schedule, a_talk, london

SMALL = replace(a_room("Fleming"), seats=6)

FLOWS = a_talk("Event flows", "10:35", room=SMALL)
CODE = a_talk("Infrastructure code", "11:00", room=a_room("Whittle"))
LATER = a_talk("Later", "15:00")
FEWER = a_talk("Saved by fewer", "11:10")
SCHEDULE = a_schedule(FLOWS, CODE, FEWER, LATER)
INDEX = build(SCHEDULE)


def test_only_an_interest_that_no_talk_covers_is_reported() -> None:
    found = demand_of(SCHEDULE, INDEX, DemandCounts({"sourdough": 7, "event flows": 9}, {}, {}))
    assert found.topics == (("sourdough", 7),)


def test_two_talks_that_many_people_saved_both_clash_if_they_overlap() -> None:
    pairs = {(FLOWS.id, CODE.id): 5, (FLOWS.id, LATER.id): 9, (FLOWS.id, "gone"): 9}
    assert demand_of(SCHEDULE, INDEX, DemandCounts({}, pairs, {})).clashes == (ClashingTalks(FLOWS, CODE, 5),)


def test_a_room_is_too_small_if_more_people_saved_the_talk_than_it_has_seats() -> None:
    assert demand_of(SCHEDULE, INDEX, DemandCounts({}, {}, {FLOWS.id: 7, CODE.id: 900})).small_rooms == ((FLOWS, 7),)
    assert demand_of(SCHEDULE, INDEX, DemandCounts({}, {}, {FLOWS.id: 6})).small_rooms == ()


def test_demand_is_described_in_words_with_the_slot_and_the_seats() -> None:
    demand = Demand((("<bread>", 7),), (ClashingTalks(FLOWS, CODE, 5),), ((FLOWS, 7),))
    assert demand_message(demand, SCHEDULE.conference).text.splitlines() == [
        "*Interests that no talk covers*",
        "• &lt;bread&gt;: 7 people",
        "*Saved by the same people at the same time*",
        "• Tue 5 March 10:35: “Event flows” and “Infrastructure code”: 5 people",
        "*Saved by more people than there are seats*",
        "• Tue 5 March 10:35: “Event flows”: 7 people, 6 seats in Fleming",
        "Only what 5 people or more want is shown.",
    ]
    assert demand_message(Demand(), SCHEDULE.conference).text.startswith("No demand to show yet")


def test_the_number_of_omitted_topics_is_not_a_bullet_of_the_list() -> None:
    demand = Demand(tuple((f"topic {number}", 9) for number in range(60)))
    assert "and 52 more" in demand_message(demand, SCHEDULE.conference).text.splitlines()


async def test_demand_counts_the_people_of_one_workspace_without_naming_them(database: Database) -> None:
    for number in range(7):
        person = f"U{number}"
        for talk in (FLOWS, CODE, FEWER)[: 3 if number < 4 else 2 if number < 5 else 1]:
            await database.write(recipients_repository.save, "T1", person, talk.id)
        topics = ["sourdough", "quilting"] if number < 4 else ["sourdough"]
        await database.write(recipients_repository.set_interests, "T1", person, topics)
        await database.write(recipients_repository.set_interests, "T2", person, ["pottery"])
    report = await collect_report(database, "T1", SCHEDULE, INDEX, london("18:00"))
    assert report.demand == Demand((("sourdough", 7),), (ClashingTalks(FLOWS, CODE, 5),), ((FLOWS, 7),))
    assert "U1" not in str(report)
