"""Writing files atomically, so that readers see the old content or the new one."""

from pathlib import Path

from bot.errors import BotError


def make_folder(folder: Path) -> None:
    """Create a folder and its parents if they are missing. Raises BotError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(f"{folder} cannot be created: {error.strerror or error}.") from error


def write_file(path: str, data: bytes, *, private: bool = False) -> None:
    """Write a file atomically: readers see the old content or the new one. Raises BotError.

    A `private` file can be read by its owner only.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file():  # /dev/stdout is written to, never replaced
            target.write_bytes(data)
            return
        beside = target.with_name(f"{target.name}.part")
        beside.unlink(missing_ok=True)
        beside.touch(0o600 if private else 0o666)
        if private:
            beside.chmod(0o600)  # whatever the umask
        beside.write_bytes(data)
        beside.replace(target)
    except OSError as error:
        raise BotError(f"{path} cannot be written: {error.strerror or error}.") from error
