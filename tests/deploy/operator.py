"""An operator who follows deploy/README.md with systemd, and replacements for what a test must not do to its machine."""

import re
import shlex
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from tests.deploy import unit
from tests.deploy.machine import Machine
from tests.end_to_end.processes import Running, wait_until_ready
from tests.fake_slack.server import SlackForTests

ENV = "/etc/qcon-bot.env"

POSTGRESQL_PROGRAMS = ("createuser", "createdb", "pg_dump", "pg_restore")

UNITS = "/etc/systemd/system"


class Operator:
    """Types the lines of the instructions; stops the service at the end."""

    def __init__(
        self, machine: Machine, folder: Path, slack: SlackForTests, postgresql: tuple[Path, Path] | None = None
    ) -> None:
        """`folder` has the download. `postgresql` holds the folders of a server's socket and of its programs."""
        self.folder = folder
        self.machine = machine
        self._slack = slack
        self._postgresql = postgresql
        self._running = AsyncExitStack()
        self._service: Running | None = None

    @property
    def service(self) -> Running:
        assert self._service is not None, "the service does not run"
        return self._service

    async def __aenter__(self) -> "Operator":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def types(self, line: str) -> None:
        """Run one line of the instructions."""
        words = shlex.split(line)
        user = ""
        if words[0] == "sudo":
            user = words[1].removeprefix("--user=") if words[1].startswith("--user=") else "root"
            words = words[2:] if words[1].startswith("--user=") else words[1:]
        if words[0] in ("apt-get", "useradd"):
            return
        if words[0] == "systemctl" and words[-1].endswith(".timer"):
            assert self.machine.path(f"{UNITS}/{words[-1]}").exists()
        elif words[0] == "systemctl" and words[-1] == "qcon-bot-backup":
            self._runs_once(f"{words[-1]}.service")
        elif words[0] == "systemctl":
            await self._systemctl(words[1])
        elif words[0] == "curl":
            await self._curl(words[-1])
        elif words[0] in POSTGRESQL_PROGRAMS:
            self._administers(words, user)
        else:
            self.machine.run(shlex.join(words), cwd=self.folder, as_service=user == "qcon-bot")

    def writes_the_settings(self) -> None:
        """Replace the lines of the settings that the instructions ask for, for HTTP."""
        slack, path = self._slack, self.machine.path(ENV)
        settings = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url, "PORT": "0"}
        settings |= {"SLACK_SIGNING_SECRET": slack.signing_secret, "SLACK_APP_TOKEN": ""}
        text = path.read_text(encoding="utf-8")
        for name, value in settings.items():
            text = re.sub(rf"^{name}=.*\n", "", text, flags=re.MULTILINE) + f"{name}={value}\n"
        path.write_text(text, encoding="utf-8")

    def uncomments(self, name: str) -> None:
        """Remove the `#` before a setting."""
        path = self.machine.path(ENV)
        text = path.read_text(encoding="utf-8")
        assert f"\n#{name}=" in text
        path.write_text(text.replace(f"\n#{name}=", f"\n{name}="), encoding="utf-8")

    async def _systemctl(self, verb: str) -> None:
        if verb == "daemon-reload":
            return
        if verb in ("stop", "restart"):
            assert await self.service.stop() == 0
            self._service = None
        if verb != "stop":
            assert verb in ("enable", "start", "restart")
            process = await unit.start(unit.read(self.machine.path(f"{UNITS}/qcon-bot.service")), self.machine)
            self._service = await self._running.enter_async_context(wait_until_ready(process))
            self._slack.connect(f"{self._service.url}/slack/events")

    def _runs_once(self, name: str) -> None:
        """Run a service that ends by itself."""
        service = unit.read(self.machine.path(f"{UNITS}/{name}"))
        line = f"env {unit.one(service, 'Service.Environment')} {unit.one(service, 'Service.ExecStart')}"
        self.machine.run(line, cwd=self.folder, as_service=True)

    async def _curl(self, url: str) -> None:
        local = url.replace("http://127.0.0.1:3000", self.service.url)  # a free port, so that tests don't collide
        async with aiohttp.ClientSession() as session, session.get(local) as response:
            assert response.status == 200, await response.text()

    def _administers(self, words: list[str], user: str) -> None:
        """Run one of the server's own programs: another version refuses to make a backup."""
        assert self._postgresql is not None
        socket, programs = self._postgresql
        variables = {"PGHOST": str(socket), "PGUSER": user}
        self.machine.run(shlex.join([str(programs / words[0]), *words[1:]]), variables, self.folder)
