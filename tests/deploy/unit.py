"""Read a systemd unit, and run its service as systemd would."""

import asyncio
import shlex
from collections import defaultdict
from pathlib import Path

from tests.deploy.machine import PATH, Machine

Unit = dict[str, list[str]]  # `Section.Key` -> the assigned values, in order


def read(file: Path) -> Unit:
    """The assignments in a unit file. Ours has no continued lines (systemd.syntax(7))."""
    unit: Unit = defaultdict(list)
    section = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            unit[f"{section}.{key}"].append(value)
    return unit


def one(unit: Unit, key: str) -> str:
    """The single value of a key."""
    [value] = unit[key]
    return value


async def start(unit: Unit, machine: Machine) -> asyncio.subprocess.Process:
    """Start the unit's process as its user, with its folders and environment (systemd.exec(5))."""
    assert one(unit, "Service.StateDirectory") == Path(one(unit, "Service.WorkingDirectory")).name
    home = machine.state_directory(
        one(unit, "Service.WorkingDirectory"), mode=int(one(unit, "Service.StateDirectoryMode"), 8)
    )
    user = one(unit, "Service.User")
    variables = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": str(home), "USER": user, "LOGNAME": user}
    for assigned in unit["Service.Environment"]:
        variables |= _assignments(shlex.split(machine.translate(assigned)))
    for file in unit["Service.EnvironmentFile"]:
        lines = machine.translate(machine.path(file).read_text(encoding="utf-8")).splitlines()
        variables |= _assignments([line for line in lines if line and not line.startswith("#")])
    command = shlex.split(machine.translate(one(unit, "Service.ExecStart")))
    return await machine.serve(command, variables, home, umask=int(one(unit, "Service.UMask"), 8))


def _assignments(words: list[str]) -> dict[str, str]:
    return {key: value for key, _, value in (word.partition("=") for word in words)}


def owner(path: Path) -> tuple[int, int]:
    """The owner's user id and the mode of a file."""
    status = path.stat()
    return status.st_uid, status.st_mode & 0o777
