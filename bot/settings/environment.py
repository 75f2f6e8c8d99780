"""Environment -> one frozen Settings; nothing else reads os.environ."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from datetime import datetime

from dotenv import dotenv_values

from bot.errors import SettingsError
from bot.settings import conferences
from bot.settings.values import (
    COMMAND,
    LIVE_DATABASE,
    REHEARSAL_DATABASE,
    SHIPPED_SCHEDULE,
    WORKSPACE,
    ConferenceAssignment,
    Settings,
)

_URL_SAFE = str.maketrans("-_", "+/")  # Fernet writes keys so, openssl does not; both are read


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from a mapping, or else from the process's environment over `.env` in the working directory.

    With QCON_WORKSPACE they are those of one of many workspaces. Raises SettingsError with every malformed or
    contradictory value, a line each.
    """
    told = environment_with_dotenv() if environment is None else environment
    settings = _EnvironmentReader(told).settings()
    workspace = told.get("QCON_WORKSPACE", "").strip()
    if not workspace:
        return settings
    if not re.fullmatch(WORKSPACE, workspace):
        raise SettingsError(f"QCON_WORKSPACE should be a workspace's id like T012ABCDEF, not {workspace!r}.")
    theirs = settings.for_workspace(workspace)
    if theirs is None:
        raise SettingsError(f"QCON_CONFERENCES names no conference for the workspace {workspace}.")
    return theirs


def environment_with_dotenv() -> dict[str, str]:
    """The process's environment, over `.env` in the working directory."""
    return {key: value or "" for key, value in dotenv_values(".env").items()} | dict(os.environ)


def slash_command(text: str) -> str:
    """`/pycon`, of `pycon` too; raises SettingsError for a name that Slack does not take."""
    name = text.strip().removeprefix("/")
    if not name or len(name) > 31 or name != name.lower() or any(c.isspace() or c == "/" for c in name):
        raise SettingsError(f"A slash command is a slash and up to 31 lower-case characters, like /qcon; not {text!r}.")
    return f"/{name}"


