"""A Dockerfile read, instruction by instruction."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instruction:
    """`FROM`, `RUN` … and what follows it, on one line."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    @property
    def command(self) -> list[str]:
        """What an instruction in its JSON form runs."""
        command: list[str] = json.loads(self.text[self.text.index("[") :])
        return command


def stages(file: Path) -> list[list[Instruction]]:
    """The instructions of each stage, each beginning with its FROM."""
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[list[Instruction]] = []
    for name, _, text in (line.partition(" ") for line in joined.splitlines() if line):
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, text))
    return found


def named(stage: list[Instruction], name: str) -> list[Instruction]:
    """Those of a stage with this name."""
    return [one for one in stage if one.name == name]


def environment(stage: list[Instruction], before: dict[str, str]) -> dict[str, str]:
    """The variables that the stage sets, above those that were there before."""
    variables = dict(before)
    for word in (word for one in named(stage, "ENV") for word in one.words):
        key, _, value = word.partition("=")
        variables[key] = re.sub(r"\$(\w+)", lambda found: variables[found[1]], value)
    return variables
