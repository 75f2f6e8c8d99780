"""Slack's markup to the plain text that the person meant (docs.slack.dev, "Formatting message text")."""

import re

LONGEST = 2_000  # characters that are looked at; a message's words are counted after

_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "´": "'", "`": " ", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " "}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e", None)
    | {code: " " for code in range(32) if code != 10}
    | {127: " "}
)

_MENTION = re.compile(r"<(?:@[^<>|]*|![^<>|]*)(?:\|[^<>]*)?>")

_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")

_LINK = re.compile(r"<#?((?:https?://|mailto:)?[^<>|]*)>")

_EMOJI = re.compile(r":[a-z0-9_+'-]{2,40}:")

_STRESS = re.compile(r"(?<![^\W_])[*_~]+|[*_~]+(?![^\W_])")

_COMMAND = re.compile(r"^\s*/[\w-]+(?=\s|$)")

_SPACES = re.compile(r"[ \t\u2000-\u200a\u3000]+")


def clean(text: str) -> str:
    """The text without mentions, links' brackets, emoji codes, stress marks and a leading slash command."""
    text = text[:LONGEST].translate(_PLAIN)
    if "<" in text:
        text = _LINK.sub(r"\1", _LABELLED.sub(r"\1", _MENTION.sub(" ", text)))
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if ":" in text:
        text = _EMOJI.sub(" ", text)
    text = _STRESS.sub(" ", text)
    return _SPACES.sub(" ", _COMMAND.sub("", text)).strip()
