import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from secrets import token_hex
from typing import Any

import pytest
from aiohttp import ClientConnectionError
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.response import BoltResponse

from bot.db.database import DatabaseUnavailable
from bot.errors import BotError, InvalidForm
from bot.slack import request_guard
from bot.slack.limits import BURST, SOFT_LIMIT, ConcurrencyLimiter
from bot.slack.request import SlackRequest
from bot.slack.request_guard import Listener, RequestGuard
from bot.telemetry.metrics import Metrics
from tests.figures import figure


class SeenInMemory:
    def __init__(self) -> None:
        self.keys: set[str] = set()

    async def __call__(self, key: str) -> bool:
        fresh = key not in self.keys
        self.keys.add(key)
        return fresh


async def _known(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test", bot_user_id="UBOT", bot_id="B1")


async def _command(
    listener: Listener,
    guard: RequestGuard,
    trigger: str = "1.2",
    idempotent: Callable[[dict[str, Any]], bool] | None = None,
) -> BoltResponse:
    app = AsyncApp(signing_secret="secret", authorize=_known, request_verification_enabled=False)

    @app.command("/qcon")
    async def guarded(args: AsyncArgs) -> None:
        await guard.call(listener, args, idempotent)

    body = {
        "command": "/qcon",
        "text": "secret words",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": trigger,
    }
    return await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))


async def test_the_text_of_a_known_error_is_the_answer() -> None:
    async def refuse(_: SlackRequest) -> None:
        raise BotError("First invite me.")

    answer = await _command(refuse, RequestGuard(SeenInMemory(), Metrics(), ConcurrencyLimiter()))
    assert (answer.status, answer.body) == (200, "First invite me.")


async def test_an_unknown_error_is_answered_with_an_id_that_is_logged_without_the_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fail(request: SlackRequest) -> None:
        raise ValueError(request.body["text"])

    answer = await _command(fail, RequestGuard(SeenInMemory(), Metrics(), ConcurrencyLimiter()))
    incident = answer.body.split("`")[1]
    logged = "".join(capsys.readouterr())
    assert answer.status == 200
    assert incident in logged
    assert "secret words" not in logged + answer.body


async def test_a_request_that_slack_sends_twice_is_handled_once() -> None:
    done = []

    async def act(request: SlackRequest) -> None:
        done.append(request.body["trigger_id"])
        await request.ack("done")

    guard = RequestGuard(SeenInMemory(), Metrics(), ConcurrencyLimiter())
    answers = [await _command(act, guard, trigger) for trigger in ("1.1", "1.1", "2.2")]
    assert done == ["1.1", "2.2"]
    assert [answer.body for answer in answers] == ["done", "", "done"]


async def test_an_idempotent_request_is_answered_without_the_database() -> None:
    async def answer(request: SlackRequest) -> None:
        await request.ack("the answer")

    async def unreachable(_: str) -> bool:
        raise OSError("the database is away")

    given = await _command(
        answer,
        RequestGuard(unreachable, Metrics(), ConcurrencyLimiter()),
        idempotent=lambda body: body["text"] == "secret words",
    )
    assert given.body == "the answer"
    given = await _command(
        answer,
        RequestGuard(unreachable, Metrics(), ConcurrencyLimiter()),
        idempotent=lambda body: body["text"] == "save",
    )
    assert "Sorry, I can't reach my database" in given.body


async def test_a_slow_answer_follows_a_bare_acknowledgement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_guard, "AUTO_ACK_AFTER_S", 0)
    found, finished = asyncio.Event(), asyncio.Event()

    async def answer(_: SlackRequest) -> None:
        await found.wait()
        finished.set()

    given = await _command(answer, RequestGuard(SeenInMemory(), Metrics(), ConcurrencyLimiter()))
    assert (given.status, given.body) == (200, "")
    found.set()
    async with asyncio.timeout(10):
        await finished.wait()


@pytest.fixture
def stopped_guard() -> RequestGuard:
    """A guard for which no time passes, so that nobody may ask again meanwhile."""
    return RequestGuard(SeenInMemory(), Metrics(), ConcurrencyLimiter(), now=lambda: 0.0)


async def test_a_person_over_the_rate_limit_is_told_once_and_then_only_acknowledged(
    stopped_guard: RequestGuard,
) -> None:
    async def answer(request: SlackRequest) -> None:
        await request.ack("Here.")

    said = [(await _command(answer, stopped_guard, str(number))).body for number in range(30)]
    assert said[:20] == ["Here."] * 20
    assert "That was a lot at once" in said[20]
    assert said[21:] == [""] * 9


FIELD = {"type": "input", "block_id": "words", "element": {}}

LINE = {"type": "section", "block_id": "b0", "text": {"type": "mrkdwn", "text": "Is this right?"}}


