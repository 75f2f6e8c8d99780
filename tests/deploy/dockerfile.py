"""Parse a Dockerfile into instructions."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction such as `FROM` or `RUN`, and its text on one line."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    @property
    def command(self) -> list[str]:
        """The command of an instruction in JSON form."""
        command: list[str] = json.loads(self.text[self.text.index("[") :])
        return command


def stages(file: Path) -> list[list[Instruction]]:
    """The instructions of each stage, starting with its FROM."""
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    result: list[list[Instruction]] = []
    arguments: dict[str, str] = {}  # those before the first FROM
    for name, _, text in (line.partition(" ") for line in joined.splitlines() if line):
        if name == "FROM":
            result.append([])
        if result:
            replaced = re.sub(r"\$\{(\w+)\}", lambda match: arguments.get(match[1], match[0]), text)
            result[-1].append(Instruction(name, replaced))
        else:
            assert name == "ARG"
            key, _, arguments[key] = text.partition("=")
    return result


def named(stage: list[Instruction], name: str) -> list[Instruction]:
    """The instructions of a stage with this name."""
    return [instruction for instruction in stage if instruction.name == name]


def environment(stage: list[Instruction], before: dict[str, str]) -> dict[str, str]:
    """The variables before the stage, with those that the stage sets."""
    variables = dict(before)
    for word in (word for instruction in named(stage, "ENV") for word in instruction.words):
        key, _, value = word.partition("=")
        variables[key] = re.sub(r"\$(\w+)", lambda match: variables[match[1]], value)
    return variables
