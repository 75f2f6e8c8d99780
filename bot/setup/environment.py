"""The file `.env`: values put into it, with everything else in it left as it is."""

import io
import re
from collections.abc import Mapping

from dotenv import dotenv_values
from dotenv.parser import parse_stream

_PLAIN = re.compile(r"[\w./:@+,~-]*", re.ASCII)


def parse_env(text: str) -> dict[str, str]:
    """What a `.env` of this text sets."""
    return {key: value or "" for key, value in dotenv_values(stream=io.StringIO(text), interpolate=False).items()}


def merge_env(text: str, changes: Mapping[str, str]) -> str:
    """The text with these values in it: where they stood, or else at the end. Comments and all other lines stay."""
    pieces, left = [], dict(changes)
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is None or binding.key not in changes:
            pieces.append(binding.original.string)
        elif binding.key in left:
            pieces.append(_leading_blank_lines(binding.original.string) + _env_line(binding.key, left.pop(binding.key)))
    kept = "".join(pieces)
    gap = "" if not kept or kept.endswith("\n") else "\n"
    return kept + gap + "".join(_env_line(key, value) for key, value in left.items() if value)


def _leading_blank_lines(original: str) -> str:
    """The empty lines that the parser counts to the setting after them."""
    return original[: len(original) - len(original.lstrip("\r\n"))]


def _env_line(key: str, value: str) -> str:
    if _PLAIN.fullmatch(value):
        return f"{key}={value}\n"
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{key}='{quoted}'\n"
