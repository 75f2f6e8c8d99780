"""A real PgBouncer in front of our own PostgreSQL; Debian's package pgbouncer has it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from bot.clock import monotonic

PATH = os.defpath + ":/usr/sbin"

PGBOUNCER = shutil.which("pgbouncer", path=PATH)

SETTINGS = """
[databases]
{database} = host={socket} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = {ignored}
"""


@contextmanager
def pooling(server: Any, url: str, mode: str, ignored: str = "") -> Iterator[str]:
    """The address of a PgBouncer in front of this database of our own server. `ignored` names settings that it drops."""
    assert PGBOUNCER
    direct, port = make_url(url), _free_port()
    with tempfile.TemporaryDirectory(prefix="qcon-pgbouncer-") as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder) / "pgbouncer.ini"
        values = {"database": direct.database, "user": direct.username, "socket": direct.query["host"], "port": port}
        settings.write_text(SETTINGS.format(**values, mode=mode, ignored=ignored), encoding="utf-8")
        user = server.system_user if os.geteuid() == 0 else None  # it refuses to run as root
        process = subprocess.Popen([PGBOUNCER, "-q", settings], user=user, stderr=subprocess.DEVNULL)
        try:
            _wait_until_listening(port)
            yield f"postgresql://{direct.username}@127.0.0.1:{port}/{direct.database}"
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_listening(port: int) -> None:
    last = monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert monotonic() < last, "PgBouncer does not listen"
            time.sleep(0.05)
        else:
            return
