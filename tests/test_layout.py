"""The layout of bot/: no two files import each other, directly or in a circle."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.conftest import ROOT


def module_name(path: Path) -> str:
    """`bot/db/sql.py` -> `bot.db.sql`; a package's `__init__.py` has the package's name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_names(path: Path, source: str) -> Iterator[str]:
    """Every dotted name that the file imports, also inside functions; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def import_graph() -> dict[str, set[str]]:
    """For each module of bot/, the modules of bot/ that it imports."""
    files = {module_name(path): path for path in sorted((ROOT / "bot").rglob("*.py"))}
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        names = set(imported_names(path, path.read_text(encoding="utf-8")))
        graph[module] = {name if name in files else name.rpartition(".")[0] for name in names} & files.keys()
    return graph


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """One circle of imports, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def test_no_file_imports_itself_directly_or_in_a_circle() -> None:
    graph = import_graph()
    assert len(graph) > 150, "the files were not found: has the code moved?"
    assert not (circle := circle_in(graph)), " imports ".join(reversed(circle))


def test_a_circle_would_be_found() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
