"""The files that come of setting up: none takes another's place unless that is meant."""

from collections.abc import Mapping

from bot.setup import environment
from bot.setup.outside import WizardIO, prompt_until_valid
from bot.setup.questions import WizardQuestion, parse_required, parse_yes_no

ENV_FILE = ".env"


def write_checked(io: WizardIO, path: str, data: bytes) -> str:
    """Write a file, over one that says something else only if that is meant; its name, which may be another then."""
    there = io.read(path)
    if there is not None and there != data:
        words = f"There is another {path} already. Type yes to replace it, or the name to write instead"
        answer = prompt_until_valid(io, WizardQuestion("replace", words), parse_required)
        if not parse_yes_no(answer):
            return write_checked(io, answer, data)
    io.write(path, data)
    io.say(f"Written: {path}")
    return path


def save_settings(io: WizardIO, settings: Mapping[str, str]) -> None:
    """Put the settings into .env, in place of what it said otherwise before only if that is meant. Empty ones end."""
    text = (io.read(ENV_FILE) or b"").decode(errors="surrogateescape")
    before = environment.parse_env(text)
    changes = {key: value for key, value in settings.items() if value or before.get(key)}
    other = [key for key, value in changes.items() if before.get(key, value) != value]
    if other and not _confirm_replace(io, other):
        changes = {key: value for key, value in changes.items() if key not in other}
        io.say(f"Left in {ENV_FILE} as it was: {', '.join(other)}.")
    merged = environment.merge_env(text, changes)
    io.write(ENV_FILE, merged.encode(errors="surrogateescape"), private=True)
    io.say(f"Written: {ENV_FILE}, for your eyes only: it holds the tokens.")


def _confirm_replace(io: WizardIO, keys: list[str]) -> bool:
    words = f"{ENV_FILE} has other values of {', '.join(keys)}. Type yes to replace them, no to leave them"
    return parse_yes_no(prompt_until_valid(io, WizardQuestion("replace", words), parse_required))
