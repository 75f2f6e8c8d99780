"""The real bot's process while the database or Slack is in trouble."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
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
from bot.db.circuit_breaker import CALL_TIMEOUT_S
from bot.fake_slack import FakeSlack, faults
from bot.fake_slack.models import ORGANISER
from bot.fake_slack.user import FakeUser
from bot.slack.limits import HARD_LIMIT, SOFT_LIMIT, TooBusy
from tests.end_to_end.processes import Running, run
from tests.postgresql import asleep, gone

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")]

SOON_S = 2.0  # Slack waits for three

BUSY = str(TooBusy())

Away = Callable[[Any], AbstractContextManager[None]]


async def _ask(person: FakeUser, words: str, text: str) -> float:
    """The seconds until the bot's first reply, which must contain the text."""
    began = monotonic()
    answer = await person.ask(words)
    assert text in answer.text, answer.text
    return monotonic() - began


async def _readyz(bot: Running) -> list[str]:
    """The first words of the problems in `/readyz`."""
    async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/readyz") as response:
        told = await response.json()
        assert (response.status == 200) == told["ready"]
        return [problem.partition(":")[0] for problem in told["problems"]]


async def _saves(person: FakeUser, words: str) -> None:
    """Ask again and again until the bot has saved this."""
    async with asyncio.timeout(15):
        while "Not now" in (await person.ask(f"/qcon save {words}")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.3)


async def _save_all(people: list[FakeUser]) -> None:
    """Send many requests at once that fail."""
    taken = await asyncio.gather(*(person.command("/qcon save terraform") for person in people))
    assert all(one.ok for one in taken)


def _held(bot: Running) -> tuple[int, int]:
    """The memory in MiB, and the number of connections to the database."""
    process = psutil.Process(bot.process.pid)
    return process.memory_info().rss // 2**20, len(process.net_connections("unix"))


@pytest.mark.parametrize("away", [gone, asleep])
async def test_while_the_database_is_away_questions_are_answered_and_what_is_to_be_kept_is_refused_soon(
    crashing: tuple[Any, str], tmp_path: Path, away: Away
) -> None:
    server, url = crashing
    moment = {"QCON_NOW": "2019-03-05T10:24:55"}  # a reminder falls due meanwhile
    async with FakeSlack.serving() as slack, run(slack, tmp_path, QCON_DATABASE_URL=url, **moment) as bot:
        amara, organiser = slack.person("amara"), slack.person(ORGANISER.name)
        await organiser.click(await organiser.ask("/qcon remind here"), "remind-on")
        await organiser.sees("general", "turned on reminders here")
        await _saves(amara, "complex event flows")
        many = [slack.person(person) for person in slack.add_people(50)]
        with away(server):
            for _ in range(5):
                assert await _ask(amara, "/qcon next", "Complex Event Flows") < SOON_S
                assert await _ask(amara, "@qcon who talks about terraform?", "Yevgeniy Brikman") < SOON_S
                assert await _ask(amara, "/qcon save terraform", "Not now") < CALL_TIMEOUT_S + SOON_S / 2
                assert await _readyz(bot) == ["database"]
            await _save_all(many)
            before = _held(bot)
            for _ in range(5):
                await _save_all(many)
                await asyncio.sleep(1)
            after = _held(bot)
        assert after[0] - before[0] < 10
        assert after[1] < 20
        await _saves(amara, "terraform")
        await organiser.sees("general", "*10:35 ·", within_s=15)
        await amara.sees(FakeUser.DIRECT, "*10:35 ·", within_s=15)
        assert await _readyz(bot) == []
        agenda = (await amara.ask("/qcon agenda")).text
        assert "Complex Event Flows" in agenda
        assert "Infrastructure Code" in agenda
    assert slack.journal.duplicates() == {}
    assert not [line for line in bot.said if '"error"' in line and '"level": "error"' in line]


