"""Every class name is used once."""

import ast
from collections import defaultdict
from pathlib import Path

BOT = Path(__file__).parent.parent / "bot"


def test_every_class_name_has_one_meaning() -> None:
    modules = defaultdict(list)
    for path in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                modules[node.name].append(str(path.relative_to(BOT)))
    assert len(modules) > 200, "no classes were found: has the code moved?"
    duplicates = {name: places for name, places in modules.items() if len(places) > 1}
    assert not duplicates, "\n".join(f"{name}: {', '.join(places)}" for name, places in duplicates.items())
