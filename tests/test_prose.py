"""Docstrings, comments and names of tests: they begin plainly, and name only files and modules that exist."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_paths_in_documents import FILE_NAME, names_in, relative

# A docstring is an imperative or a noun phrase, and a test's name is a sentence with a subject: no relative clauses.
RELATIVE_WORDS = {"who", "whom", "whose", "what", "whatever", "whoever", "where", "which"}

MODULE_NAME = re.compile(r"\b(?:bot|tests)(?:\.[a-z_]\w*)+\b(?!/)")

FILES = [path for folder in ("bot", "tests", "deploy") for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def definitions(path: Path) -> tuple[tuple[int, str, str], ...]:
    """The file itself, its classes and its functions: their lines, names and docstrings; all tests share one parse."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [
        node for node in statements(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    described = [(node.lineno, node.name, ast.get_docstring(node) or "(none)") for node in nodes]
    return (1, "", ast.get_docstring(tree) or "(none)"), *described


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements in a node at every depth; nothing is defined inside expressions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from statements(child)


def comments_with_names(path: Path) -> Iterator[tuple[int, str]]:
    """The comments of a file that name files or modules, with their lines."""
    source = path.read_text(encoding="utf-8")
    if not any(names(line.partition("#")[2]) for line in source.splitlines()):
        return  # splitting all files into tokens takes seconds
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def names(text: str) -> list[str]:
    """The files and modules that a text names."""
    modules = [name for name in MODULE_NAME.findall(text) if not name.startswith("bot.example")]
    return FILE_NAME.findall(text) + modules


def exists(name: str, beside: Path) -> bool:
    """Tell whether this file is in the project or beside another file, or this module or its member is in the project."""
    if FILE_NAME.fullmatch(name):
        return (ROOT / name).exists() or (beside.parent / name).exists()
    return is_module_or_member(name)


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
        for line, _, text in definitions(path)
        if text.split()[0].lower().strip(",.:;'\"“") in RELATIVE_WORDS
    ]
    assert not wrong, "\n".join(wrong)


def test_no_name_of_a_test_begins_with_a_relative_clause() -> None:
    wrong = [
        f"{relative(path)}:{line}: {name}"
        for path in FILES
        for line, name, _ in definitions(path)
        if name.startswith("test_") and name.split("_")[1] in RELATIVE_WORDS
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_has_a_docstring() -> None:
    modules = [path for path in FILES if path.relative_to(ROOT).parts[0] == "bot" and path.read_text(encoding="utf-8")]
    missing = [relative(path) for path in modules if definitions(path)[0][2] == "(none)"]
    assert not missing, "\n".join(missing)


def test_every_file_and_module_in_a_docstring_or_comment_exists() -> None:
    wrong = []
    for path in FILES:
        texts = [(line, text) for line, _, text in definitions(path)]
        for line, text in (*texts, *comments_with_names(path)):
            wrong += [f"{relative(path)}:{line}: {name}" for name in names(text) if not exists(name, path)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("name", "there"), [("bot.db", True), ("bot.db.sql.add", True), ("bot.store.crowd", False)])
def test_a_module_that_is_gone_would_be_found(name: str, there: bool) -> None:
    assert is_module_or_member(name) is there
