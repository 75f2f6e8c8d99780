"""The workspaces that installed the bot. Their tokens are encrypted: the database alone opens no access to Slack."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore, SQLAlchemyInstallationStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Row,
    RowMapping,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)

from bot import telemetry
from bot.clock import Clock
from bot.db.database import LOCK, Database, Transaction
from bot.db.sql import Moment
from bot.db.tables import UNINSTALLS
from bot.errors import SettingsError
from bot.slack.posting import FAILURES

KEPT = timedelta(hours=1)  # a used state, which is far longer than any is good for

DELETE_AFTER = timedelta(minutes=2)  # by then every process has closed the workspace that left

RENEW_BEFORE = timedelta(hours=2)  # a token with an expiry lives for twelve

_log = telemetry.logger("web")

USED_STATES = Table(
    "used_install_states",
    UNINSTALLS.metadata,
    Column("state", String, primary_key=True),
    Column("expires", Moment, nullable=False),  # by the processes' own clocks
)


class Uninstall(NamedTuple):
    """A workspace that removed the bot, and whether its data may be deleted now."""

    workspace: str
    due: bool


class InstalledBot(NamedTuple):
    """The bot in one workspace, as Slack named it when it was installed."""

    token: str
    bot: str
    bot_user: str


class Installed(NamedTuple):
    """The workspaces that installed the bot, and those whose token no key of this process opens."""

    bots: Mapping[str, InstalledBot]
    unreadable: frozenset[str]


class InstallationStore(AsyncSQLAlchemyInstallationStore):
    """slack_sdk's store over the bot's own database. It keeps the bot's token, once a workspace, and nobody's name."""

    def __init__(
        self, client_id: str, keys: Sequence[str], database: Database, delete_after: timedelta = DELETE_AFTER
    ) -> None:
        """`keys` are 32 random bytes each, in base64: the first one seals, any of them opens."""
        super().__init__(client_id, database.engine)
        self._database = database
        self._delete_after = delete_after
        self._tokens: dict[str, str] = {}  # as of the last look, by their encrypted form
        self._cipher = MultiFernet([Fernet(key.translate(str.maketrans("+/", "-_"))) for key in keys])

    async def prepare(self) -> None:
        """Make the tables where they are missing, and seal with the first key what an older one sealed.

        A token that no key opens is left as it is. Raises SettingsError where the keys open none of the tokens.
        """
        await self._database.write(self._make_tables)
        if not await self._database.write(self._rotate):
            raise SettingsError(
                "QCON_TOKEN_KEYS opens none of the stored tokens: add the previous key after the new one."
            )

    async def async_save(self, installation: Installation) -> None:
        """Store an installation instead of the one that the workspace had."""
        bot = installation.to_bot()
        bot.bot_token = self._sealed(bot.bot_token)
        bot.bot_refresh_token = self._sealed(bot.bot_refresh_token or "") or None
        await self.async_save_bot(bot)
        await self._database.write(self._forget_older, bot.team_id or "")

    async def renew_tokens(self, rotator: AsyncTokenRotator) -> None:
        """Renew the tokens that expire within two hours, in workspaces whose app uses token rotation.

        A refresh token works once. Where another process was faster, its tokens stand already.
        """
        by = Clock().real_now() + RENEW_BEFORE
        for row in await self._database.read(self._expiring, by):
            token, refresh_token = self._opened(row["bot_token"]), self._opened(row["bot_refresh_token"])
            if not (token and refresh_token):
                continue
            fields = dict(row) | {"bot_token": token, "bot_refresh_token": refresh_token}
            try:
                renewed = await rotator.perform_bot_token_rotation(
                    bot=SQLAlchemyInstallationStore.build_bot_entity(fields)
                )
            except (SlackTokenRotationError, *FAILURES) as error:
                _log.warning("could not renew a token", workspace=row["team_id"], error=type(error).__name__)
                continue
            if renewed is not None:
                await self._database.write(self._store_renewed, row, renewed)

    async def installed(self) -> Installed:
        """All workspaces that installed the bot, without those that left and whose data are still to be deleted."""
        rows = await self._database.read(self._stored_bots)
        before, self._tokens = self._tokens, {}
        for row in rows:  # opening a thousand tokens takes a tenth of a second, so they are remembered
            self._tokens[row.bot_token] = before.get(row.bot_token) or self._opened(row.bot_token)
        bots = {row.team_id: InstalledBot(self._tokens[row.bot_token], row.bot_id, row.bot_user_id) for row in rows}
        return Installed(
            {workspace: bot for workspace, bot in bots.items() if bot.token},
            frozenset(workspace for workspace, bot in bots.items() if not bot.token),
        )

    async def workspaces(self) -> frozenset[str]:
        """The workspaces that installed the bot, whether or not they can be served."""
        return frozenset(row.team_id for row in await self._database.read(self._stored_bots))

    async def uninstall(self, workspace: str, at: datetime) -> None:
        """Forget the token at once, and have the workspace's data deleted soon.

        `at` is the moment, in whole seconds, when the workspace left. A later installation stays.
        """
        await self._database.write(self._uninstall, workspace, at)

    async def uninstalls(self) -> Sequence[Uninstall]:
        """The workspaces that left and are not deleted yet."""
        return await self._database.read(_uninstalls, self._delete_after)

    async def forget_uninstall(self, workspace: str) -> None:
        """Forget that a workspace left, since its data are deleted."""
        await self._database.write(_forget_uninstall, workspace)

    async def use_state(self, nonce: str, expires: datetime) -> bool:
        """Tell whether nobody has come back with the state of this nonce before. From now on, it is used."""
        return await self._database.write(_use_state, nonce, expires)

    async def _make_tables(self, tx: Transaction) -> None:
        def make(connection: Connection) -> None:
            for tables in (self.bots.metadata, UNINSTALLS.metadata):
                wanted = [table for table in tables.sorted_tables if table is not self.installations]
                tables.create_all(connection, wanted)

        if tx.on_postgresql:
            await tx.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        await tx.connection.run_sync(make)

    async def _rotate(self, tx: Transaction) -> bool:
        """Seal every token anew that a key opens. Return true if there are none, or any that can be opened."""
        c = self.bots.c
        own = select(c.id, c.bot_token, c.bot_refresh_token).where(c.client_id == self.client_id)
        rows = (await tx.execute(own)).all()
        anew = [
            {
                "row": row.id,
                "token": self._sealed(self._opened(row.bot_token)),
                "refresh": self._sealed(self._opened(row.bot_refresh_token)) or None,
            }
            for row in rows
        ]
        readable = [values for values in anew if values["token"]]
        if readable:
            sealed: dict[str, BindParameter[str]] = {
                "bot_token": bindparam("token"),
                "bot_refresh_token": bindparam("refresh"),
            }
            await tx.execute(update(self.bots).where(c.id == bindparam("row")).values(sealed), readable)
        return bool(readable) or not rows

    def _sealed(self, token: str) -> str:
        """Encrypt a token with the first key; an empty one stays empty."""
        return self._cipher.encrypt(token.encode()).decode() if token else ""

    def _opened(self, sealed: str | None) -> str:
        """Decrypt a token. Return nothing where there is none, or no key opens it."""
        try:
            return self._cipher.decrypt(sealed or "").decode()
        except (InvalidToken, ValueError):
            return ""

    async def _stored_bots(self, tx: Transaction) -> Sequence[Row[Any]]:
        c = self.bots.c
        here = (c.client_id == self.client_id, c.team_id.not_in(select(UNINSTALLS.c.workspace)))
        columns = (c.team_id, c.bot_token, c.bot_id, c.bot_user_id)
        return (await tx.execute(select(*columns).where(*here).order_by(c.id))).all()

    async def _installed_after(self, tx: Transaction, workspace: str, at: datetime) -> bool:
        c = self.bots.c
        next_second = (at + timedelta(seconds=1)).astimezone(UTC).replace(tzinfo=None)  # as slack_sdk stores moments
        later = select(c.id).where(c.team_id == workspace, c.installed_at >= next_second)
        return (await tx.execute(later.limit(1))).first() is not None

    async def _expiring(self, tx: Transaction, by: datetime) -> Sequence[RowMapping]:
        c = self.bots.c
        before = by.astimezone(UTC).replace(tzinfo=None)  # as slack_sdk stores moments
        own = (c.client_id == self.client_id, c.bot_token_expires_at < before)
        return (await tx.execute(select(self.bots).where(*own))).mappings().all()

    async def _store_renewed(self, tx: Transaction, row: RowMapping, renewed: Bot) -> None:
        c = self.bots.c
        unchanged = (c.id == row["id"], c.bot_refresh_token == row["bot_refresh_token"])
        expires = datetime.fromtimestamp(renewed.bot_token_expires_at or 0, UTC).replace(tzinfo=None)
        values = {
            "bot_token": self._sealed(renewed.bot_token),
            "bot_refresh_token": self._sealed(renewed.bot_refresh_token or "") or None,
            "bot_token_expires_at": expires,
        }
        await tx.execute(update(self.bots).where(*unchanged).values(values))

    async def _forget(self, tx: Transaction, workspace: str) -> None:
        await tx.execute(delete(self.bots).where(self.bots.c.team_id == workspace))

    async def _forget_older(self, tx: Transaction, workspace: str) -> None:
        """Delete all of a workspace's tokens but the newest."""
        c = self.bots.c
        newest = select(func.max(c.id)).where(c.team_id == workspace).scalar_subquery()
        await tx.execute(delete(self.bots).where(c.team_id == workspace, c.id < newest))

    async def _uninstall(self, tx: Transaction, workspace: str, at: datetime) -> None:
        if await self._installed_after(tx, workspace, at):
            return
        await self._forget(tx, workspace)
        uninstall = tx.insert(UNINSTALLS).values(workspace=workspace, at=await tx.now())
        await tx.execute(uninstall.on_conflict_do_nothing())


async def _uninstalls(tx: Transaction, delete_after: timedelta) -> list[Uninstall]:
    by: datetime = await tx.now() - delete_after
    return [Uninstall(row.workspace, row.at <= by) for row in await tx.execute(select(UNINSTALLS))]


async def _forget_uninstall(tx: Transaction, workspace: str) -> None:
    await tx.execute(delete(UNINSTALLS).where(UNINSTALLS.c.workspace == workspace))


async def _use_state(tx: Transaction, nonce: str, expires: datetime) -> bool:
    await tx.execute(delete(USED_STATES).where(USED_STATES.c.expires < expires - KEPT))
    used = tx.insert(USED_STATES).values(state=nonce, expires=expires).on_conflict_do_nothing()
    return (await tx.execute(used.returning(USED_STATES.c.state))).first() is not None
