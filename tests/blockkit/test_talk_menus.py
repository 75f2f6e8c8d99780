from bot.blockkit.inputs import MAX_MENU_TALKS, talk_menu
from bot.schedule.models import short_id
from tests.schedules import a_conference, a_talk, london

CONFERENCE = a_conference()


def test_several_talks_share_a_menu() -> None:
    talks = [a_talk("Flows", "10:35"), a_talk("Reactive", "11:50")]
    save = talk_menu("Save…", "save-chosen", talks, CONFERENCE)
    assert save["type"] == "static_select"
    assert [one["text"]["text"] for one in save["options"]] == ["10:35 Flows", "11:50 Reactive"]
    assert [one["value"] for one in save["options"]] == [short_id("flows"), short_id("reactive")]


def test_a_menu_of_talks_on_several_days_names_the_day() -> None:
    talks = [a_talk("Flows", "10:35"), a_talk("Later", london("09:00", "2019-03-06"))]
    first, second = talk_menu("Save…", "save-chosen", talks, CONFERENCE)["options"]
    assert (first["text"]["text"], second["text"]["text"]) == ("Tue 10:35 Flows", "Wed 09:00 Later")


def test_long_ids_and_titles_fit_into_a_menu_of_limited_length() -> None:
    talks = [a_talk("A long title " * 20, id=f"{number:0128}") for number in range(200)]
    options = talk_menu("Save…", "save-chosen", talks, CONFERENCE)["options"]
    assert len(options) == MAX_MENU_TALKS
    assert all(len(one["text"]["text"]) <= 75 and len(one["value"]) < 75 for one in options)
