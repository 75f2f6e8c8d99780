"""The real bot's process while the database or Slack is in trouble."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.engine import make_url

from bot.clock import monotonic
from bot.db.database import CALL_TIMEOUT_S
from bot.fake_slack.delivery_to_app import Acknowledgement
from bot.fake_slack.workspace import ORGANISER
from bot.slack.limits import HARD_LIMIT, SOFT_LIMIT, TooBusy
from tests.end_to_end.processes import Running, run
from tests.fake_slack import faults
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests
from tests.postgresql import asleep, gone
from tests.steps import turn_on_reminders

pytestmark = [
    pytest.mark.slow,
    pytest.mark.serial,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX"),
]

SOON_S = 2.0  # Slack waits for three

BUSY = str(TooBusy())

TERRAFORM = "Lessons From 300k+ Lines of Infrastructure Code"

Away = Callable[[Any], AbstractContextManager[None]]


async def _ask(person: Person, words: str, text: str) -> float:
    """The seconds until the bot's first reply, which must contain the text."""
    began = monotonic()
    answer = await person.ask(words)
    assert text in answer.text, answer.text
    return monotonic() - began


async def _readyz(bot: Running) -> list[str]:
    """The first words of the problems in `/readyz`."""
    async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/readyz") as response:
        body = await response.json()
        assert (response.status == 200) == body["ready"]
        return [problem.partition(":")[0] for problem in body["problems"]]


async def _saves(person: Person, words: str) -> None:
    """Ask again and again until the bot has saved this, in a channel where no reminder can be mistaken for the answer."""
    async with asyncio.timeout(15):
        while "Saved" not in (await person.ask(f"/qcon save {words}", "random")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.3)


async def _save_all(people: list[Person]) -> None:
    """Send many requests at once that fail."""
    answers = await asyncio.gather(*(person.command(f"/qcon save {TERRAFORM}") for person in people))
    assert all(answer.ok for answer in answers)


def _usage(bot: Running) -> tuple[int, int]:
    """The memory in MiB, and the number of connections to the database."""
    process = psutil.Process(bot.process.pid)
    return process.memory_info().rss // 2**20, len(process.net_connections("unix"))


@pytest.mark.parametrize("away", [gone, asleep])
async def test_without_a_database_questions_are_answered_and_saving_is_refused_soon(
    crashing: tuple[Any, str], tmp_path: Path, away: Away
) -> None:
    server, url = crashing
    moment = {"QCON_NOW": "2019-03-05T10:24:55"}  # a reminder becomes due meanwhile
    async with SlackForTests.serving() as slack, run(slack, tmp_path, QCON_DATABASE_URL=url, **moment) as bot:
        amara, organiser = slack.person("amara"), slack.person(ORGANISER.name)
        await turn_on_reminders(organiser)
        await _saves(amara, "Complex Event Flows in Distributed Systems")
        attendees = [slack.person(person) for person in slack.add_people(50)]
        with away(server):
            for _ in range(5):
                assert await _ask(amara, "/qcon next", "Complex Event Flows") < SOON_S
                assert await _ask(amara, "@qcon who talks about terraform?", "Yevgeniy Brikman") < SOON_S
                assert (
                    await _ask(amara, f"/qcon save {TERRAFORM}", "can't reach my database")
                    < CALL_TIMEOUT_S + SOON_S / 2
                )
                assert await _readyz(bot) == ["database"]
            await _save_all(attendees)
            before = _usage(bot)
            for _ in range(5):
                await _save_all(attendees)
                await asyncio.sleep(1)
            after = _usage(bot)
        assert after[0] - before[0] < 10
        assert after[1] < 20
        await _saves(amara, TERRAFORM)
        await organiser.sees("general", "*10:35 ·", within_s=15)
        await amara.sees(Person.DIRECT, "*10:35 (11:35 for you) ·", within_s=15)
        assert await _readyz(bot) == []
        agenda = (await amara.ask("/qcon agenda")).text
        assert "Complex Event Flows" in agenda
        assert "Infrastructure Code" in agenda
    assert slack.journal.duplicates() == {}
    assert not [line for line in bot.output if '"error"' in line and '"level": "error"' in line]


