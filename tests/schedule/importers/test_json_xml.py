import pytest

from bot.schedule.importers.json_xml import JsonObject, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"), (7, "7"), (7.5, "7.5"), (True, ""), (None, ""), ([], ""), ([["a"]], ""), ({}, ""),
        ({"de": "Saal", "en": "Hall"}, "Hall"), ({"de": "Saal", "pt": "Sala"}, "Saal"), ({"en": "", "de": "Saal"}, "Saal"),
        ({"en": {"en": "x"}}, ""),
    ],
)  # fmt: skip
def test_any_value_reads_as_text(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize("value", [None, "x", 7, [], [1]])
def test_a_value_that_is_not_an_object_has_no_fields(value: object) -> None:
    fields = JsonObject(value)
    assert fields.names() == []
    assert fields.text("a") == ""
    assert fields.parts("a") == []
    assert fields.texts("a") == ()


def test_the_first_field_that_has_text_counts() -> None:
    assert JsonObject({"code": "", "guid": None, "id": 7}).text("code", "guid", "id") == "7"


def test_a_list_has_one_part_per_item_of_any_type() -> None:
    assert len(JsonObject({"slots": [{}, None, "x"]}).parts("slots")) == 3


@pytest.mark.parametrize(
    ("value", "number"), [(30, 30.0), ("30", None), (True, None), (1e300, None), (float("nan"), None)]
)
def test_only_numbers_in_the_range_of_durations_are_read(value: object, number: float | None) -> None:
    assert JsonObject({"duration": value}).number("duration") == number
