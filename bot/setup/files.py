"""The files that come of setting up: none takes another's place unless that is meant."""

from collections.abc import Mapping

from bot.setup import environment
from bot.setup.outside import Outside, asked
from bot.setup.questions import Question, needed, yes

ENVIRONMENT = ".env"


def write(outside: Outside, path: str, data: bytes) -> str:
    """Write a file, over one that says something else only if that is meant; its name, which may be another then."""
    there = outside.read(path)
    if there is not None and there != data:
        words = f"There is another {path} already. Type yes to replace it, or the name to write instead"
        answer = asked(outside, Question("replace", words), needed)
        if not yes(answer):
            return write(outside, answer, data)
    outside.write(path, data)
    outside.say(f"Written: {path}")
    return path


def keep(outside: Outside, settings: Mapping[str, str]) -> None:
    """Put the settings into .env, in place of what it said otherwise before only if that is meant. Empty ones end."""
    text = (outside.read(ENVIRONMENT) or b"").decode(errors="surrogateescape")
    before = environment.values(text)
    changes = {key: value for key, value in settings.items() if value or before.get(key)}
    other = [key for key, value in changes.items() if before.get(key, value) != value]
    if other and not _may_replace(outside, other):
        changes = {key: value for key, value in changes.items() if key not in other}
        outside.say(f"Left in {ENVIRONMENT} as it was: {', '.join(other)}.")
    merged = environment.merged(text, changes)
    outside.write(ENVIRONMENT, merged.encode(errors="surrogateescape"), private=True)
    outside.say(f"Written: {ENVIRONMENT}, for your eyes only: it holds the tokens.")


def _may_replace(outside: Outside, keys: list[str]) -> bool:
    words = f"{ENVIRONMENT} has other values of {', '.join(keys)}. Type yes to replace them, no to leave them"
    return yes(asked(outside, Question("replace", words), needed))
