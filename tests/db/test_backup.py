"""Backups of an SQLite database: complete while it is in use, and restored only when that does no harm."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.db.backup import BackupError, NeverServed, back_up, database_file, mark_restored, restore
from bot.db.database import Database
from bot.db.lock import DatabaseInUse, LockNotWritable, lock_file
from bot.db.migrations import STEPS, DatabaseTooNewError, migrate
from bot.db.tables import RESTORED
from bot.errors import SettingsError
from bot.live_schedule import repository
from tests.cli.commands import minimal_environment
from tests.conftest import ROOT, MachineTime
from tests.deploy.machine import SERVICE_USER

HOUR = "2019-03-05 10:00"


def database_at(file: Path) -> Database:
    return Database(f"sqlite:///{file}", MachineTime())


async def _serve(file: Path, revision: int) -> None:
    database = database_at(file)
    await migrate(database)
    for number in range(1, revision + 1):
        await database.write(repository.publish_version, number, b"x", "file", "")
    await database.close()


def served(file: Path, revision: int = 1) -> Path:
    """Create a database with this many revisions."""
    asyncio.run(_serve(file, revision))
    return file


def newest(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        [number] = connection.execute("SELECT max(number) FROM revisions").fetchone()
    return int(number)


def sql(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return served(tmp_path / "live.sqlite3", 2)


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    """A backup that was taken before the second revision."""
    back_up(served(tmp_path / "early.sqlite3"), tmp_path / "safe.sqlite3", replace=False)
    return tmp_path / "safe.sqlite3"


def test_a_backup_is_one_file_for_its_owner(live: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    contents = back_up(live, folder / "one.sqlite3", replace=False)
    assert str(contents) == f"0 deliveries, last change {HOUR} UTC"
    assert [file.name for file in folder.iterdir()] == ["one.sqlite3"]
    assert stat.S_IMODE((folder / "one.sqlite3").stat().st_mode) == 0o600
    assert newest(folder / "one.sqlite3") == 2


def test_a_backup_replaces_a_file_only_on_request(live: Path, safe: Path) -> None:
    with pytest.raises(BackupError, match="already exists"):
        back_up(live, safe, replace=False)
    assert newest(safe) == 1
    back_up(live, safe, replace=True)
    assert newest(safe) == 2


@pytest.mark.parametrize(
    "name", ["live.sqlite3", "live.sqlite3-wal", "live.sqlite3-shm", "live.sqlite3-journal", "link"]
)
def test_a_backup_never_replaces_the_database_or_one_of_its_files(name: str, live: Path) -> None:
    live.with_name("link").symlink_to(live)
    before = live.read_bytes()
    with closing(sqlite3.connect(live)) as bot:
        bot.execute("SELECT count(*) FROM revisions").fetchone()
        with pytest.raises(BackupError, match="is the database itself, or one of its files"):
            back_up(live, live.with_name(name), replace=True)
    with pytest.raises(BackupError, match="is the database itself, or one of its files"):
        back_up(live.with_name("link"), live.with_name(name), replace=True)
    assert live.read_bytes() == before


def test_a_backup_never_replaces_a_folder(live: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is a folder"):
        back_up(live, tmp_path, replace=True)


def test_a_backup_made_during_writes_is_consistent(live: Path, tmp_path: Path) -> None:
    for table in ("one", "two"):
        sql(live, f"CREATE TABLE {table} (number INTEGER, ballast TEXT)")
    done = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(live, isolation_level=None)) as connection:
            for number in range(100_000):
                connection.execute("BEGIN IMMEDIATE")
                for table in ("one", "two"):
                    connection.execute(f"INSERT INTO {table} VALUES (?, ?)", (number, "x" * 500))
                connection.execute("COMMIT")
                if done.is_set():
                    return

    writer = threading.Thread(target=write)
    writer.start()
    counts = []
    try:
        for number in range(10):
            back_up(live, tmp_path / f"{number}.sqlite3", replace=False)
            with closing(sqlite3.connect(tmp_path / f"{number}.sqlite3")) as copy:
                counts.append([copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("one", "two")])
    finally:
        done.set()
        writer.join()
    assert all(one == two for one, two in counts)
    assert counts[-1] > counts[0]


def test_a_backup_is_marked_as_a_copy_and_the_original_is_not(live: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    back_up(live, copy, replace=False)
    for file, marks in ((live, 0), (copy, 1)):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT count(*) FROM restored").fetchone() == (marks,)


@pytest.mark.parametrize("what", ["missing", "foreign", "text", "never served", "damaged"])
def test_a_file_that_is_no_backup_is_refused_and_changes_nothing(what: str, live: Path, tmp_path: Path) -> None:
    file = tmp_path / "folder" / "backup.sqlite3"
    file.parent.mkdir()
    if what == "foreign":
        sql(file, "CREATE TABLE recipes (name TEXT)")
    elif what == "text":
        file.write_text("Dear diary,\n" * 1000)
    elif what == "never served":
        served(file, 0)
    elif what == "damaged":
        back_up(live, file, replace=False)
        data = bytearray(file.read_bytes())
        data[8192:-8192] = b"\xff" * len(data[8192:-8192])
        file.write_bytes(data)
    before = live.read_bytes()
    with pytest.raises((BackupError, NeverServed)) as caught:
        restore(file, live, ".old", replace=True)
    assert str(caught.value).endswith(".")
    assert live.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "live.sqlite3"]


def test_a_backup_of_a_newer_bot_is_refused(live: Path, safe: Path) -> None:
    sql(safe, f"UPDATE versions SET min_version = {len(STEPS) + 1}")
    with pytest.raises(DatabaseTooNewError, match="Upgrade the bot"):
        restore(safe, live, ".old", replace=True)
    assert newest(live) == 2


def test_a_backup_of_an_older_bot_is_brought_up_to_date(live: Path, safe: Path) -> None:
    sql(safe, "DROP TABLE restored")
    sql(safe, f"UPDATE versions SET version = {STEPS.index((RESTORED,))}")
    restore(safe, live, ".old", replace=True)
    assert newest(live) == 1


def test_restore_names_the_database_it_would_replace_and_keeps_it_as_old(live: Path, safe: Path) -> None:
    message = rf"live.sqlite3 \(0 deliveries, last change {HOUR} UTC\) would be replaced .* Add --replace"
    with pytest.raises(BackupError, match=message):
        restore(safe, live, ".old", replace=False)
    assert newest(live) == 2
    assert restore(safe, live, ".old", replace=True).endswith("live.sqlite3.old.")
    assert newest(live) == 1
    assert newest(Path(f"{live}.old")) == 2
    assert stat.S_IMODE(live.stat().st_mode) == 0o600


def test_a_backup_is_restored_when_there_is_no_database_yet(safe: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite3"
    assert restore(safe, new, ".old", replace=False) == f"Restored: 0 deliveries, last change {HOUR} UTC."
    assert newest(new) == 1


@pytest.mark.parametrize("database_is_there", [True, False])
def test_restore_sets_leftover_sqlite_files_aside(database_is_there: bool, safe: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.sqlite3"
    if database_is_there:
        served(target, revision=3)
    parts = [Path(f"{target}{end}") for end in ("-wal", "-shm", "-journal")]
    for part in parts:
        part.write_bytes(b"of another database")
    assert "kept as" in restore(safe, target, ".old", replace=True)
    assert not any(part.exists() for part in parts)
    assert newest(target) == 1
    kept = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("target.sqlite3.old*")}
    assert {"target.sqlite3.old-journal"} <= kept.keys()
    assert set(kept.values()) == {0o600}


def test_a_database_that_cannot_be_read_any_more_is_replaced_too(live: Path, safe: Path) -> None:
    live.write_bytes(b"\xff" * 10_000)
    with pytest.raises(BackupError, match="which cannot be read"):
        restore(safe, live, ".old", replace=False)
    restore(safe, live, ".old", replace=True)
    assert newest(live) == 1
    assert Path(f"{live}.old").read_bytes() == b"\xff" * 10_000


def test_a_database_that_is_open_is_not_replaced_even_when_nothing_is_written(live: Path, safe: Path) -> None:
    async def idle() -> None:
        database = database_at(live)
        await database.read(repository.newest_number)
        with pytest.raises(DatabaseInUse, match="A bot is running with"):
            await asyncio.to_thread(restore, safe, live, ".old", replace=True)
        await database.close()

    asyncio.run(idle())
    assert newest(live) == 2


WATCH = """
import os, sys
database, done = sys.argv[1:]
print("watching", flush=True)
while not os.path.exists(done):
    os.stat(database)
