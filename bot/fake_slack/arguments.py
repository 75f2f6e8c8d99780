"""The arguments of a Web API call, from its query, form or JSON body, and the error with which a call is refused."""

import json
from typing import Any

from aiohttp import web


class SlackRefusal(Exception):
    """A refused call. `code` is Slack's error code; `more` holds further fields of the answer."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    def body(self) -> dict[str, Any]:
        """Return the body of the Web API's answer."""
        return {"ok": False, "error": self.code} | self.more


class Arguments:
    """The arguments of one call. The methods raise SlackRefusal for a value of the error_code type."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return a text that must be given."""
        if not self.text(name):
            raise SlackRefusal(
                "invalid_arguments", response_metadata=_error_messages(f"missing required field: {name}")
            )
        return self.text(name)

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        try:
            value = int(self.text(name, str(default)))
        except ValueError:
            value = 0
        if not 1 <= value <= most:
            raise SlackRefusal("invalid_limit" if name == "limit" else "invalid_arguments")
        return value

    def structure(self, name: str, error_code: str) -> Any:
        """Return a JSON value, which a form's field holds as text. `error_code` is Slack's code for invalid JSON."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackRefusal(error_code) from None


async def read_arguments(request: web.Request) -> Arguments:
    """Read the arguments of a request. Raises SlackRefusal for a body that cannot be read."""
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
