"""The commands in deploy/README.md."""

import re

from tests.conftest import ROOT

README = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """The text below a heading of the second level."""
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def commands(heading: str) -> list[list[str]]:
    """The commands in each block below a heading."""
    blocks = re.findall(r"```sh\n(.*?)```", section(heading), re.DOTALL)
    return [block.strip().splitlines() for block in blocks]
