import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.slack.limits import ConcurrencyLimiter
from bot.slack.request import SlackRequest
from bot.slack.request_guard import RequestGuard
from bot.slack.routing import (
    LISTENERS,
    Listeners,
    on_action,
    on_command,
    on_event,
    on_options,
    on_shortcut,
    on_view,
    register,
)
from bot.telemetry.metrics import Metrics

WHO = {"team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "1.2"}


class Feature:
    """One listener of each kind, each with another kind of acknowledgement."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bool]] = []
        self.called = asyncio.Event()

    @on_command()
    async def answer_command(self, request: SlackRequest) -> None:
        self._note("command", request)
        await request.ack(f"{request.user} in {request.channel} of {request.workspace}: {request.arguments}")

    @on_action("save", "save-chosen")
    async def react_to_press(self, request: SlackRequest) -> None:
        self._note(f"action {request.value}", request)

    @on_options("found")
    async def give_options(self, request: SlackRequest) -> None:
        self._note(f"options {request.value}", request)
        await request.ack(options=[])

    @on_view("form")
    async def react_to_submission(self, request: SlackRequest) -> None:
        self._note(f"view {request.view['id']}", request)

    @on_shortcut("find")
    async def react_to_shortcut(self, request: SlackRequest) -> None:
        self._note(f"shortcut {request.trigger_id}", request)

    @on_event("app_home_opened")
    async def react_to_event(self, request: SlackRequest) -> None:
        self._note(f"event {request.payload['tab']}", request)

    async def unmarked(self, request: SlackRequest) -> None:
        raise AssertionError("nothing routes here")

    def _note(self, call: str, request: SlackRequest) -> None:
        self.calls.append((call, request.is_acknowledged))
        self.called.set()


async def _known(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test", bot_user_id="UBOT", bot_id="B1")


async def _is_first(_: str) -> bool:
    return True


async def _dispatch(feature: Feature, body: dict[str, Any]) -> BoltResponse:
    app = AsyncApp(signing_secret="secret", authorize=_known, request_verification_enabled=False)
    register(app, [Feature])
    request = AsyncBoltRequest(body=body, mode="socket_mode")
    request.context[LISTENERS] = Listeners(RequestGuard(_is_first, Metrics(), ConcurrencyLimiter()), [feature])
    return await app.async_dispatch(request)


def _press(action_id: str) -> dict[str, Any]:
    action = {"type": "button", "action_id": action_id, "block_id": "b", "value": "a-talk"}
    return WHO | {"type": "block_actions", "actions": [action], "channel": {"id": "C1"}}


async def test_a_command_is_answered_in_its_acknowledgement() -> None:
    feature = Feature()
    body = {"command": "/qcon", "text": "save  terraform ", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
    response = await _dispatch(feature, body)
    assert response.body == "U1 in C1 of T1: terraform"
    assert feature.calls == [("command", False)]


async def test_a_press_and_a_shortcut_are_acknowledged_before_the_listener_runs() -> None:
    feature = Feature()
    shortcut = WHO | {"type": "shortcut", "callback_id": "find"}
    for body in (_press("save"), _press("save-chosen:3"), shortcut):
        assert (await _dispatch(feature, body)).status == 200
    assert feature.calls == [("action a-talk", True), ("action a-talk", True), ("shortcut 1.2", True)]


def test_two_methods_for_one_button_are_refused() -> None:
    app = AsyncApp(signing_secret="secret", authorize=_known, request_verification_enabled=False)
    with pytest.raises(ValueError, match="two methods answer the same"):
        register(app, [Feature, Feature])


async def test_a_button_without_a_listener_is_not_found() -> None:
    assert (await _dispatch(Feature(), _press("unsave"))).status == 404


async def test_a_submission_is_acknowledged_after_its_listener_has_run() -> None:
    feature = Feature()
    view = {"type": "modal", "id": "V1", "callback_id": "form"}
    response = await _dispatch(feature, WHO | {"type": "view_submission", "view": view})
    assert (response.status, response.body) == (200, "")
    assert feature.calls == [("view V1", False)]


async def test_the_options_of_a_menu_are_the_acknowledgement() -> None:
    feature = Feature()
    body = WHO | {"type": "block_suggestion", "action_id": "found", "block_id": "b", "value": "ter"}
    assert '"options": []' in (await _dispatch(feature, body)).body
    assert feature.calls == [("options ter", False)]


async def test_an_event_reaches_its_listener() -> None:
    feature = Feature()
    event = {"type": "app_home_opened", "tab": "home", "user": "U1", "channel": "D1"}
    response = await _dispatch(feature, {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": event})
    assert response.status == 200
    async with asyncio.timeout(1):  # Bolt acknowledges an event, then runs its listener
        await feature.called.wait()
    assert [call for call, _ in feature.calls] == ["event home"]
