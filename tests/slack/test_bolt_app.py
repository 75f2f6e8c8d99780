from contextlib import ExitStack
from typing import Any

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.bolt_app import BotApp
from bot.slack.limits import HARD_LIMIT, ConcurrencyLimiter
from bot.telemetry.metrics import Metrics
from tests.figures import figure, samples

COMMAND = {"command": "/qcon", "text": "next", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}


async def _known(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test", bot_user_id="UBOT", bot_id="B1")


def _reception(metrics: Metrics, crowd: ConcurrencyLimiter | None = None, *, verify: bool = False) -> BotApp:
    reception = BotApp(
        metrics,
        crowd or ConcurrencyLimiter(),
        signing_secret="secret",  # pragma: allowlist secret
        authorize=_known,
        request_verification_enabled=verify,
        token=None,
    )

    async def answered(args: AsyncArgs) -> None:
        await args.ack("Here.")

    reception.command("/qcon")(answered)
    return reception


async def test_an_acknowledgement_is_timed() -> None:
    metrics = Metrics()
    response = await _reception(metrics).async_dispatch(AsyncBoltRequest(body=COMMAND, mode="socket_mode"))
    assert response.body == "Here."
    counted = {"kind": "command", "result": "acknowledged"}
    assert figure(metrics, "qcon_acknowledgement_duration_seconds_count", **counted) == 1
    assert 0 < figure(metrics, "qcon_acknowledgement_duration_seconds_sum", **counted) < 1


async def test_an_event_without_a_listener_is_counted_as_unacknowledged() -> None:
    metrics = Metrics()
    body = {"type": "event_callback", "event": {"type": "unheard_of"}}
    await _reception(metrics).async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    counted = {"kind": "other", "result": "unacknowledged"}
    assert figure(metrics, "qcon_acknowledgement_duration_seconds_count", **counted) == 1


async def test_unsigned_requests_are_not_counted_as_acknowledgements() -> None:
    metrics = Metrics()
    reception = _reception(metrics, verify=True)
    response = await reception.async_dispatch(AsyncBoltRequest(body="command=%2Fqcon", mode="http"))
    assert response.status == 401
    assert not [one for one in samples(metrics) if one.name.startswith("qcon_acknowledgement")]


async def test_over_the_hard_limit_commands_are_asked_to_try_again_and_events_refused() -> None:
    metrics, crowd = Metrics(), ConcurrencyLimiter()
    reception = _reception(metrics, crowd)
    event = {"type": "event_callback", "event": {"type": "app_mention"}, "event_id": "Ev1"}
    with ExitStack() as everyone:
        for _ in range(HARD_LIMIT):
            everyone.enter_context(crowd.track())
        told = await reception.async_dispatch(AsyncBoltRequest(body=COMMAND, mode="socket_mode"))
        later = await reception.async_dispatch(AsyncBoltRequest(body=event, mode="socket_mode"))
    assert (told.status, "Please try again in a few seconds" in told.body) == (200, True)
    assert later.status == 503  # Slack sends an event again
    for kind in ("command", "mention"):
        assert figure(metrics, "qcon_request_duration_seconds_count", kind=kind, outcome="shed") == 1
