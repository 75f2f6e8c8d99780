"""Settings: read once from the environment into a frozen object; and the file with each workspace's conference.

Nothing else reads os.environ.
"""

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from dotenv import dotenv_values

from bot.errors import SettingsError

SHIPPED_SCHEDULE = Path(__file__).parent / "schedule" / "data" / "qcon-london-2019.yaml"

COMMAND = "/qcon"

WORKSPACE = r"T[A-Z0-9]{2,30}"  # a workspace's id at Slack

LIVE_DATABASE, REHEARSAL_DATABASE = "sqlite:///qcon-bot.sqlite3", "sqlite:///qcon-bot-rehearsal.sqlite3"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one workspace, or of a process that serves many. Secrets are kept out of `repr`."""

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_keys: tuple[str, ...] = field(default=(), repr=False)  # Fernet's; the first one seals, any of them opens
    conferences: tuple["ConferenceAssignment", ...] = ()
    workspace: str = ""  # whose these settings are, where a process serves many
    slack_api_url: str = "https://slack.com/api/"
    host: str = "127.0.0.1"
    port: int = 3000
    command: str = COMMAND
    schedule: str = field(default=str(SHIPPED_SCHEDULE), repr=False)  # an address may be a secret
    name: str = ""  # the conference's, where the schedule gives none or the wrong one
    timezone: str = ""  # the venue's, where the schedule gives none
    database_url: str = field(default=LIVE_DATABASE, repr=False)
    process_database_url: str = field(default="", repr=False)  # of the process that serves many, for one of them
    organisers: tuple[str, ...] = ()  # Slack user ids
    organisers_channel: str = ""
    public_url: str = ""
    heartbeat_url: str = field(default="", repr=False)
    grace_s: float = 3.0
    rehearsal_now: datetime | None = None  # naive: the venue's wall clock
    rehearsal_speed: float = 1.0
    rehearsal_channel: str = ""
    rate_per_minute: int = 300
    most_workspaces: int = 1_000
    http_timeout_s: float = 15.0
    lease_s: float = 120.0
    settle_s: float = 30.0

    @property
    def rehearsing(self) -> bool:
        return self.rehearsal_now is not None

    @property
    def socket_mode(self) -> bool:
        return bool(self.app_token)

    @property
    def multi_workspace(self) -> bool:
        """Tell whether workspaces install the bot by themselves."""
        return bool(self.client_id)

    def for_workspace(self, workspace: str) -> "Settings | None":
        """The settings of one of many workspaces, all but its token; nothing where it has no conference here."""
        named = (conference for conference in self.conferences if workspace in conference.workspaces)
        anyone = (conference for conference in self.conferences if not conference.workspaces)
        found = next(named, None) or next(anyone, None)
        if self.conferences and not found:
            return None
        return replace(
            found.settings if found else self,
            client_id="",
            client_secret="",
            token_keys=(),
            conferences=(),
            workspace=workspace,
            database_url=workspace_database_url(self.database_url, workspace),
            process_database_url=self.database_url,
            public_url=f"{self.public_url}/w/{workspace}" if self.public_url else "",
        )


@dataclass(frozen=True, slots=True)
class ConferenceAssignment:
    """A conference, and the workspaces that have it: those named, or everyone whom no other conference names."""

    workspaces: frozenset[str]
    settings: Settings


def workspace_database_url(database_url: str, workspace: str) -> str:
    """The address of a workspace's data: a schema of its own in PostgreSQL, a file of its own next to SQLite's."""
    if database_url.startswith("sqlite"):
        return re.sub(r"(\.\w+)?$", rf".{workspace}\1", database_url, count=1)
    return f"{database_url}{'&' if '?' in database_url else '?'}schema=workspace_{workspace.lower()}"


CONFERENCE_VARIABLES = {
    "schedule": "QCON_SCHEDULE",
    "name": "QCON_NAME",
    "timezone": "QCON_TIMEZONE",
    "organisers": "QCON_ORGANISERS",
}


def read_conferences(path: str, read_one: Callable[[Mapping[str, str]], Settings]) -> tuple[ConferenceAssignment, ...]:
    """The conferences of a YAML file; `read_one` returns the settings with these variables replaced.

    A schedule's path is relative to the file. Raises SettingsError with what is wrong and in which entry.
    """
    folder = Path(path).absolute().parent
    entries = _entries(path)
    conferences = tuple(_read_assignment(number, entry, folder, read_one) for number, entry in enumerate(entries, 1))
    named = [workspace for conference in conferences for workspace in conference.workspaces]
    twice = sorted({workspace for workspace in named if named.count(workspace) > 1})
    if twice:
        raise SettingsError(f"{path}: {', '.join(twice)} is listed in more than one conference.")
    if sum(not conference.workspaces for conference in conferences) > 1:
        raise SettingsError(f"{path}: only one conference can leave out `workspaces`; it serves everyone else.")
    return conferences


def _entries(path: str) -> list[Any]:
    try:
        document = yaml.safe_load(Path(path).read_bytes())
    except (OSError, UnicodeError, yaml.YAMLError, RecursionError) as error:
        reason = str(error) if isinstance(error, yaml.YAMLError) else type(error).__name__
        raise SettingsError(f"{path} cannot be read: {reason}") from error
    entries = document.get("conferences") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise SettingsError(
            f"{path} should be like this: conferences: [{{schedule: https://…, workspaces: [T012ABCDEF]}}]"
        )
    return entries


def _read_assignment(
    number: int, entry: Any, folder: Path, read_one: Callable[[Mapping[str, str]], Settings]
) -> ConferenceAssignment:
    if not isinstance(entry, dict) or not entry.keys() <= {"workspaces", *CONFERENCE_VARIABLES}:
        raise SettingsError(
            f"conference {number} takes {', '.join(CONFERENCE_VARIABLES)} and workspaces, and nothing else."
        )
    workspaces = entry.get("workspaces") or []
    if not isinstance(workspaces, list) or not all(re.fullmatch(WORKSPACE, str(workspace)) for workspace in workspaces):
        raise SettingsError(f"conference {number}: workspaces is a list of ids like T012ABCDEF.")
    told = {
        variable: " ".join(map(str, value)) if isinstance(value := entry[key], list) else str(value)
        for key, variable in CONFERENCE_VARIABLES.items()
        if key in entry
    }
    schedule = told.get("QCON_SCHEDULE", "")
    if schedule and "://" not in schedule:
        told["QCON_SCHEDULE"] = str(folder / schedule)
    try:
        return ConferenceAssignment(frozenset(workspaces), read_one(told))
    except SettingsError as error:
        raise SettingsError(f"conference {number}: {error}") from error


ASYNCPG_OPTIONS = ("command_timeout", "host", "passfile", "port", "ssl", "target_session_attrs", "timeout")

# Options of a PostgreSQL's address: asyncpg's, libpq's `sslmode`, and our own `schema`.
POSTGRESQL_OPTIONS = tuple(sorted((*ASYNCPG_OPTIONS, "schema", "sslmode")))

_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_OPTION_CHOICES = {
    "ssl": _SSL_MODES,
    "sslmode": _SSL_MODES,
    "target_session_attrs": ("any", "primary", "standby", "prefer-standby", "read-write", "read-only"),
}

_OPTION_LIMITS = {"command_timeout": 3_600.0, "timeout": 3_600.0, "port": 65_535.0}

POSSIBLE_YEARS = range(1980, 2200)  # of a conference: others are typos, and near the year 1 no time zone works

_SPACES = str.maketrans("\n\r\t", "   ")  # lists may be written over several lines

_URL_SAFE = str.maketrans("-_", "+/")  # Fernet writes keys so, openssl does not; both are read


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from a mapping, or else from the process's environment over `.env` in the working directory.

    With QCON_WORKSPACE they are those of one of many workspaces. Raises SettingsError with every malformed or
    contradictory value, a line each.
    """
    told = environment_with_dotenv() if environment is None else environment
    settings = _EnvironmentReader(told).settings()
    if not (workspace := told.get("QCON_WORKSPACE", "").strip()):
        return settings
    if not re.fullmatch(WORKSPACE, workspace):
        raise SettingsError(f"QCON_WORKSPACE should be a workspace's id like T012ABCDEF, not {workspace!r}.")
    if (theirs := settings.for_workspace(workspace)) is None:
        raise SettingsError(f"QCON_CONFERENCES names no conference for the workspace {workspace}.")
    return theirs


