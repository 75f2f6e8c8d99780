"""Settings: read once from the environment into a frozen object; and the file with each workspace's conference.

Nothing else reads os.environ.
"""

import base64
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
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


def read_conferences(path: str, environment: Mapping[str, str]) -> tuple[ConferenceAssignment, ...]:
    """The conferences of a YAML file, each with its own values of some variables in place of the environment's.

    A schedule's path is relative to the file. Raises SettingsError with what is wrong and in which entry.
    """
    shared = {name: text for name, text in environment.items() if name not in ("QCON_CONFERENCES", "QCON_WORKSPACE")}
    folder = Path(path).absolute().parent
    entries = _entries(path)
    conferences = tuple(_read_assignment(number, entry, folder, shared) for number, entry in enumerate(entries, 1))
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


_OF_A_CONFERENCE = ("schedule", "name", "timezone", "organisers")


def _read_assignment(number: int, entry: Any, folder: Path, shared: Mapping[str, str]) -> ConferenceAssignment:
    if not isinstance(entry, dict) or not entry.keys() <= {"workspaces", *_OF_A_CONFERENCE}:
        raise SettingsError(
            f"conference {number} takes {', '.join(_OF_A_CONFERENCE)} and workspaces, and nothing else."
        )
    workspaces = entry.get("workspaces") or []
    if not isinstance(workspaces, list) or not all(re.fullmatch(WORKSPACE, str(workspace)) for workspace in workspaces):
        raise SettingsError(f"conference {number}: workspaces is a list of ids like T012ABCDEF.")
    told = {
        _FIELDS[key][0]: " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in entry.items()
        if key != "workspaces"
    }
    schedule = told.get("QCON_SCHEDULE", "")
    if schedule and "://" not in schedule:
        told["QCON_SCHEDULE"] = str(folder / schedule)
    try:
        return ConferenceAssignment(frozenset(workspaces), read_settings({**shared, **told}))
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


# A parser makes a value of a variable's text. It raises ValueError with each problem, in words that follow the
# variable's name, or SettingsError with a sentence.
Parse = Callable[[str], Any]


def _text(text: str) -> str:
    if not text.translate(_SPACES).isprintable():
        raise ValueError("holds a character that cannot be printed; write it again by hand.")
    return text


def _secret(text: str) -> str:
    if not re.fullmatch("[!-~]*", text):
        raise ValueError("takes letters, digits and symbols without spaces; copy it again from Slack.")
    return text


def _token(prefix: str) -> Parse:
    def parse(text: str) -> str:
        if not _secret(text).startswith(prefix):
            raise ValueError(f"should begin with {prefix}; copy it again from your app's page at Slack.")
        return text

    return parse


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(filter(None, re.split(r"[\s,]+", text)))
    if not all(map(_is_key, keys)):
        raise ValueError("takes keys of 32 random bytes in base64; `openssl rand -base64 32` makes one.")
    return keys


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.translate(_URL_SAFE), validate=True)) == 32
    except ValueError:  # no base64, or no ASCII
        return False


def _host(text: str) -> str:
    try:
        _text(text).encode("idna")
    except UnicodeError:
        raise ValueError(f"should be an address or a name like 127.0.0.1, not {text!r}.") from None
    return text


def _url(text: str) -> str:
    _text(text)
    with suppress(ValueError):  # for a bracket or a port
        parts = urlsplit(text)
        if re.match(r"https?://[^/\s]+", text) and parts.hostname and parts.port != 0:
            return text
    raise ValueError("should be an address like https://bot.example.org.")


def _database(text: str) -> str:
    if not re.fullmatch(
        r"sqlite:///(?!:memory:).+|postgres(ql)?://([^?]*@)?(\[[\da-fA-F:.]+\]|[^\[\]:/?@]*)(:\d{1,5})?(/.*|\?.*)?",
        _text(text),
    ):
        raise ValueError("should be sqlite:////absolute/path or postgresql://user@host:5432/name.")
    options = parse_qs(text.partition("?")[2], keep_blank_values=True)
    problems = []
    if text.startswith("sqlite") and options:
        raise ValueError(f"takes no options for SQLite: remove {next(iter(options))!r}.")
    for option, given in options.items():
        if option not in POSTGRESQL_OPTIONS:
            problems.append(f"takes {', '.join(POSTGRESQL_OPTIONS)}, not {option!r}.")
        elif takes := next(filter(None, (_option_takes(option, one) for one in given)), ""):
            problems.append(f"takes {takes} for {option}, not {given[-1]!r}.")
    if problems:
        raise ValueError(*problems)
    return text


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


