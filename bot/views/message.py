"""A message as Slack takes it: blocks for the eye, text for notifications and screen readers."""

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    text: str  # reads as a sentence or a few lines, without the blocks; mrkdwn, escaped
    blocks: tuple[Block, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The arguments `chat.postMessage`, an acknowledgement and a `response_url` have in common."""
        return {"text": self.text, "blocks": list(self.blocks), "unfurl_links": False, "unfurl_media": False}
