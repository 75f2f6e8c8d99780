"""A terminal for commands that ask questions."""

import asyncio
import os
import pty
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path


class Terminal:
    """The output of a command, and its keyboard."""

    def __init__(self, process: asyncio.subprocess.Process, keyboard: int) -> None:
        self.process = process
        self.shown = ""
        self._keyboard = keyboard
        self._read = 0
        asyncio.get_running_loop().add_reader(keyboard, self._on_output)

    async def shows(self, text: str, within_s: float = 20.0) -> None:
        """Wait until this text appears after the text waited for before. Raise AssertionError with the whole output if it doesn't."""
        try:
            async with asyncio.timeout(within_s):
                while (at := self.shown.find(text, self._read)) < 0:  # noqa: ASYNC110  # output has no event
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"no {text!r} after {self.shown[: self._read]!r} in {self.shown!r}") from None
        self._read = at + len(text)

    def types(self, line: str) -> None:
        os.write(self._keyboard, f"{line}\n".encode())

    async def ends(self) -> int:
        """Wait for the exit code."""
        async with asyncio.timeout(20):
            return await self.process.wait()

    def _on_output(self) -> None:
        try:
            output = os.read(self._keyboard, 65_536)
        except OSError:  # the command has ended
            output = b""
        if not output:
            asyncio.get_running_loop().remove_reader(self._keyboard)
        self.shown += output.decode(errors="replace").replace("\r\n", "\n")


@asynccontextmanager
async def run_in_terminal(command: str, environment: Mapping[str, str], folder: Path) -> AsyncIterator[Terminal]:
    """Run a command in this folder as if typed; end it at the end."""
    keyboard, terminal_side = pty.openpty()
    process = await asyncio.create_subprocess_shell(
        f"exec {command}",
        stdin=terminal_side,
        stdout=terminal_side,
        stderr=terminal_side,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    os.close(terminal_side)
    terminal = Terminal(process, keyboard)
    try:
        yield terminal
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        asyncio.get_running_loop().remove_reader(keyboard)
        os.close(keyboard)