def _number(least: float, most: float) -> Parse:
    def parse(text: str) -> float:
        with suppress(ValueError):
            if least <= (value := float(text)) <= most:
                return value
        raise ValueError(f"should be a number from {least:g} to {most:g}, not {text!r}.")

    return parse


def _whole_number(least: int, most: int) -> Parse:
    def parse(text: str) -> int:
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) and least <= int(text) <= most:
            return int(text)
        raise ValueError(f"should be a whole number from {least} to {most}, not {text!r}.")

    return parse


def _moment(text: str) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and moment.year in POSSIBLE_YEARS:
            return moment
    raise ValueError(f"should be a venue time like 2019-03-05T10:20, not {text!r}.")


def _people(text: str) -> tuple[str, ...]:
    return tuple(id for id in _organisers(text) if id[0] in "UW")


def _channel(text: str) -> str:
    return next((id for id in _organisers(text) if id[0] in "CG"), "")


def _organisers(text: str) -> list[str]:
    """The ids of people and of at most one channel."""
    ids = [id for id in re.split(r"[\s,]+", text) if id]
    problems = [f"takes ids like U012ABCDEF, not {id!r}." for id in ids if not re.fullmatch(r"[UWCG][A-Z0-9]+", id)]
    if sum(id[0] in "CG" for id in ids) > 1:
        problems.append("takes at most one channel.")
    if problems:
        raise ValueError(*problems)
    return ids


def slash_command(text: str) -> str:
    """`/pycon`, also for `pycon`; raises SettingsError for a name that Slack does not take."""
    name = text.strip().removeprefix("/")
    if not name or len(name) > 31 or name != name.lower() or any(c.isspace() or c == "/" for c in name):
        raise SettingsError(f"A slash command is a slash and up to 31 lower-case characters, like /qcon; not {text!r}.")
    return f"/{name}"


# The variable and the parser of each field of Settings. Where the variable is empty, the field keeps its default.
_FIELDS: Mapping[str, tuple[str, Parse]] = {
    "bot_token": ("SLACK_BOT_TOKEN", _token("xoxb-")),
    "app_token": ("SLACK_APP_TOKEN", _token("xapp-")),
    "signing_secret": ("SLACK_SIGNING_SECRET", _secret),
    "client_id": ("SLACK_CLIENT_ID", _text),
    "client_secret": ("SLACK_CLIENT_SECRET", _secret),
    "token_keys": ("QCON_TOKEN_KEYS", _keys),
    "slack_api_url": ("SLACK_API_URL", lambda text: f"{_url(text).rstrip('/')}/"),
    "host": ("HOST", _host),
    "port": ("PORT", _whole_number(0, 65_535)),
    "command": ("QCON_COMMAND", slash_command),
    "schedule": ("QCON_SCHEDULE", _text),
    "name": ("QCON_NAME", _text),
    "timezone": ("QCON_TIMEZONE", _text),
    "database_url": ("QCON_DATABASE_URL", _database),
    "organisers": ("QCON_ORGANISERS", _people),
    "organisers_channel": ("QCON_ORGANISERS", _channel),
    "public_url": ("QCON_PUBLIC_URL", lambda text: _url(text).rstrip("/")),
    "heartbeat_url": ("QCON_HEARTBEAT_URL", _url),
    "grace_s": ("QCON_GRACE_S", _number(0, 120)),
    "rehearsal_now": ("QCON_NOW", _moment),
    "rehearsal_speed": ("QCON_SPEED", _number(0.1, 10_000)),
    "rehearsal_channel": ("QCON_REHEARSAL_CHANNEL", _text),
    "rate_per_minute": ("QCON_RATE_PER_MINUTE", _whole_number(1, 100_000)),
    "most_workspaces": ("QCON_MOST_WORKSPACES", _whole_number(1, 10_000)),
    "http_timeout_s": ("QCON_HTTP_TIMEOUT_S", _number(0.1, 120)),
    "lease_s": ("QCON_LEASE_S", _number(1, 600)),
    "settle_s": ("QCON_SETTLE_S", _number(0, 600)),
}

