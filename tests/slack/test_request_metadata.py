from typing import Any

import pytest

from bot.slack.request_guard import REQUEST_KINDS, RequestInfo

SENT = {"channel": "C1", "ts": "1.5"}


@pytest.mark.parametrize(
    ("body", "kind", "key"),
    [
        ({"command": "/pycon", "text": "next", "trigger_id": "1.2.abc"}, "command", "1.2.abc"),
        ({"event_id": "Ev1", "event": {"type": "app_mention"} | SENT}, "mention", "answer C1 1.5"),
        ({"event_id": "Ev1", "event": {"type": "app_mention", "edited": {"ts": "2"}} | SENT}, "mention", "Ev1"),
        ({"event_id": "Ev1", "event": {"type": "message", "channel_type": "im"} | SENT}, "message", "answer C1 1.5"),
        (
            {"event_id": "Ev1", "event": {"type": "message", "channel_type": "im", "message": {}} | SENT},
            "message",
            "Ev1",
        ),
        ({"event_id": "Ev1", "event": {"type": "message", "channel_type": "channel"} | SENT}, "message", "Ev1"),
        ({"event_id": "Ev1", "event": {"type": "app_home_opened"}}, "home", "Ev1"),
        ({"event_id": "Ev1", "event": {"type": "reaction_added"}}, "other", "Ev1"),
        ({"type": "block_actions", "trigger_id": "3"}, "press", "3"),
        ({"type": "block_suggestion"}, "type_ahead", ""),
        ({"type": "view_submission", "trigger_id": "3"}, "submission", "3"),
        ({"type": "message_action", "trigger_id": "3"}, "shortcut", "3"),
        ({"type": "made up"}, "other", ""),
        ({"event": "no object"}, "other", ""),
        ({}, "other", ""),
    ],
)
def test_a_request_has_a_known_kind_and_a_key_that_slack_repeats(body: dict[str, Any], kind: str, key: str) -> None:
    request = RequestInfo.from_body(body)
    assert (request.kind, request.key) == (kind, key)
    assert request.kind in REQUEST_KINDS


def test_the_id_of_a_request_is_the_end_of_slacks_or_a_new_one() -> None:
    assert RequestInfo.from_body({"event_id": "Ev0PV52K25"}).id == "Ev0PV52K25"
    assert (
        RequestInfo.from_body({"trigger_id": "13345224609.738474920.8088930838d88f008e0"}).id == "30838d88f008e0"[-12:]
    )
    ours = {RequestInfo.from_body({"type": "block_suggestion"}).id for _ in range(10)}
    assert len(ours) == 10
    assert all(len(one) == 12 for one in ours)
