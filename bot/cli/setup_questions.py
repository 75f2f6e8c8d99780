"""The questions of the setup wizard, and the answers it accepts."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import settings
from bot.errors import BotError, SettingsError
from bot.redaction import redacted
from bot.schedule.importers.zones import zone_named_like


@dataclass(frozen=True, slots=True)
class WizardQuestion:
    """One line to answer. `key` is the flag, or the setting, that may answer it instead."""

    key: str
    words: str
    default: str = ""  # what an empty answer stands for
    secret: bool = False

    @property
    def prompt(self) -> str:
        """As it stands before the answer: `What is the slash command? [/pycon] > `."""
        kept = "[the one you entered before]" if self.secret else f"[{redacted(self.default)}]"
        return f"{self.words} {kept} > " if self.default else f"{self.words} > "


class InvalidAnswer(BotError):
    """This answer will not do; the sentence says what will."""


def parse_required(text: str) -> str:
    """Anything but nothing."""
    if not text:
        raise InvalidAnswer("This one needs an answer. Ctrl-C stops; you can start again at any time.")
    return text


def parse_source(text: str) -> str:
    """A file's path or an address, as a person types or drags it into a terminal."""
    bare = parse_required(text).strip("'\"")
    return str(Path(bare).expanduser()) if bare.startswith("~") else bare


def parse_zone(text: str) -> ZoneInfo:
    """A time zone by its name or its city's."""
    found = zone_named_like(parse_required(text))
    if found is None:
        raise InvalidAnswer(f"There's no time zone “{text}”. Type one like Europe/London, or a big city in it.")
    return found


def parse_yes_no(text: str) -> bool:
    return text.lower() in ("yes", "y")


def parse_bot_token(text: str) -> str:
    """A bot token by its looks; empty for none yet."""
    if text.startswith("xapp-"):
        raise InvalidAnswer("That's the app-level token, which comes next. The bot token begins with xoxb-.")
    if text and not re.fullmatch(r"xoxb-[\w-]+", text, re.ASCII):
        raise InvalidAnswer("A bot token begins with xoxb-. Copy it again from “Install App”.")
    return text


def parse_app_token(text: str) -> str:
    """An app-level token by its looks."""
    if text.startswith("xoxb-"):
        raise InvalidAnswer(
            "That's the bot token, which you have already entered. The app-level token begins with xapp-."
        )
    if not re.fullmatch(r"xapp-[\w-]+", text, re.ASCII):
        raise InvalidAnswer(
            "An app-level token begins with xapp-. It is under “Basic Information”, “App-Level Tokens”."
        )
    return text


def parse_signing_secret(text: str) -> str:
    """A signing secret by its looks: nothing but a request of Slack's shows whether it is right."""
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise InvalidAnswer("A signing secret has 32 digits and letters from a to f. It is under “Basic Information”.")
    return text


def parse_organisers(text: str) -> str:
    """Slack's ids of people and at most one channel; empty for none."""
    try:
        settings.read_settings({"QCON_ORGANISERS": text})
    except SettingsError as error:
        raise InvalidAnswer(f"{error} In Slack, a person's id is in their profile, ⋮, “Copy member ID”.") from error
    return text


def likely_command(name: str) -> str:
    """A slash command for a conference of this name: `/teapotdays` for “Teapot Days 2031”; empty where none suggests itself."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub("[^a-z]+", "", plain)[:31]
    return f"/{letters}" if letters else ""
