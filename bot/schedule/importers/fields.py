"""One object of a JSON file, read field by field; what is missing or of another type reads as empty."""

import math
from collections.abc import Mapping

LANGUAGES = ("en", "en-us", "en-gb")


class JsonObject:
    """An object of a JSON file; anything else is one without fields."""

    def __init__(self, value: object) -> None:
        self._entries: Mapping[object, object] = value if isinstance(value, dict) else {}

    def __contains__(self, key: str) -> bool:
        return self._entries.get(key) is not None

    def names(self) -> list[str]:
        """The names of its fields."""
        return [str(key) for key in self._entries]

    def get(self, key: str) -> object:
        """A field as it came."""
        return self._entries.get(key)

    def text(self, *keys: str) -> str:
        """The first of these fields that has text in it. Of several languages English, else the first."""
        return next((text for text in (text_of(self._entries.get(key)) for key in keys) if text), "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one alone will do."""
        value = self._entries.get(key)
        items = value if isinstance(value, list) else [value]
        return tuple(text for text in map(text_of, items) if text)

    def number(self, key: str) -> float | None:
        """A number of a size that durations have."""
        value = self._entries.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) < 1e9 and math.isfinite(value) else None

    def is_true(self, key: str) -> bool:
        return self._entries.get(key) is True

    def part(self, key: str) -> "JsonObject":
        """The object in a field."""
        return JsonObject(self._entries.get(key))

    def parts(self, key: str) -> list["JsonObject"]:
        """The objects listed in a field: as many as the list has items."""
        value = self._entries.get(key)
        return [JsonObject(item) for item in value] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A value as text: numbers are written out, of `{"en": …, "de": …}` English is taken."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):
        texts = {str(language).lower(): text for language, text in value.items() if isinstance(text, str) and text}
        return next((texts[one] for one in LANGUAGES if one in texts), next(iter(texts.values()), ""))
    return ""
