"""List every text of the bot that people read, with the file it is in: `make texts`.

Texts are found in the code itself: strings that read as a sentence or a label, and the docstrings of errors, which are
what people read of them. To be read from top to bottom by someone with an ear for English.
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.conftest import ROOT

# Folders in which no string is read by people who use, organise or run the bot.
SKIPPED = ("bot/db/tables.py", "bot/fake_slack/", "bot/search/", "bot/questions/", "bot/telemetry/")

# Calls whose strings are for logs, statements or programmers.
UNREAD = frozenset(
    {"debug", "info", "warning", "exception", "text", "compile", "sub", "RuntimeError", "ValueError", "TypeError"}
    | {
        "AssertionError",
        "NotImplementedError",
        "Literal",
        "TypeVar",
        "getattr",
        "metric",
        "Counter",
        "Gauge",
        "Histogram",
    }
)

# Statements, markup, patterns, names of classes and headers.
_FOR_PROGRAMS = re.compile(
    r"SELECT|INSERT|DROP|CREATE|VACUUM|BEGIN|<[a-z!]|https?:|[(^\\]|\w*[a-z][A-Z]\w*$|\w+-[\w-]+$"
)

_READS_AS_TEXT = re.compile(r"[A-Z“*•][a-z“*’' ]|[a-z]{2,},? [a-z“{]")


class Text(NamedTuple):
    """A text, with `{…}` where a value stands."""

    file: str
    line: int
    text: str


def texts() -> Iterator[Text]:
    """Every text that people read, file by file and in order."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        if not file.startswith(SKIPPED):
            yield from texts_of(file, path.read_text(encoding="utf-8"))


def texts_of(file: str, source: str) -> Iterator[Text]:
    """The texts of one file."""
    reader = _Reader()
    reader.visit(ast.parse(source))
    seen = dict.fromkeys(Text(file, line, text) for line, text in reader.found)
    yield from sorted(seen, key=lambda found: found.line)


class _Reader(ast.NodeVisitor):
    """Collects `(line, text)`, and passes over docstrings and what only programs read."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def generic_visit(self, node: ast.AST) -> None:
        for name, _ in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                setattr(node, name, None)
        super().generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if "FixedTextError" in map(ast.unparse, node.bases):
            self._add(node.lineno, ast.get_docstring(node) or "")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring is no text
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in UNREAD:
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._add(node.lineno, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [part.value if isinstance(part, ast.Constant) else _placeholder(part) for part in node.values]
        self._add(node.lineno, "".join(map(str, parts)))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def _add(self, line: int, text: str) -> None:
        words = re.sub(r"\{[^{}]*\}", "{}", text).strip()
        if _READS_AS_TEXT.search(words) and not _FOR_PROGRAMS.match(words):
            self.found.append((line, text))


def _placeholder(part: ast.expr) -> str:
    value = part.value if isinstance(part, ast.FormattedValue) else part
    return "{" + (ast.unparse(value) if isinstance(value, ast.Name | ast.Attribute) else "…") + "}"


if __name__ == "__main__":
    heading = ""
    for found in texts():
        if found.file != heading:
            heading = found.file
            print(f"\n## {heading}\n\n| line | text |\n|---|---|")
        cell = found.text.strip("\n").replace("|", "\\|").replace("\n", "<br>")
        print(f"| {found.line} | {cell} |")