async def _submit(
    listener: Listener, *blocks: dict[str, Any], previous: str | None = None, guard: RequestGuard | None = None
) -> dict[str, Any]:
    """The acknowledgement of a submitted modal with these blocks; `previous` is the modal below it."""
    app = AsyncApp(signing_secret="secret", authorize=_known, request_verification_enabled=False)
    guard = guard or RequestGuard(SeenInMemory(), Metrics(), ConcurrencyLimiter())

    @app.view("form")
    async def guarded(args: AsyncArgs) -> None:
        await guard.call(listener, args)

    view: dict[str, Any] = {
        "type": "modal",
        "id": "V3",
        "root_view_id": "V1",
        "previous_view_id": previous,
        "callback_id": "form",
    }
    view |= {"private_metadata": "kept", "title": {"type": "plain_text", "text": "Form"}, "blocks": list(blocks)}
    body = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
    answer = await app.async_dispatch(AsyncBoltRequest(body=body | {"trigger_id": token_hex(4)}, mode="socket_mode"))
    return dict(json.loads(answer.body)) if answer.body else {}


async def _refuse(_: SlackRequest) -> None:
    raise BotError("First invite me.")


@pytest.mark.parametrize("previous", [None, "V1", "V2"])
async def test_a_refused_form_stays_open_with_the_reason_at_its_last_field(previous: str | None) -> None:
    answer = await _submit(_refuse, LINE, FIELD, previous=previous)
    assert answer == {"response_action": "errors", "errors": {"words": "First invite me."}}


async def test_each_problem_of_a_form_stands_at_its_field() -> None:
    problems = {"words": "Enter a message.", "at": "That time has passed."}

    async def refuse(_: SlackRequest) -> None:
        raise InvalidForm(problems)

    answer = await _submit(refuse, FIELD | {"block_id": "at"}, FIELD)
    assert answer == {"response_action": "errors", "errors": problems}


async def test_a_confirmation_without_the_fields_that_have_problems_shows_them_at_its_top() -> None:
    async def refuse(_: SlackRequest) -> None:
        raise InvalidForm({"at": "That time has passed.", "room": "That room is gone."})

    answer = await _submit(refuse, LINE)
    assert answer["response_action"] == "update"
    assert "That time has passed. That room is gone." in answer["view"]["blocks"][0]["text"]["text"]


async def test_a_refused_modal_without_fields_shows_the_reason_once_at_its_top() -> None:
    answer = await _submit(_refuse, LINE, previous="V2")
    assert answer["response_action"] == "update"
    view = answer["view"]
    assert (view["callback_id"], view["private_metadata"], view["blocks"][1]) == ("form", "kept", LINE)
    assert "First invite me." in view["blocks"][0]["text"]["text"]
    again = await _submit(_refuse, *view["blocks"], previous="V2")
    assert again["view"]["blocks"] == view["blocks"]


async def test_a_form_over_the_rate_limit_stays_open_with_the_reason_each_time(stopped_guard: RequestGuard) -> None:
    async def accept(_: SlackRequest) -> None:
        return

    answers = [await _submit(accept, FIELD, guard=stopped_guard) for _ in range(int(BURST) + 3)]
    assert answers[:20] == [{}] * 20
    assert all("a lot at once" in answer["errors"]["words"] for answer in answers[20:])


async def test_each_request_is_logged_in_one_line_with_its_id_and_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    async def answer(request: SlackRequest) -> None:
        await request.ack("Here.")

    async def refuse(_: SlackRequest) -> None:
        raise BotError("First invite me.")

    async def fail(request: SlackRequest) -> None:
        raise ValueError(request.body["text"])

    metrics = Metrics()
    guard = RequestGuard(SeenInMemory(), metrics, ConcurrencyLimiter())
    for number, listener in enumerate((answer, refuse, fail, fail)):
        await _command(listener, guard, f"1.{min(number, 2)}")
    lines = [line for line in capsys.readouterr().out.splitlines() if "request" in line]
    assert len(lines) == 4
    for line, (outcome, id) in zip(lines, (("done", "1.0"), ("refused", "1.1"), ("failed", "1.2")), strict=False):
        assert outcome in line
        assert id in line
    for outcome in ("done", "refused", "failed", "repeated"):
        assert figure(metrics, "qcon_request_duration_seconds_count", kind="command", outcome=outcome) == 1


async def test_only_an_unreachable_database_is_answered_as_one_and_not_a_silent_slack() -> None:
    metrics = Metrics()
    for trigger, error in enumerate(
        (DatabaseUnavailable(), ConnectionRefusedError(), ClientConnectionError(), TimeoutError())
    ):

        async def fail(_: SlackRequest, error: Exception = error) -> None:
            raise error

        answer = await _command(fail, RequestGuard(SeenInMemory(), metrics, ConcurrencyLimiter()), str(trigger))
        assert ("Sorry, I can't reach my database" in answer.body) is (trigger < 2), error
    for outcome in ("away", "failed"):
        assert figure(metrics, "qcon_request_duration_seconds_count", kind="command", outcome=outcome) == 2


async def test_a_request_over_the_concurrency_limit_is_refused_before_any_work() -> None:
    async def work(_: SlackRequest) -> None:
        raise AssertionError("there is no time for that")

    metrics, crowd = Metrics(), ConcurrencyLimiter()
    with ExitStack() as everyone:
        for _ in range(SOFT_LIMIT):
            everyone.enter_context(crowd.track())
        answer = await _command(work, RequestGuard(SeenInMemory(), metrics, crowd))
    assert "Please try again in a few seconds" in answer.body
    assert figure(metrics, "qcon_request_duration_seconds_count", kind="command", outcome="shed") == 1
