"""Writing files: atomically, so that readers see the old content or the new one, and `.env`, whose other lines stay."""

import io
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.errors import BotError

_PLAIN = re.compile(r"[\w./:@+,~-]*", re.ASCII)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents if they are missing. Raises BotError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(f"{folder} cannot be created: {error.strerror or error}.") from error


def write_file(path: str, data: bytes, *, private: bool = False) -> None:
    """Write a file atomically: readers see the old content or the new one. Raises BotError.

    A `private` file can be read by its owner only.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file():  # /dev/stdout is written to, never replaced
            target.write_bytes(data)
            return
        beside = target.with_name(f"{target.name}.part")
        beside.unlink(missing_ok=True)
        beside.touch(0o600 if private else 0o666)
        if private:
            beside.chmod(0o600)  # whatever the umask
        try:
            beside.write_bytes(data)
            beside.replace(target)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BotError(f"{path} cannot be written: {error.strerror or error}.") from error


def parse_env(text: str) -> dict[str, str]:
    """The variables that a `.env` with this text sets."""
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
