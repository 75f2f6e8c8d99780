"""Logs and metrics show what the bot does, and never what people say or who they are."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families as parse

from bot.delivery.models import log_id
from bot.fake_slack.workspace import ORGANISER, SlackUser
from tests.end_to_end.conftest import World
from tests.end_to_end.processes import Running, run
from tests.fake_slack import faults
from tests.fake_slack.server import SlackForTests
from tests.steps import turn_on_reminders

WORDS = "zanzibarquux"

NAMES = ("Quentinella", "Vandersnoot", "qvandersnoot")

PERSON = SlackUser("U0QUENTIN1", NAMES[2], f"{NAMES[0]} {NAMES[1]}", title=f"Asks about {WORDS}")

Figures = dict[tuple[str, str], float]


async def _get(address: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return await response.text()


async def _figures(url: str) -> Figures:
    """The samples by name and label values."""
    texts = await _get(f"{url}/metrics")
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in parse(texts)
        for sample in family.samples
    }


async def _counted(url: str, name: str, labels: str) -> Figures:
    """Wait for this metric and return all: a request is counted when everything it caused is done."""
    async with asyncio.timeout(5):
        while (name, labels) not in (found := await _figures(url)):  # noqa: ASYNC110  # metrics have no event
            await asyncio.sleep(0.05)
    return found


async def _say_everything(slack: SlackForTests) -> int:
    """Send the words in every kind of request; return the number of requests."""
    person = slack.person(PERSON.name)
    await person.ask(f"/qcon who talks about {WORDS}?")
    await person.ask(f"/qcon save {WORDS}")
    await person.ask(f"what is {WORDS}?", "@")
    await person.ask(f"@qcon anything on {WORDS}?")
    await person.shortcut("find")
    await person.suggest(await person.sees_modal("Find a talk"), "details-found", WORDS)
    return 6


async def _break_everything(slack: SlackForTests, bot: Running, folder: Path) -> int:
    """Send the words in requests that fail, in Slack's refusals and in bodies that are not Slack's."""
    person = slack.person(PERSON.name)
    for fault in (faults.refused("chat.postMessage", "unheard_of"), faults.broken("chat.postMessage")):
        slack.faults.add(fault)
        assert "Something went wrong on my side" in (await person.ask(f"who was {WORDS}?", "@")).text
    with sqlite3.connect(folder / "bot.sqlite3") as database:
        database.execute("DROP TABLE unanswered")  # where the words would be counted
    await person.ask(f"/qcon who talks about {WORDS} then?")
    async with aiohttp.ClientSession() as session:
        for headers in ({}, {"X-Slack-Signature": f"v0={WORDS}", "X-Slack-Request-Timestamp": "1"}):
            async with session.post(f"{bot.url}/slack/events", data=f"{{{WORDS}", headers=headers) as response:
                assert WORDS not in await response.text()
    return 3


async def test_no_log_metric_or_error_contains_messages_names_or_tokens(tmp_path: Path) -> None:
    async with (
        SlackForTests.serving(people=(ORGANISER, PERSON)) as slack,
        run(slack, tmp_path, QCON_NOW="2019-03-05T10:24:55") as bot,
    ):
        said = await _say_everything(slack) + await _break_everything(slack, bot, tmp_path)
        texts = [await _get(f"{bot.url}{path}") for path in ("/metrics", "/readyz", "/healthz", f"/{WORDS}")]
        assert await bot.stop() == 0
    everything = "\n".join([*bot.output, *texts[:3]])
    secrets = (WORDS, *NAMES, slack.bot_token, slack.signing_secret, slack.app_token)
    assert not [secret for secret in secrets if secret.casefold() in everything.casefold()]
    lines = [json.loads(line) for line in bot.output if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == said
    assert len({line["request"] for line in requests}) == said
    failed = [line["where"] for line in requests if line["outcome"] == "failed"]
    assert all("ask/listeners.py" in where for where in failed), failed
    assert len(failed) == 2
    assert "answers" in {line.get("part") for line in lines}  # what was asked could not be stored


async def test_the_log_follows_a_delivery_by_one_id_until_it_is_sent(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack, run(slack, tmp_path, QCON_NOW="2019-03-05T10:24:55") as bot:
        organiser, attendee = slack.person(ORGANISER.name), slack.person("amara")
        await attendee.ask("/qcon save complex event flows in distributed systems", "@")
        await turn_on_reminders(organiser)
        await organiser.sees("general", "*10:35 ·", within_s=15)
        await attendee.sees("@", "Starts at *10:35", within_s=15)
        await bot.stop()
    landed = {message.delivery_id for message in slack.deliveries() if message.text.startswith("Starts at *10:35")}
    lines: list[dict[str, Any]] = [json.loads(line) for line in bot.output if line.startswith("{")]
    steps = {id: [line["state"] for line in lines if line.get("delivery") == log_id(id)] for id in landed}
    assert list(steps.values()) == [["leased", "sent"]] * 2
    assert not [line for line in bot.output if attendee.id in line]


async def test_metrics_count_questions_requests_and_calls_to_slack(world: World) -> None:
    await world.attendee.ask("/qcon who talks about terraform?")
    await world.attendee.ask("/qcon anything on kafka?")
    await world.attendee.click(await world.attendee.ask("/qcon next"), "save")
    found = await _counted(world.bot.url, "qcon_request_duration_seconds_count", "press done")
    assert found["qcon_questions_total", "who answered"] == 1
    assert found["qcon_questions_total", "list refused"] == 1
    assert found["qcon_search_duration_seconds_count", ""] == 4  # the list was drawn again after the save
    assert found["qcon_request_duration_seconds_count", "command done"] == 3
    assert found["qcon_request_duration_seconds_count", "press done"] == 1
    assert found["qcon_acknowledgement_duration_seconds_count", "command acknowledged"] == 3
    assert found["qcon_slack_calls_total", "users.info ok"] == 1
    assert found["qcon_slack_calls_total", "response_url ok"] >= 1
    assert found["qcon_schedule_revision", ""] == 1
    assert found["qcon_database_up", ""] == 1
    assert 0 <= found["qcon_sweep_age_seconds", ""] < 30
    assert 0 <= found["qcon_schedule_age_seconds", ""] < 30


async def test_no_label_names_a_person_a_channel_or_a_talk(world: World) -> None:
    for talk in world.bot.live_schedule.current.schedule.talks:
        await world.attendee.ask(f"/qcon save {talk.title}")
    labels = {labels for _, labels in await _figures(world.bot.url)}
    names = (world.attendee.id, world.attendee.user.name, world.slack.workspace.conversation("general").id)
    ids = [talk.id for talk in world.bot.live_schedule.current.schedule.talks]
    assert not [label for label in labels for name in (*names, *ids) if name in label]
