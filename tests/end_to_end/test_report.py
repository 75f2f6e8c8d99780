"""The report of a conference day for organisers and operators: numbers and no names."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.end_to_end.conftest import World
from tests.end_to_end.processes import environment
from tests.fake_slack.person import Person

AFTER_THE_LAST = datetime(2019, 3, 5, 18, 15, 1, tzinfo=UTC)

FLOWS = "Complex Event Flows in Distributed Systems"


async def _attends(person: Person) -> None:
    await person.ask("/qcon save Complex Event Flows in Distributed Systems")
    await person.ask("/qcon who talks about blockchain?")


async def _votes(person: Person) -> None:
    await person.click(await person.sees("@", "How were the talks you saved today?", within_s=15), "vote:0")
    await person.sees("@", "Thank you. Your vote")


async def _a_day(world: World) -> list[str]:
    """Let five people save a talk, ask something unanswerable and rate the talk; return their ids."""
    people = [world.slack.person(person) for person in world.slack.add_people(5)]
    await asyncio.gather(*map(_attends, people))
    await world.bot.set_time(AFTER_THE_LAST, 1)
    await asyncio.gather(*map(_votes, people))
    return [person.id for person in people]


async def _printed(*arguments: str, environment: dict[str, str]) -> str:
    command = (sys.executable, "-m", "bot", *arguments)
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def test_the_report_of_a_day_has_numbers_and_names_nobody(world: World, tmp_path: Path) -> None:
    people = await _a_day(world)
    report = (await world.organiser.ask("/qcon report")).text
    assert "People who saved talks: 5, reminded: 5." in report
    assert f"• {FLOWS}: 5 people" in report
    assert f"• {FLOWS}: 100% of 5 liked it" in report
    assert "Questions: 5, 0% answered.\nSearches without results: blockchain (5)." in report
    printed = await _printed("report", "-o", str(tmp_path / "out"), environment=environment(world.slack, tmp_path))
    assert printed.startswith("QCon London 2019 in figures\nPeople who saved talks: 5, reminded: 5.")
    written = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir()}
    assert "5 liked it" in written["report.html"]
    assert not [
        (name, person) for name, text in written.items() for person in people if person in text + report + printed
    ]


async def test_organisers_see_the_demand_of_many_attendees_without_names(world: World) -> None:
    people = await _a_day(world)
    for person in people:
        await world.slack.person(person).ask("/qcon interests sourdough")
    await world.organiser.click(await world.organiser.opens_home(), "organise-menu")
    menu = await world.organiser.sees_modal("Organise")
    await world.organiser.click(menu, "demand")
    demand = await world.organiser.sees_modal("Demand")  # at once, and its contents a moment later
    await world.slack.workspace.wait_until(lambda: "sourdough: 5 people" in str(demand.payload))
    shown = str(demand.payload)
    assert not [person for person in people if person in shown]