"""


def test_there_is_a_database_at_every_moment_of_a_restore(live: Path, safe: Path, tmp_path: Path) -> None:
    done = tmp_path / "done"
    watcher = subprocess.Popen([sys.executable, "-c", WATCH, live, done], stdout=subprocess.PIPE)
    assert watcher.stdout is not None
    watcher.stdout.readline()
    for number in range(10):
        restore(safe, live, f".old{number}", replace=True)
    done.touch()
    assert watcher.wait(10) == 0
    watcher.stdout.close()


def test_a_file_that_a_killed_backup_left_is_removed_by_the_next_one(live: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    environment = minimal_environment(QCON_DATABASE_URL=f"sqlite:///{live}")
    killed = subprocess.Popen([sys.executable, "-m", "bot", "backup", folder / "one"], cwd=ROOT, env=environment)
    while not list(folder.glob("*.part")):
        assert killed.poll() is None
    killed.kill()
    killed.wait()
    assert list(folder.glob("*.part"))
    back_up(live, folder / "one", replace=False)
    assert [file.name for file in folder.iterdir()] == ["one"]


def test_a_database_whose_lock_another_process_holds_is_not_replaced(live: Path, safe: Path) -> None:
    before = live.read_bytes()
    for replace in (partial(restore, safe, live, ".old"), partial(back_up, safe, live)):
        with lock_file(live), pytest.raises(DatabaseInUse, match="A bot is running with"):
            replace(replace=True)
    assert live.read_bytes() == before
    assert not list(live.parent.glob("*.lock"))


def test_a_lock_whose_file_is_deleted_before_it_is_taken_is_refused(
    live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def connect_late(file: Path, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(file, **options)
        file.unlink()
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_late)
    with pytest.raises(DatabaseInUse), lock_file(live):
        pass


@contextmanager
def as_another_user() -> Iterator[None]:
    """Be another user during the block, if these tests run as root, who may write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(SERVICE_USER)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX")
@pytest.mark.parametrize("mode", [0o444, 0o000])
def test_a_lock_that_another_user_left_is_named_with_what_to_do(mode: int) -> None:
    with TemporaryDirectory() as folder:
        lock = Path(folder).resolve() / "live.sqlite3.lock"
        lock.touch(mode)
        Path(folder).chmod(0o777)
        with (
            pytest.raises(LockNotWritable, match=rf"{lock} cannot be written: Permission denied\. .* delete it\."),
            as_another_user(),
            lock_file(Path(folder) / "live.sqlite3"),
        ):
            pass
        assert lock.exists()


def test_for_postgresql_the_operator_is_referred_to_pg_dump() -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        database_file("postgresql://bot@host/bot")


def test_a_database_that_cannot_be_opened_is_reported_in_words() -> None:
    with pytest.raises(SettingsError, match="QCON_DATABASE_URL cannot be opened: there is no folder"):
        asyncio.run(mark_restored("sqlite:////nowhere/at/all.sqlite3"))