_KNOWN = {variable for variable, _ in _FIELDS.values()} | {"QCON_CONFERENCES", "QCON_WORKSPACE"}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from a mapping, or else from the process's environment over `.env` in the working directory.

    With QCON_WORKSPACE they are those of one of many workspaces. Raises SettingsError with every malformed or
    contradictory value, a line each.
    """
    environment = environment_with_dotenv() if environment is None else environment
    told = {name: stripped for name, text in environment.items() if (stripped := text.strip())}
    settings = _read_all(told, environment.keys())
    if not (workspace := told.get("QCON_WORKSPACE", "")):
        return settings
    if not re.fullmatch(WORKSPACE, workspace):
        raise SettingsError(f"QCON_WORKSPACE should be a workspace's id like T012ABCDEF, not {workspace!r}.")
    if (theirs := settings.for_workspace(workspace)) is None:
        raise SettingsError(f"QCON_CONFERENCES names no conference for the workspace {workspace}.")
    return theirs


def _read_all(told: Mapping[str, str], names: Collection[str]) -> Settings:
    """The settings of the whole process, of the variables with these names. Raises SettingsError with every problem."""
    values: dict[str, Any] = {}
    parsers = {**_FIELDS, "conferences": ("QCON_CONFERENCES", lambda path: read_conferences(_text(path), told))}
    problems: list[str] = []
    for field_name, (variable, parse) in parsers.items():
        try:
            if variable in told:
                values[field_name] = parse(told[variable])
        except SettingsError as error:
            problems.append(f"{variable}: {error}")
        except ValueError as error:
            problems += (f"{variable} {problem}" for problem in error.args)
    if "rehearsal_now" in values:
        values.setdefault("database_url", REHEARSAL_DATABASE)
    settings = Settings(**values)
    problems += [*_contradictions(settings, told), *_unknown(names)]
    if problems:
        raise SettingsError("\n".join(dict.fromkeys(problems)))
    return settings


def _contradictions(settings: Settings, told: Mapping[str, str]) -> Iterator[str]:
    if settings.lease_s <= settings.http_timeout_s:
        yield "QCON_LEASE_S must be longer than QCON_HTTP_TIMEOUT_S, or two processes could post the same message."
    if "QCON_SPEED" in told and not settings.rehearsing:
        yield "QCON_SPEED needs QCON_NOW: only a rehearsal runs faster."
    if settings.rehearsal_channel and not settings.rehearsing:
        yield "QCON_REHEARSAL_CHANNEL needs QCON_NOW: it is where a rehearsal posts."
    if settings.conferences and not settings.multi_workspace:
        yield "QCON_CONFERENCES needs SLACK_CLIENT_ID: one workspace has one conference."
    if settings.multi_workspace and (settings.bot_token or settings.app_token):
        yield "SLACK_CLIENT_ID is for many workspaces over HTTP, SLACK_BOT_TOKEN and SLACK_APP_TOKEN for one: use one or the other."
    if settings.multi_workspace and re.search(r"[?&]schema=", settings.database_url):
        yield "QCON_DATABASE_URL takes no schema with SLACK_CLIENT_ID: each workspace has a schema of its own."
    needed = ("SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET", "QCON_PUBLIC_URL", "QCON_TOKEN_KEYS")
    missing = [name for name in needed if name not in told]
    if settings.multi_workspace and missing:
        yield f"SLACK_CLIENT_ID needs {', '.join(missing)} too: see docs/workspaces.md."


def _unknown(names: Collection[str]) -> Iterator[str]:
    """The variables that look like settings and are none. Kubernetes sets QCON_BOT_… for a service `qcon-bot`."""
    for name in sorted(set(names) - _KNOWN):
        if re.match("QCON_(?!BOT_)", name):
            close = get_close_matches(name, _KNOWN, 1)
            yield f"{name} isn't a setting. {f'Did you mean {close[0]}?' if close else 'Remove it.'}"