def environment_with_dotenv() -> dict[str, str]:
    """The process's environment, over `.env` in the working directory."""
    file = Path(".env")
    if file.is_dir() or file.is_fifo():  # the first would count as no file, and the second may never end
        raise SettingsError(".env is not a file. Rename it, or write the settings into a file of this name.")
    try:
        in_file = dotenv_values(file)
    except UnicodeDecodeError:
        raise SettingsError("The file .env is not UTF-8 text: save it again as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"The file .env cannot be read: {error.strerror}. Let this user read it.") from None
    return {key: value or "" for key, value in in_file.items()} | dict(os.environ)


def slash_command(text: str) -> str:
    """`/pycon`, also for `pycon`; raises SettingsError for a name that Slack does not take."""
    name = text.strip().removeprefix("/")
    if not name or len(name) > 31 or name != name.lower() or any(c.isspace() or c == "/" for c in name):
        raise SettingsError(f"A slash command is a slash and up to 31 lower-case characters, like /qcon; not {text!r}.")
    return f"/{name}"


class _EnvironmentReader:
    """Reads value by value and keeps what is wrong, so that all of it is told at once."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._known = {"QCON_WORKSPACE"}
        self._problems: list[str] = []

    def settings(self) -> Settings:
        """All of it; raises SettingsError with every problem that was met."""
        now = self._moment("QCON_NOW")
        people, channels = self._organisers()
        settings = Settings(
            bot_token=self._token("SLACK_BOT_TOKEN", "xoxb-"),
            app_token=self._token("SLACK_APP_TOKEN", "xapp-"),
            signing_secret=self._secret("SLACK_SIGNING_SECRET"),
            client_id=self._text("SLACK_CLIENT_ID"),
            client_secret=self._secret("SLACK_CLIENT_SECRET"),
            token_keys=self._keys("QCON_TOKEN_KEYS"),
            conferences=self._conferences("QCON_CONFERENCES"),
            slack_api_url=self._url("SLACK_API_URL", "https://slack.com/api").rstrip("/") + "/",
            host=self._host("HOST", "127.0.0.1"),
            port=self._whole_number("PORT", 3000, least=0, most=65535),
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
            rate_per_minute=self._whole_number("QCON_RATE_PER_MINUTE", 300, least=1, most=100_000),
            most_workspaces=self._whole_number("QCON_MOST_WORKSPACES", 1_000, least=1, most=10_000),
            http_timeout_s=self._number("QCON_HTTP_TIMEOUT_S", 15, least=0.1, most=120),
            lease_s=self._number("QCON_LEASE_S", 120, least=1, most=600),
            settle_s=self._number("QCON_SETTLE_S", 30, least=0, most=600),
        )
        problems = [*self._problems, *self._contradictions(settings), *self._unknown()]
        if problems:
            raise SettingsError("\n".join(dict.fromkeys(problems)))
        return settings

    def _contradictions(self, settings: Settings) -> Iterator[str]:
        if settings.lease_s <= settings.http_timeout_s:
            yield "QCON_LEASE_S must be longer than QCON_HTTP_TIMEOUT_S, or two processes could post the same message."
        if self._get("QCON_SPEED").strip() and not settings.rehearsing:
            yield "QCON_SPEED needs QCON_NOW: only a rehearsal runs faster."
        if settings.rehearsal_channel and not settings.rehearsing:
            yield "QCON_REHEARSAL_CHANNEL needs QCON_NOW: it is where a rehearsal posts."
        if settings.conferences and not settings.multi_workspace:
            yield "QCON_CONFERENCES needs SLACK_CLIENT_ID: one workspace has one conference."
        if settings.multi_workspace and (settings.bot_token or settings.app_token):
            yield "SLACK_CLIENT_ID is for many workspaces over HTTP, SLACK_BOT_TOKEN and SLACK_APP_TOKEN for one: use one or the other."
        needed = {
            "SLACK_CLIENT_SECRET": settings.client_secret,
            "SLACK_SIGNING_SECRET": settings.signing_secret,
            "QCON_PUBLIC_URL": settings.public_url,
            "QCON_TOKEN_KEYS": self._get("QCON_TOKEN_KEYS").strip(),  # though they may be malformed
        }
        missing = [name for name, value in needed.items() if not value]
        if settings.multi_workspace and missing:
            yield f"SLACK_CLIENT_ID needs {', '.join(missing)} too: see docs/workspaces.md."

    def _get(self, name: str) -> str:
        self._known.add(name)
        return self._environment.get(name, "")

    def _unknown(self) -> Iterator[str]:
        """The variables that look like settings and are none. Kubernetes sets QCON_BOT_… for a service `qcon-bot`."""
        for name in sorted(self._environment.keys() - self._known):
            if re.match("QCON_(?!BOT_)", name):
                close = get_close_matches(name, self._known, 1)
                yield f"{name} isn't a setting. {f'Did you mean {close[0]}?' if close else 'Remove it.'}"

    def _text(self, name: str, default: str = "") -> str:
        value = self._get(name).strip()
        if not value.translate(_SPACES).isprintable():
            self._problems.append(f"{name} holds a character that cannot be printed; write it again by hand.")
        return value or default

    def _secret(self, name: str) -> str:
        value = self._get(name).strip()
        if not re.fullmatch("[!-~]*", value):
            self._problems.append(f"{name} takes letters, digits and symbols without spaces; copy it again from Slack.")
        return value

    def _host(self, name: str, default: str) -> str:
        value = self._text(name, default)
        try:
            value.encode("idna")
        except UnicodeError:
            self._problems.append(f"{name} should be an address or a name like 127.0.0.1, not {value!r}.")
        return value

    def _token(self, name: str, prefix: str) -> str:
        value = self._secret(name)
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
        if not (path := self._text(name)):
            return ()
        shared = {key: value for key, value in self._environment.items() if key not in (name, "QCON_WORKSPACE")}
        try:
            return read_conferences(path, lambda changed: read_settings({**shared, **changed}))
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
        if value and not (re.match(r"https?://[^/\s]+", value) and _has_valid_host(value)):
            self._problems.append(f"{name} should be an address like https://bot.example.org.")
        return value

    def _database(self, default: str) -> str:
        value = self._text("QCON_DATABASE_URL", default)
        if not re.fullmatch(
            r"sqlite:///(?!:memory:).+|postgres(ql)?://([^?]*@)?(\[[\da-fA-F:.]+\]|[^\[\]:/?@]*)(:\d{1,5})?(/.*|\?.*)?",
            value,
        ):
            self._problems.append(
                "QCON_DATABASE_URL should be sqlite:////absolute/path or postgresql://user@host:5432/name."
            )
        known = POSTGRESQL_OPTIONS if value.startswith("postgres") else ()
        for option, given in parse_qs(value.partition("?")[2], keep_blank_values=True).items():
            if option not in known:
                takes = f"takes {', '.join(known)}, not" if known else "takes no options for SQLite: remove"
                self._problems.append(f"QCON_DATABASE_URL {takes} {option!r}.")
            elif takes := next(filter(None, (_option_takes(option, one) for one in given)), ""):
                self._problems.append(f"QCON_DATABASE_URL: {option} takes {takes}, not {given[-1]!r}.")
        return value

    def _number(self, name: str, default: float, least: float, most: float) -> float:
        text = self._text(name, str(default))
        with suppress(ValueError):
            if least <= (value := float(text)) <= most:
                return value
        self._problems.append(f"{name} should be a number from {least:g} to {most:g}, not {text!r}.")
        return default

    def _whole_number(self, name: str, default: int, least: int, most: int) -> int:
        text = self._text(name, str(default))
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) and least <= int(text) <= most:
            return int(text)
        self._problems.append(f"{name} should be a whole number from {least} to {most}, not {text!r}.")
        return default

    def _moment(self, name: str) -> datetime | None:
        if not (text := self._text(name)):
            return None
        with suppress(ValueError):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None and moment.year in POSSIBLE_YEARS:
                return moment
        self._problems.append(f"{name} should be a venue time like 2019-03-05T10:20, not {text!r}.")
        return None

    def _organisers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """People and channels; at most one channel, and nothing else."""
        ids = tuple(re.split(r"[\s,]+", self._text("QCON_ORGANISERS"))) if self._text("QCON_ORGANISERS") else ()
        people = tuple(id for id in ids if re.fullmatch(r"[UW][A-Z0-9]+", id))
        channels = tuple(id for id in ids if re.fullmatch(r"[CG][A-Z0-9]+", id))
        others = (id for id in ids if id not in people + channels)
        self._problems += (f"QCON_ORGANISERS takes ids like U012ABCDEF, not {id!r}." for id in others)
        if len(channels) > 1:
            self._problems.append("QCON_ORGANISERS takes at most one channel.")
        return people, channels


def _option_takes(option: str, value: str) -> str:
    """The values that an option of a database's address takes, in words, if this is none of them."""
    if choices := _OPTION_CHOICES.get(option):
        return "" if value in choices else f"one of {', '.join(choices)}"
    if most := _OPTION_LIMITS.get(option):
        with suppress(ValueError):
            if 0 < float(value) <= most:
                return ""
        return f"a number above 0, up to {most:g}"
    return ""


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.translate(_URL_SAFE), validate=True)) == 32
    except ValueError:  # no base64, or no ASCII
        return False


def _has_valid_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0  # both raise ValueError, for a bracket or a port
    except ValueError:
        return False
