"""How Slack says no."""

from typing import Any


class SlackRefusal(Exception):
    """A call is refused: `code` is Slack's word for it, `more` what its answer carries besides."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    def body(self) -> dict[str, Any]:
        """What the Web API answers."""
        return {"ok": False, "error": self.code} | self.more