class CountingProxy:
    """A proxy between the bot and its database that counts connection attempts."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self.tried = 0

    @classmethod
    @asynccontextmanager
    async def before(cls, url: str) -> AsyncIterator[tuple["CountingProxy", str]]:
        """Run a proxy for the server at this address; yield it and the address to use instead."""
        real = make_url(url)
        proxy = cls(f"{real.query['host']}/.s.PGSQL.{real.port or 5432}")
        server = await asyncio.start_server(proxy._hand_on, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        async with server:
            proxy_url = real.set(host=host, port=port, query={"sslmode": "disable"})
            yield proxy, proxy_url.render_as_string(hide_password=False)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tried += 1
        with suppress(OSError):
            database_reader, database_writer = await asyncio.open_unix_connection(self._socket)
            await asyncio.gather(_pump(reader, database_writer), _pump(database_reader, writer))
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(2**16):
            writer.write(some)
            await writer.drain()
    writer.close()


async def test_a_lost_database_is_tried_only_a_few_times_a_second_under_many_requests(
    crashing: tuple[Any, str], tmp_path: Path
) -> None:
    server, url = crashing
    async with (
        SlackForTests.serving() as slack,
        CountingProxy.before(url) as (proxy, proxy_url),
        run(slack, tmp_path, QCON_DATABASE_URL=proxy_url),
    ):
        amara = slack.person("amara")
        await _saves(amara, "Complex Event Flows in Distributed Systems")
        attendees = [slack.person(person) for person in slack.add_people(100)]

        with gone(server):
            tried = proxy.tried
            await _save_all(attendees)  # the bot has not noticed yet
            await asyncio.sleep(CALL_TIMEOUT_S)
            assert proxy.tried - tried < len(attendees) / 2
            tried, began = proxy.tried, monotonic()
            for _ in range(5):
                await asyncio.sleep(1)
                await _save_all(attendees)
            assert 1 < (proxy.tried - tried) / (monotonic() - began) < 20
        await _saves(amara, TERRAFORM)


async def test_requests_are_acknowledged_at_once_while_slacks_api_is_slow(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack, run(slack, tmp_path):
        people = [slack.person(person) for person in slack.add_people(20)]
        slack.faults.add(faults.slow(seconds=4))
        commands = [_seconds(person.command(words)) for person in people for words in ("/qcon next", "/qcon agenda")]
        for person in people:
            person.say(Person.DIRECT, "what is next?")
        seconds = await asyncio.gather(*commands)
        assert max(seconds) < SOON_S
        assert median(seconds) < SOON_S / 2
        await slack.workspace.wait_until(
            lambda: all(len(person.reads(Person.DIRECT)) == 2 for person in people), within_s=15
        )


async def _seconds(command: Awaitable[Acknowledgement]) -> float:
    """The seconds until the command was acknowledged."""
    began = monotonic()
    assert (await command).ok
    return monotonic() - began


async def test_in_a_flood_commands_are_answered_in_time_or_told_that_the_bot_is_busy(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack, run(slack, tmp_path) as bot:
        people = [slack.person(person) for person in slack.add_people(HARD_LIMIT + 50)]
        acknowledgements = await asyncio.gather(*(person.command("/qcon next", "random") for person in people))
        assert [
            answer.failure for answer in acknowledgements if not answer.ok
        ] == []  # each within Slack's three seconds
        said = slack.workspace.conversation("random").messages
        await slack.workspace.wait_until(lambda: len(said) == len(people), within_s=30)
        body = Counter(message.text.split()[0] for message in said.values())
        assert body.keys() == {"*10:35–11:25", BUSY.split(maxsplit=1)[0]}
        assert body["*10:35–11:25"] >= SOFT_LIMIT
        durations = await _durations(bot)
        assert durations["3.0"] == durations["+Inf"] == body["*10:35–11:25"]


async def _durations(bot: Running) -> dict[str, float]:
    """The number of commands done within these seconds, by the process's own metrics."""
    async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/metrics") as response:
        body = await response.text()
    name = "qcon_request_duration_seconds_bucket"
    samples = (sample for family in text_string_to_metric_families(body) for sample in family.samples)
    return {
        sample.labels["le"]: sample.value
        for sample in samples
        if sample.name == name and (sample.labels["kind"], sample.labels["outcome"]) == ("command", "done")
    }
