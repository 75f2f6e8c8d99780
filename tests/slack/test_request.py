import asyncio
from typing import Any, cast

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import BotError
from bot.slack.request import SlackRequest, ack_with_view, form_values, push_modal, show_in_modal

DONE, WORKING = {"callback_id": "done"}, {"callback_id": "working"}


class Ack:
    """A fake of the function by which a listener acknowledges."""

    def __init__(self) -> None:
        self.response: dict[str, Any] | None = None

    async def __call__(self, **answer: Any) -> None:
        self.response = answer


class Client:
    """A fake of Slack that records the views and messages it shows."""

    def __init__(self, *, closed: bool = False, three_open: bool = False) -> None:
        self.shown: list[tuple[str, Any]] = []
        self._closed = closed
        self._three_open = three_open

    async def views_update(self, view_id: str, view: dict[str, Any]) -> None:
        self._show("update", view)

    async def views_push(self, trigger_id: str, view: dict[str, Any]) -> dict[str, Any]:
        if self._three_open:
            raise SlackApiError("three open", {"error": "push_limit_reached"})  # type: ignore[no-untyped-call]
        self._show("push", view)
        return {"view": {"id": "V4"}}

    async def chat_postMessage(self, channel: str, text: str) -> None:  # noqa: N802  # the SDK's name
        self.shown.append(("message", text))

    def _show(self, how: str, view: dict[str, Any]) -> None:
        if self._closed:
            raise SlackApiError("closed", {"error": "not_found"})  # type: ignore[no-untyped-call]
        self.shown.append((how, view))


class InModal:
    """A request in a modal, with the answers that Slack got to it."""

    def __init__(
        self,
        kind: str = "view_submission",
        previous: str | None = None,
        *,
        closed: bool = False,
        three_open: bool = False,
    ) -> None:
        view = {"id": "V3", "type": "modal", "root_view_id": "V1", "previous_view_id": previous}
        self.ack = Ack()
        self.client = Client(closed=closed, three_open=three_open)
        self.request = SlackRequest(
            workspace="T1",
            channel="",
            user="U1",
            bot_user="UBOT",
            body={"type": kind, "view": view, "trigger_id": "1.2"},
            payload=view,
            client=cast("Any", self.client),
            ack=cast("Any", self.ack),
            respond=cast("Any", None),
            response_url="",
        )


async def _soon() -> dict[str, Any]:
    return DONE


async def _later() -> dict[str, Any]:
    await asyncio.sleep(0.05)
    return DONE


async def _in_vain() -> dict[str, Any]:
    await asyncio.sleep(0.05)
    raise BotError("Somebody else was faster.")


async def test_a_quick_result_is_the_acknowledgement_of_the_submission() -> None:
    modal = InModal()
    await ack_with_view(modal.request, _soon(), WORKING)
    assert modal.ack.response == {"response_action": "update", "view": DONE}
    assert modal.client.shown == []


async def test_a_slow_result_replaces_a_working_view() -> None:
    modal = InModal()
    await ack_with_view(modal.request, _later(), WORKING, timeout_s=0.01)
    assert modal.ack.response == {"response_action": "update", "view": WORKING}
    assert modal.client.shown == [("update", DONE)]


async def test_work_is_cancelled_with_its_request() -> None:
    modal, ended = InModal(), asyncio.Event()

    async def endless() -> dict[str, Any]:
        try:
            return await asyncio.Future()
        finally:
            ended.set()

    request = asyncio.create_task(ack_with_view(modal.request, endless(), WORKING))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    request.cancel()
    async with asyncio.timeout(30):
        await ended.wait()


async def test_an_error_in_slow_work_replaces_the_working_view() -> None:
    modal = InModal()
    with pytest.raises(BotError):
        await ack_with_view(modal.request, _in_vain(), WORKING, timeout_s=0.01)
    await show_in_modal(modal.request, "Somebody else was faster.")
    [(how, view)] = modal.client.shown
    assert (how, "Somebody else was faster." in str(view)) == ("update", True)


@pytest.mark.parametrize(("previous", "how"), [(None, "push"), ("V1", "push"), ("V2", "update")])
async def test_the_result_of_a_button_is_pushed_over_the_modal_or_replaces_the_third_one(
    previous: str | None, how: str
) -> None:
    modal = InModal("block_actions", previous)
    await show_in_modal(modal.request, "That change has already been undone.")
    assert [one for one, _ in modal.client.shown] == [how]


async def test_a_modal_replaces_the_pressed_one_if_three_are_already_open() -> None:
    modal = InModal("block_actions", "V1", three_open=True)
    assert await push_modal(modal.request, DONE) == "V3"
    assert modal.client.shown == [("update", DONE)]


async def test_the_result_for_a_closed_modal_is_sent_as_a_direct_message() -> None:
    modal = InModal("block_actions", closed=True)
    await show_in_modal(modal.request, "That change has already been undone.")
    assert modal.client.shown == [("message", "That change has already been undone.")]


def test_every_kind_of_field_is_read_as_text_and_an_empty_one_as_empty_text() -> None:
    values = {
        "title": {"a": {"type": "plain_text_input", "value": "Open space"}},
        "note": {"a": {"type": "plain_text_input", "value": None}},
        "day": {"a": {"type": "static_select", "selected_option": {"value": "2019-03-05"}}},
        "room": {"a": {"type": "external_select", "selected_option": None}},
        "time": {"a": {"type": "timepicker", "selected_time": "15:10"}},
        "minutes": {"a": {"type": "number_input", "value": "15"}},
    }
    expected = {"title": "Open space", "note": "", "day": "2019-03-05", "room": "", "time": "15:10", "minutes": "15"}
    assert form_values({"state": {"values": values}}) == expected
