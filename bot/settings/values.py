"""What the operator decided."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

SHIPPED_SCHEDULE = Path(__file__).parents[2] / "data" / "qcon-london-2019.yaml"
COMMAND = "/qcon"
WORKSPACE = r"T[A-Z0-9]{2,30}"  # a workspace's id at Slack
LIVE_DATABASE = "sqlite:///qcon-bot.sqlite3"
REHEARSAL_DATABASE = "sqlite:///qcon-bot-rehearsal.sqlite3"


@dataclass(frozen=True, slots=True)
class Settings:
    """Of one workspace, or of a process that serves many. Secrets are kept out of `repr`."""

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
    name: str = ""  # the conference's, where the schedule is to be called otherwise than it calls itself
    timezone: str = ""  # the venue's, where the schedule tells none
    database_url: str = field(default=LIVE_DATABASE, repr=False)
    organisers: tuple[str, ...] = ()  # Slack user ids
    organisers_channel: str = ""
    public_url: str = ""
    heartbeat_url: str = field(default="", repr=False)
    grace_s: float = 3.0
    rehearsal_now: datetime | None = None  # naive: the venue's wall clock
    rehearsal_speed: float = 1.0
    rehearsal_channel: str = ""
    rate_per_minute: int = 300
    most_workspaces: int = 50  # each takes memory for its schedule and index, in every process
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
        """Whether workspaces install the bot by themselves."""
        return bool(self.client_id)

    def for_workspace(self, workspace: str) -> "Settings | None":
        """The settings of one of many workspaces, all but its token; nothing where it has no conference here."""
        named = (one for one in self.conferences if workspace in one.workspaces)
        anyone = (one for one in self.conferences if not one.workspaces)
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
            public_url=f"{self.public_url}/w/{workspace}" if self.public_url else "",
        )


@dataclass(frozen=True, slots=True)
class ConferenceAssignment:
    """A conference, and the workspaces that have it: those named, or everyone whom no other conference names."""

    workspaces: frozenset[str]
    settings: Settings


def workspace_database_url(database_url: str, workspace: str) -> str:
    """Where one of many workspaces keeps its data: a schema of its own in PostgreSQL, a file of its own beside SQLite's."""
    if database_url.startswith("sqlite"):
        return re.sub(r"(\.\w+)?$", rf".{workspace}\1", database_url, count=1)
    return f"{database_url}{'&' if '?' in database_url else '?'}schema=workspace_{workspace.lower()}"
