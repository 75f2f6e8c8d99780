"""Docstrings, comments and names of tests: they begin plainly, and name only files and modules that exist."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_paths_in_documents import FILE_NAME, names_in, relative

# A docstring is an imperative or a noun phrase, and a test's name is a sentence with a subject: no relative clauses.
RELATIVE_WORDS = {"who", "whom", "whose", "what", "whatever", "whoever", "where", "which"}

MODULE_NAME = re.compile(r"\b(?:bot|tests)(?:\.[a-z_]\w*)+\b(?!/)")

FILES = [path for folder in ("bot", "tests", "deploy") for path in sorted((ROOT / folder).rglob("*.py"))]


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """The docstrings of a file, with the line of what they describe."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "lineno", 1), ast.get_docstring(node) or "(none)"


def names_of_tests(path: Path) -> Iterator[tuple[int, str]]:
    """The names of the tests in a file, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.lineno, node.name


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """The comments of a file, with their lines."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def is_module_or_member(name: str) -> bool:
    """Tell whether `bot.db.sql` or `bot.db.sql.add` exists."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        folder = ROOT.joinpath(*parts[:length])
        if (module := folder.with_suffix(".py")).exists():
            return length == len(parts) or ".".join(parts[length:]) in names_in(module)
        if folder.is_dir():
            return length == len(parts)
    return False


def test_no_docstring_begins_with_a_relative_clause() -> None:
    wrong = [
        f"{relative(path)}:{line}: {text.splitlines()[0]}"
        for path in FILES
        for line, text in docstrings(path)
        if text.split()[0].lower().strip(",.:;'\"“") in RELATIVE_WORDS
    ]
    assert not wrong, "\n".join(wrong)


def test_no_name_of_a_test_begins_with_a_relative_clause() -> None:
    wrong = [
        f"{relative(path)}:{line}: {name}"
        for path in FILES
        for line, name in names_of_tests(path)
        if name.split("_")[1] in RELATIVE_WORDS
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_has_a_docstring() -> None:
    modules = [path for path in FILES if path.relative_to(ROOT).parts[0] == "bot" and path.read_text(encoding="utf-8")]
    missing = [relative(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not missing, "\n".join(missing)


def test_every_file_and_module_in_a_docstring_or_comment_exists() -> None:
    wrong = []
    for path in FILES:
        for line, text in (*docstrings(path), *comments(path)):
            files = FILE_NAME.findall(text)
            names = [name for name in files if not (ROOT / name).exists() and not (path.parent / name).exists()]
            modules = [name for name in MODULE_NAME.findall(text) if not name.startswith("bot.example")]
            names += [name for name in modules if not is_module_or_member(name)]
            wrong += [f"{relative(path)}:{line}: {name}" for name in names]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("name", "exists"), [("bot.db", True), ("bot.db.sql.add", True), ("bot.store.crowd", False)])
def test_a_module_that_is_gone_would_be_found(name: str, exists: bool) -> None:
    assert is_module_or_member(name) is exists
