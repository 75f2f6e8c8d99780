"""The actions of people reach a real Bolt app, over HTTP and over sockets alike."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fake_slack import tiny_bot
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests


@pytest.fixture(params=[tiny_bot.over_http, tiny_bot.over_sockets], ids=["http", "sockets"])
async def slack(request: Any) -> AsyncIterator[SlackForTests]:
    async with SlackForTests.serving() as slack, request.param(slack):
        yield slack


@pytest.fixture
def amara(slack: SlackForTests) -> Person:
    return slack.person("amara")


async def test_a_command_is_answered_to_the_asker_only(slack: SlackForTests, amara: Person) -> None:
    answer = await amara.ask("/echo tea & cake", "general")
    assert answer.text == "You said tea &amp; cake"
    assert answer not in slack.person("kenji").reads("general")


async def test_a_response_url_answers_later(amara: Person) -> None:
    answer = await amara.ask("/later", "random")
    assert answer.text == "A moment later."


async def test_a_command_with_an_invalid_answer_fails_with_an_error_message(amara: Person) -> None:
    answer = await amara.ask("/bad", "general")
    assert answer.text == "/bad failed with the error “invalid_command_response”"


async def test_a_mention_is_answered_in_its_thread(amara: Person) -> None:
    answer = await amara.ask("@qcon who is here?", "general")
    assert answer.text == "Heard: <@U0QCONBOT1> who is here?"
    assert answer.is_reply


async def test_a_direct_message_is_answered_in_place(amara: Person) -> None:
    answer = await amara.ask("hello", Person.DIRECT)
    assert answer.text == "Just us: hello"


async def test_a_mention_in_a_channel_without_the_bot_is_not_delivered(slack: SlackForTests, amara: Person) -> None:
    amara.say("random", "@qcon are you there?")
    await slack.transport.wait_settled()
    assert slack.journal.messages == []
    await amara.command("/invite @qcon", "random")
    assert (await amara.ask("@qcon and now?", "random")).from_app


async def test_a_button_opens_a_modal_that_shows_its_errors_and_then_closes(amara: Person) -> None:
    answer = await amara.ask("/echo tea", "general")
    await amara.click(answer, "rate")
    modal = await amara.sees_modal("Rate it")
    assert await amara.submit(why="meh") == {"why": "A little more, please."}
    assert [option["value"] for option in await amara.suggest(modal, "talk", "te")] == ["terraform", "telemetry"]
    assert await amara.submit(why="because I liked it", talk="terraform") == {}
    assert amara.modal is None
    assert (await amara.sees(Person.DIRECT)).text == "Rated terraform."


async def test_home_is_published_when_it_is_opened(amara: Person) -> None:
    home = await amara.opens_home()
    assert home.payload["blocks"][0]["text"]["text"] == "home"


async def test_a_shortcut_opens_a_modal(amara: Person) -> None:
    await amara.shortcut("find")
    assert (await amara.sees_modal()).payload["callback_id"] == "rate"


async def test_the_same_payload_can_come_twice(slack: SlackForTests, amara: Person) -> None:
    slack.deliver_twice()
    amara.say("general", "@qcon hello")
    assert await slack.workspace.wait_until(lambda: len(slack.journal.messages) == 2)
