from zoneinfo import ZoneInfo

import pytest

from bot.handlers.organise.form import Action
from bot.handlers.organise.form_views import action_form
from tests.schedules import LONDON, a_conference, a_schedule, a_talk, london


@pytest.mark.parametrize(
    ("timezone", "name"),
    [(LONDON, "London time"), (ZoneInfo("America/New_York"), "New York time"), (ZoneInfo("Etc/GMT-2"), "UTC+2 time")],
)
def test_the_time_of_a_session_is_asked_for_in_the_venues_zone(timezone: ZoneInfo, name: str) -> None:
    talk = a_talk()
    schedule = a_schedule(talk, conference=a_conference(timezone=timezone))
    view = action_form(Action.MOVE, talk, schedule, london("10:00"), "k7")
    assert view is not None
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert f"Starts at ({name})" in labels
