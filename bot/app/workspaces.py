"""The workspaces that installed the bot: each at work with a conference and data of its own, until it leaves."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import telemetry
from bot.app.node import DRAIN_S, Node
from bot.app.workspace import Workspace, at_work
from bot.clock import Clock, Patience, stopwatch
from bot.errors import BotError
from bot.handlers.departure import Departures
from bot.handlers.reception import Reception
from bot.reminders.boundary import safely
from bot.settings import Settings, home
from bot.slack.connection import TokenRefusedError
from bot.store import homes
from bot.store.installations import Installations

LOOK_S = 5.0  # a workspace that another node installed is at work here after so long
AGAIN_S = 60.0  # what did not open, because of its schedule for instance, is tried again after so long
AT_ONCE = 4  # that are opened at a time: each builds an index
STALE_S = 60.0  # without a look at who installed it, something is wrong

_log = telemetry.logger("app")


@dataclass(frozen=True, slots=True)
class _Open:
    """A workspace at work, the token it began with, and how to end it."""

    workspace: Workspace
    token: str
    ending: AsyncExitStack


class Workspaces:
    """Keeps to who installed the bot: opens who is new, closes who is gone, and deletes what they leave behind."""

    def __init__(self, settings: Settings, installations: Installations, node: Node, stranger: Reception) -> None:
        """`stranger` answers where the bot is not at work."""
        self._settings = settings
        self._installations = installations
        self._node = node
        self._stranger = stranger
        self._open: dict[str, _Open] = {}
        self._again: dict[str, float] = {}  # stopwatch; who did not open
        self._unreadable: frozenset[str] = frozenset()
        self._looked = stopwatch()
        self._wake = asyncio.Event()
        self._opened = asyncio.Condition()
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """All of them, while inside; who does not open is told in the log, and tried again."""
        try:
            await self.look()
            yield
        finally:
            async with self._one_at_a_time:
                await asyncio.gather(*map(self._close, tuple(self._open)))

    async def follow(self) -> None:
        """Look again and again, for ever."""
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            await safely("looking who installed the bot", self.look)

    async def look(self) -> None:
        """Bring about what the installations say."""
        async with self._one_at_a_time:
            left = await self._installations.departures()  # asked first, so that who is among them is closed below
            tokens, unreadable = await self._installations.installed()
            self._tell_unreadable(unreadable)
            # Another process may have a key that this one lacks: where the bot is at work, it stays.
            readable = [id for id in self._open if id not in unreadable]
            changed = [id for id in readable if tokens.get(id) != self._open[id].token]
            await asyncio.gather(*map(self._close, changed))
            await self._wipe([one.workspace for one in left if one.due])
            room = max(0, self._settings.most_workspaces - len(self._open))
            new = [id for id in tokens if id not in self._open and self._again.get(id, 0.0) <= stopwatch()][:room]
            few = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._begin(id, tokens[id], few) for id in new))
            self._looked = stopwatch()

    def now(self) -> Sequence[Workspace]:
        """Those where the bot is at work."""
        return [one.workspace for one in self._open.values()]

    def find(self, id: str) -> Workspace | None:
        """One of them, if the bot is at work there."""
        return self._open[id].workspace if id in self._open else None

    def problems(self) -> Sequence[str]:
        """For `/readyz`: not that one does not open, since the others are served."""
        age_s = stopwatch() - self._looked
        return [f"workspaces: nobody looked for new ones for {age_s:.0f} s"] if age_s > STALE_S else []

    async def opened(self, id: str, within_s: float = 10.0) -> bool:
        """Wait a little for a workspace that was just installed; whether the bot is at work there."""
        self._again.pop(id, None)
        self._wake.set()
        try:
            async with asyncio.timeout(within_s), self._opened:
                await self._opened.wait_for(lambda: id in self._open)
        except TimeoutError:
            return False
        return True

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """What the workspace's own app answers; each checks the signature itself."""
        found = self.find(req.context.team_id or "")
        return await (found.app if found else self._stranger).async_dispatch(req)

    def _tell_unreadable(self, unreadable: frozenset[str]) -> None:
        """Log of which workspaces no key opens the token, once; the others are served."""
        if unreadable - self._unreadable:
            _log.warning("no key of QCON_TOKEN_KEYS opens the token", workspaces=sorted(unreadable))
        self._unreadable = unreadable

    async def _begin(self, id: str, token: str, few: asyncio.Semaphore) -> None:
        async with few:
            if await safely(f"opening {id}", self._enter, id, token):
                async with self._opened:
                    self._opened.notify_all()
            if id not in self._open:
                self._again[id] = stopwatch() + AGAIN_S

    async def _enter(self, id: str, token: str) -> None:
        settings = self._settings.of(id)
        if settings is None:
            _log.warning("no conference", workspace=id)
            return
        node = replace(self._node, patience=Patience(DRAIN_S))  # each has its own time to end
        topics = (Departures(self._leave),)
        try:
            async with AsyncExitStack() as stack:
                working = at_work(replace(settings, bot_token=token), node, more=topics)
                workspace = await stack.enter_async_context(working)
                self._open[id] = _Open(workspace, token, stack.pop_all())
        except BotError as error:
            if isinstance(error, TokenRefusedError) and error.for_good:
                await self._installations.leave(id)
            _log.warning("not at work", workspace=id, reason=str(error))

    async def _close(self, id: str) -> None:
        await safely(f"closing {id}", self._open.pop(id).ending.aclose)

    async def _leave(self, id: str) -> None:
        await self._installations.leave(id)
        self._wake.set()

    async def _wipe(self, ids: Iterable[str]) -> None:
        for id in ids:
            await homes.wipe(home(self._settings.database_url, id), Clock().machine)
            await self._installations.wiped(id)
            _log.info("left, and everything of it deleted", workspace=id)
