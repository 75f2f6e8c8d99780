"""The arguments of a Web API call, however they came: query, form or JSON.

The Web API's methods, by family: each reads its arguments and gives the answer's fields, or refuses.

How Slack says no."""

import json
from typing import Any

from aiohttp import web


class SlackRefusal(Exception):
    """A call is refused: `code` is Slack's word for it, `more` what its answer carries besides."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    def body(self) -> dict[str, Any]:
        """What the Web API answers."""
        return {"ok": False, "error": self.code} | self.more


class Arguments:
    """Reads what a method needs; raises SlackRefusal where it is not of its kind."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """A text that must be there."""
        if not self.text(name):
            raise SlackRefusal(
                "invalid_arguments", response_metadata=_error_messages(f"missing required field: {name}")
            )
        return self.text(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        if not self.has(name):
            return default
        return str(self._values[name]).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        try:
            value = int(self.text(name, str(default)))
        except ValueError:
            value = 0
        if not 1 <= value <= most:
            raise SlackRefusal("invalid_limit" if name == "limit" else "invalid_arguments")
        return value

    def structure(self, name: str, wrong: str) -> Any:
        """JSON, as itself or written out in a form's field; `wrong` is Slack's word when it is neither."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackRefusal(wrong) from None


async def read_arguments(request: web.Request) -> Arguments:
    """Raises SlackRefusal for a body that cannot be read."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise SlackRefusal("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackRefusal("json_not_object")
        return Arguments(values | body)
    if request.method == "POST":
        values.update({key: value for key, value in (await request.post()).items() if isinstance(value, str)})
    return Arguments(values)


def _error_messages(*problems: str) -> dict[str, list[str]]:
    return {"messages": [f"[ERROR] {problem}" for problem in problems]}
