"""The workspaces that installed the bot, with their tokens sealed: who reads the database alone can do nothing at Slack."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import Column, Connection, MetaData, String, Table, bindparam, delete, func, select, text, update

from bot.clock import Clock
from bot.errors import SettingsError
from bot.store.columns import Moment
from bot.store.database import Database, Transaction
from bot.store.migrations import LOCK

STATE_S = 600  # from the button at /slack/install until Slack sends the installer back
WIPED_AFTER = timedelta(seconds=15)  # by then every node has noticed, and works no more for who left

DEPARTURES = Table(
    "departures",
    MetaData(),
    Column("workspace", String, primary_key=True),
    Column("at", Moment, nullable=False),  # machine time
)


class Departure(NamedTuple):
    """A workspace that took the bot out, and whether its data may be deleted now."""

    workspace: str
    due: bool


class States(AsyncSQLAlchemyOAuthStateStore):
    """slack_sdk's store of installations under way, which does not keep those that came to nothing."""

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        over = Clock().wall().replace(tzinfo=None)  # as slack_sdk keeps it
        async with self.engine.begin() as connection:
            await connection.execute(delete(self.oauth_states).where(self.oauth_states.c.expire_at < over))
        return await super().async_issue(*args, **kwargs)


class Installations(AsyncSQLAlchemyInstallationStore):
    """slack_sdk's store over the bot's own database. It keeps the bot's token, once a workspace, and nobody's name."""

    def __init__(
        self, client_id: str, keys: Sequence[str], database: Database, wiped_after: timedelta = WIPED_AFTER
    ) -> None:
        """`keys` are 32 random bytes each, in base64: the first one seals, any of them opens."""
        super().__init__(client_id, database.engine)
        self.states = States(STATE_S, database.engine, logging.getLogger(__name__))
        self._database = database
        self._wiped_after = wiped_after
        self._seal = MultiFernet([Fernet(key.translate(str.maketrans("+/", "-_"))) for key in keys])

    async def prepare(self) -> None:
        """Make the tables where they are missing, and seal with the first key what an older one sealed.

        Raises SettingsError where no key opens a token.
        """
        await self._database.write(self._make_tables)
        try:
            await self._database.write(self._rotate)
        except InvalidToken as error:
            raise SettingsError(
                "QCON_TOKEN_KEYS opens not every stored token: add the key that was used before behind the new one."
            ) from error

    async def async_save(self, installation: Installation) -> None:
        """Instead of the token that the workspace had."""
        bot = installation.to_bot()
        bot.bot_token = self._seal.encrypt(bot.bot_token.encode()).decode()
        await self.async_save_bot(bot)
        await self._database.write(self._forget_older, bot.team_id or "")

    async def tokens(self) -> Mapping[str, str]:
        """By workspace: those that installed the bot, but for who left and whose data are still to be deleted."""
        found = await self._database.read(self._sealed)
        return {workspace: self._seal.decrypt(sealed).decode() for workspace, sealed in found.items()}

    async def leave(self, workspace: str) -> None:
        """Forget the token at once, and have everything else of it deleted soon."""
        await self._database.write(self._leave, workspace)

    async def departures(self) -> Sequence[Departure]:
        """Who left, and is not deleted yet."""
        return await self._database.read(_departures, self._wiped_after)

    async def wiped(self, workspace: str) -> None:
        """Its data are gone."""
        await self._database.write(_wiped, workspace)

    async def _make_tables(self, tx: Transaction) -> None:
        def make(connection: Connection) -> None:
            for tables in (self.bots.metadata, self.states.metadata, DEPARTURES.metadata):
                wanted = [one for one in tables.sorted_tables if one is not self.installations]
                tables.create_all(connection, wanted)

        if tx.on_postgresql:
            await tx.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        await tx.connection.run_sync(make)

    async def _rotate(self, tx: Transaction) -> None:
        c = self.bots.c
        rows = await tx.execute(select(c.id, c.bot_token).where(c.client_id == self.client_id))
        anew = [{"row": row.id, "token": self._seal.rotate(row.bot_token).decode()} for row in rows]
        if anew:
            await tx.execute(
                update(self.bots).where(c.id == bindparam("row")).values(bot_token=bindparam("token")), anew
            )

    async def _sealed(self, tx: Transaction) -> dict[str, str]:
        c = self.bots.c
        here = (c.client_id == self.client_id, c.team_id.not_in(select(DEPARTURES.c.workspace)))
        rows = await tx.execute(select(c.team_id, c.bot_token).where(*here).order_by(c.id))
        return {row.team_id: row.bot_token for row in rows}

    async def _forget(self, tx: Transaction, workspace: str) -> None:
        await tx.execute(delete(self.bots).where(self.bots.c.team_id == workspace))

    async def _forget_older(self, tx: Transaction, workspace: str) -> None:
        """All but its newest token."""
        c = self.bots.c
        newest = select(func.max(c.id)).where(c.team_id == workspace).scalar_subquery()
        await tx.execute(delete(self.bots).where(c.team_id == workspace, c.id < newest))

    async def _leave(self, tx: Transaction, workspace: str) -> None:
        await self._forget(tx, workspace)
        departure = tx.insert(DEPARTURES).values(workspace=workspace, at=await tx.machine())
        await tx.execute(departure.on_conflict_do_nothing())


async def _departures(tx: Transaction, wiped_after: timedelta) -> list[Departure]:
    by: datetime = await tx.machine() - wiped_after
    return [Departure(row.workspace, row.at <= by) for row in await tx.execute(select(DEPARTURES))]


async def _wiped(tx: Transaction, workspace: str) -> None:
    await tx.execute(delete(DEPARTURES).where(DEPARTURES.c.workspace == workspace))