class Counting:
    """A proxy between the bot and its database that counts connection attempts."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self.tried = 0

    @classmethod
    @asynccontextmanager
    async def before(cls, url: str) -> AsyncIterator[tuple["Counting", str]]:
        """Run a proxy for the server at this address; yield it and the address to use instead."""
        real = make_url(url)
        counting = cls(f"{real.query['host']}/.s.PGSQL.{real.port or 5432}")
        server = await asyncio.start_server(counting._hand_on, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        async with server:
            through = real.set(host=host, port=port, query={"sslmode": "disable"})
            yield counting, through.render_as_string(hide_password=False)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tried += 1
        with suppress(OSError):
            there_reader, there_writer = await asyncio.open_unix_connection(self._socket)
            await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(2**16):
            writer.write(some)
            await writer.drain()
    writer.close()


async def test_however_many_save_a_database_that_is_gone_is_asked_a_few_times_a_second(
    crashing: tuple[Any, str], tmp_path: Path
) -> None:
    server, url = crashing
    async with (
        FakeSlack.serving() as slack,
        Counting.before(url) as (counting, through),
        run(slack, tmp_path, QCON_DATABASE_URL=through),
    ):
        amara = slack.person("amara")
        await _saves(amara, "complex event flows")
        many = [slack.person(person) for person in slack.add_people(100)]

        with gone(server):
            tried = counting.tried
            await _save_all(many)  # nobody knows yet
            await asyncio.sleep(CALL_TIMEOUT_S)
            assert counting.tried - tried < 2 * len(many)
            tried, began = counting.tried, monotonic()
            for _ in range(5):
                await asyncio.sleep(1)
                await _save_all(many)
            assert 1 < (counting.tried - tried) / (monotonic() - began) < 20
        await _saves(amara, "terraform")


async def test_a_slow_slack_gets_its_acknowledgements_at_once(tmp_path: Path) -> None:
    async with FakeSlack.serving() as slack, run(slack, tmp_path):
        people = [slack.person(person) for person in slack.add_people(20)]
        slack.faults.add(faults.slow(seconds=4))
        commands = [person.command(words) for person in people for words in ("/qcon next", "/qcon agenda")]
        for person in people:
            person.say("general", "@qcon what is next?")
        came = await asyncio.gather(*commands)
        assert all(one.ok for one in came)
        assert max(one.seconds for one in came) < SOON_S
        assert median(one.seconds for one in came) < SOON_S / 2
        answers = slack.workspace.conversation("general").messages
        await slack.workspace.wait_until(
            lambda: sum(bool(one.thread_ts) for one in answers.values()) == 20, within_s=15
        )


async def test_of_a_flood_those_above_are_told_so_and_those_taken_are_answered_in_time(tmp_path: Path) -> None:
    async with FakeSlack.serving() as slack, run(slack, tmp_path) as bot:
        people = [slack.person(person) for person in slack.add_people(HARD_LIMIT + 50)]
        came = await asyncio.gather(*(person.command("/qcon next", "random") for person in people))
        assert [one.failure for one in came if not one.ok] == []  # each within Slack's three seconds
        said = slack.workspace.conversation("random").messages
        await slack.workspace.wait_until(lambda: len(said) == len(people), within_s=10)
        told = Counter(one.text.split()[0] for one in said.values())
        assert told.keys() == {"*10:35–11:25", BUSY.split(maxsplit=1)[0]}
        assert told["*10:35–11:25"] >= SOFT_LIMIT
        lasted = await _lasted(bot)
        assert lasted["3.0"] == lasted["+Inf"] == told["*10:35–11:25"]


async def _lasted(bot: Running) -> dict[str, float]:
    """The number of commands done within these seconds, by the process's own metrics."""
    async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/metrics") as response:
        told = await response.text()
    name = "qcon_request_duration_seconds_bucket"
    every = (one for family in text_string_to_metric_families(told) for one in family.samples if one.name == name)
    done = (one for one in every if (one.labels["kind"], one.labels["outcome"]) == ("command", "done"))
    return {one.labels["le"]: one.value for one in done}
