"""Documents and build files name files, functions and commands that exist."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# `bot/db/sql.py`, `docs/`, `bot/db/sql.py:add` or `bot/db/database.py:Database.read`, as a whole code span
CODE_SPAN = re.compile(r"`((?:bot|tests|deploy|docs|data)/[^`:\s]*)(?::([\w.]+))?`")

FILE_NAME = re.compile(r"\b(?:bot|tests|deploy|docs|data)/[\w./-]*\w\.(?:py|yaml|md|json|txt)\b")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def table_rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the rows of the first table below a heading, without its head."""
    below = page.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    table = re.findall(r"^\|.*\|$", below, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table[2:]]


@cache
def names_in(path: Path) -> frozenset[str]:
    """The functions, classes, methods (`Class.method`), fields (`Class.field`) and constants that a file defines."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        for name in defined_names(node):
            names.add(name)
            if isinstance(node, ast.ClassDef):
                names |= {f"{name}.{member}" for statement in node.body for member in defined_names(statement)}
    return frozenset(names)


def defined_names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_file_and_function_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for name, symbol in CODE_SPAN.findall(text):
        path = ROOT / name
        assert path.exists(), f"{relative(document)} names {name}"
        if symbol:
            assert symbol in names_in(path), f"{relative(document)} names {symbol} in {name}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_make_command_in_a_document_exists(document: Path) -> None:
    targets = set(re.findall(r"^([\w-]+(?: [\w-]+)*):(?!=)", MAKEFILE, re.MULTILINE))
    targets = {target for line in targets for target in line.split()}
    named = re.findall(r"(?:`|^)make ([a-z][\w-]*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("name", ["Makefile", "pyproject.toml", ".ci/run", "deploy/Dockerfile", "deploy/compose.yaml"])
def test_every_file_that_a_build_file_names_exists(name: str) -> None:
    for path in FILE_NAME.findall((ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), f"{name} names {path}"


def test_contributing_says_where_to_change_at_least_twenty_things() -> None:
    rows = table_rows(CONTRIBUTING, "To change something, open")
    assert len(rows) >= 20
    for change, files in rows:
        assert re.search(r"`(?:bot|deploy|data|tests)/", files), f"“{change}” names no file"


def test_contributing_lists_the_layers_that_the_linter_checks() -> None:
    listed = CONTRIBUTING.split("\n## Layers\n")[1].split("```")[1].split()
    contract = next(
        contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"
    )
    checked = [layer.replace("(", "").replace(")", "") for layer in contract["layers"]]
    assert listed == [word for layer in checked for word in layer.split()]


def test_contributing_lists_the_marks_that_tests_have() -> None:
    marks = {mark.split(":")[0] for mark in PYPROJECT["tool"]["pytest"]["ini_options"]["markers"]}
    mark_table = CONTRIBUTING.split("| mark | ")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", mark_table, re.MULTILINE)) == marks


def test_every_module_of_the_features_has_its_row_in_the_table() -> None:
    """A feature's folder holds files of the four kinds that CONTRIBUTING explains, and such as belong to it alone."""
    kinds = set(re.findall(r"^\| `(\w+\.py)` \|", CONTRIBUTING, re.MULTILINE))
    assert kinds == {"listeners.py", "messages.py", "form.py", "repository.py"}
    folders = {path.parent for path in (ROOT / "bot" / "handlers").glob("*/*.py")}  # git leaves some with old bytecode
    assert folders
    for folder in sorted(folders):
        files = {path.name for path in folder.glob("*.py")}
        assert files & kinds, f"bot/handlers/{folder.name} holds none of {sorted(kinds)}"