class _EnvironmentReader:
    """Reads value by value and keeps what is wrong, so that all of it is told at once."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def settings(self) -> Settings:
        """All of it; raises SettingsError with every problem that was met."""
        now = self._moment("QCON_NOW")
        people, channels = self._organisers()
        settings = Settings(
            bot_token=self._token("SLACK_BOT_TOKEN", "xoxb-"),
            app_token=self._token("SLACK_APP_TOKEN", "xapp-"),
            signing_secret=self._text("SLACK_SIGNING_SECRET"),
            client_id=self._text("SLACK_CLIENT_ID"),
            client_secret=self._text("SLACK_CLIENT_SECRET"),
            token_keys=self._keys("QCON_TOKEN_KEYS"),
            conferences=self._conferences("QCON_CONFERENCES"),
            slack_api_url=self._url("SLACK_API_URL", "https://slack.com/api").rstrip("/") + "/",
            host=self._text("HOST", "127.0.0.1"),
            port=int(self._number("PORT", 3000, least=0, most=65535)),
            command=self._command("QCON_COMMAND"),
            schedule=self._text("QCON_SCHEDULE", str(SHIPPED_SCHEDULE)),
            name=self._text("QCON_NAME"),
            timezone=self._text("QCON_TIMEZONE"),
            database_url=self._database(REHEARSAL_DATABASE if now else LIVE_DATABASE),
            organisers=people,
            organisers_channel=channels[0] if channels else "",
            public_url=self._url("QCON_PUBLIC_URL").rstrip("/"),
            heartbeat_url=self._url("QCON_HEARTBEAT_URL"),
            grace_s=self._number("QCON_GRACE_S", 3, least=0, most=120),
            rehearsal_now=now,
            rehearsal_speed=self._number("QCON_SPEED", 1, least=0.1, most=10_000),
            rehearsal_channel=self._text("QCON_REHEARSAL_CHANNEL"),
            rate_per_minute=int(self._number("QCON_RATE_PER_MINUTE", 300, least=1, most=100_000)),
            most_workspaces=int(self._number("QCON_MOST_WORKSPACES", 50, least=1, most=10_000)),
            http_timeout_s=self._number("QCON_HTTP_TIMEOUT_S", 15, least=0.1, most=120),
            lease_s=self._number("QCON_LEASE_S", 120, least=1, most=600),
            settle_s=self._number("QCON_SETTLE_S", 30, least=0, most=600),
        )
        self._contradictions(settings)
        if self._problems:
            raise SettingsError("\n".join(self._problems))
        return settings

    def _contradictions(self, settings: Settings) -> None:
        if settings.lease_s <= settings.http_timeout_s:
            self._problems.append("QCON_LEASE_S must be longer than QCON_HTTP_TIMEOUT_S, or two nodes post the same.")
        if self._text("QCON_SPEED") and not settings.rehearsing:
            self._problems.append("QCON_SPEED needs QCON_NOW: only a rehearsal runs faster.")
        if settings.rehearsal_channel and not settings.rehearsing:
            self._problems.append("QCON_REHEARSAL_CHANNEL needs QCON_NOW: it is where a rehearsal posts.")
        if settings.multi_workspace:
            self._check_multi_workspace(settings)
        elif settings.conferences:
            self._problems.append("QCON_CONFERENCES needs SLACK_CLIENT_ID: one workspace has one conference.")

    def _check_multi_workspace(self, settings: Settings) -> None:
        if settings.bot_token or settings.app_token:
            self._problems.append(
                "SLACK_CLIENT_ID is for many workspaces over HTTP, SLACK_BOT_TOKEN and SLACK_APP_TOKEN for one: "
                "leave out the one or the others."
            )
        needed = {
            "SLACK_CLIENT_SECRET": settings.client_secret,
            "SLACK_SIGNING_SECRET": settings.signing_secret,
            "QCON_PUBLIC_URL": settings.public_url,
            "QCON_TOKEN_KEYS": settings.token_keys or self._text("QCON_TOKEN_KEYS"),
        }
        missing = [name for name, value in needed.items() if not value]
        if missing:
            self._problems.append(f"SLACK_CLIENT_ID needs {', '.join(missing)} too: see docs/workspaces.md.")

    def _text(self, name: str, default: str = "") -> str:
        return self._environment.get(name, "").strip() or default

    def _token(self, name: str, prefix: str) -> str:
        value = self._text(name)
        if value and not value.startswith(prefix):
            self._problems.append(f"{name} should begin with {prefix}; copy it again from your app's page at Slack.")
        return value

    def _keys(self, name: str) -> tuple[str, ...]:
        keys = tuple(filter(None, re.split(r"[\s,]+", self._text(name))))
        if all(map(_is_key, keys)):
            return keys
        self._problems.append(f"{name} takes keys of 32 random bytes in base64; `openssl rand -base64 32` makes one.")
        return ()

    def _conferences(self, name: str) -> tuple[ConferenceAssignment, ...]:
        path = self._text(name)
        if not path:
            return ()
        shared = {key: value for key, value in self._environment.items() if key not in (name, "QCON_WORKSPACE")}
        try:
            return conferences.read_conferences(path, lambda changed: read_settings({**shared, **changed}))
        except SettingsError as error:
            self._problems.append(f"{name}: {error}")
            return ()

    def _command(self, name: str) -> str:
        try:
            return slash_command(self._text(name, COMMAND))
        except SettingsError as error:
            self._problems.append(f"{name}: {error}")
            return COMMAND

    def _url(self, name: str, default: str = "") -> str:
        value = self._text(name, default)
        if value and not re.match(r"https?://[^/\s]+", value):
            self._problems.append(f"{name} should be an address like https://bot.example.org.")
        return value

    def _database(self, default: str) -> str:
        value = self._text("QCON_DATABASE_URL", default)
        if not re.match(r"(sqlite:///.|postgres(ql)?://.)", value):
            self._problems.append(
                "QCON_DATABASE_URL should be sqlite:////absolute/path or postgresql://user@host/name."
            )
        return value

    def _number(self, name: str, default: float, least: float, most: float) -> float:
        text = self._text(name, str(default))
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            self._problems.append(f"{name} should be a number from {least:g} to {most:g}, not {text!r}.")
            return default
        return value

    def _moment(self, name: str) -> datetime | None:
        text = self._text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            self._problems.append(f"{name} should be a venue time like 2019-03-05T10:20, not {text!r}.")
            return None
        return moment

    def _organisers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """People and channels; at most one channel, and nothing else."""
        ids = tuple(re.split(r"[\s,]+", self._text("QCON_ORGANISERS"))) if self._text("QCON_ORGANISERS") else ()
        people = tuple(one for one in ids if re.fullmatch(r"[UW][A-Z0-9]+", one))
        channels = tuple(one for one in ids if re.fullmatch(r"[CG][A-Z0-9]+", one))
        for one in ids:
            if one not in people and one not in channels:
                self._problems.append(f"QCON_ORGANISERS takes ids like U012ABCDEF, not {one!r}.")
        if len(channels) > 1:
            self._problems.append("QCON_ORGANISERS takes at most one channel.")
        return people, channels


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.translate(_URL_SAFE), validate=True)) == 32
    except binascii.Error:
        return False
