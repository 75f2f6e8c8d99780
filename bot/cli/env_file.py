"""Write the files that the setup wizard makes: `.env`, whose other lines stay as they are, and files that replace none unasked."""

import io
import re
from collections.abc import Mapping

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.cli.prompts import WizardIO, prompt_until_valid
from bot.cli.setup_questions import WizardQuestion, parse_required, parse_yes_no

_PLAIN = re.compile(r"[\w./:@+,~-]*", re.ASCII)


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


ENV_FILE = ".env"


def write_checked(io: WizardIO, path: str, data: bytes) -> str:
    """Write a file, over one that says something else only if that is meant; its name, which may be another then."""
    there = io.read(path)
    if there is not None and there != data:
        words = f"{path} already exists and differs. Type yes to replace it, or another file name"
        answer = prompt_until_valid(io, WizardQuestion("replace", words), parse_required)
        if not parse_yes_no(answer):
            return write_checked(io, answer, data)
    io.write(path, data)
    io.say(f"Written: {path}")
    return path


def save_settings(io: WizardIO, settings: Mapping[str, str]) -> None:
    """Put the settings into .env, in place of what it said otherwise before only if that is meant. Empty ones end."""
    text = (io.read(ENV_FILE) or b"").decode(errors="surrogateescape")
    before = parse_env(text)
    changes = {key: value for key, value in settings.items() if value or before.get(key)}
    other = [key for key, value in changes.items() if before.get(key, value) != value]
    if other and not _confirm_replace(io, other):
        changes = {key: value for key, value in changes.items() if key not in other}
        io.say(f"Kept in {ENV_FILE}: {', '.join(other)}.")
    merged = merge_env(text, changes)
    io.write(ENV_FILE, merged.encode(errors="surrogateescape"), private=True)
    io.say(f"Written: {ENV_FILE}. Keep it private: it holds the tokens.")


def _confirm_replace(io: WizardIO, keys: list[str]) -> bool:
    words = f"{ENV_FILE} has other values of {', '.join(keys)}. Type yes to replace them, no to keep them"
    return parse_yes_no(prompt_until_valid(io, WizardQuestion("replace", words), parse_required))
