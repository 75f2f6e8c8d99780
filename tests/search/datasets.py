"""Every labelled question there is, over every schedule: clean ones, and those typed on a phone where they are at hand."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import ImportHints
from bot.schedule.models import Schedule
from tests.search.labelled import read
from tests.search.test_labelled import FILES, MORE, OPENING

SHARED = Path(__file__).parents[3] / "shared"
NATURAL = SHARED / "search" / "natural"
NATURAL_OF = {  # the schedule that each file of natural questions is about
    "camp": "camp",
    "ep24": "europython-2024",
    "europython": "europython",
    "fosdem": "fosdem-2024",
    "joco23": "joco",
    "kielux20": "kielux",
    "lca20": "linux-conf-au",
    "linz20": "linz",
    "pyconus": "pyconus-2024",
    "qcon": "qcon",
}
VERDICTS = ("right", "offered", "wrong", "false answer")

Answer = Mapping[str, Any]  # as `ask --batch` writes it: results, answered, offered, text


@dataclass(frozen=True)
class Question:
    """One labelled question; `judge` gives one of VERDICTS for an answer."""

    id: str
    dataset: str  # natural or clean
    schedule: str  # a name in FILES
    kind: str
    text: str
    at: datetime  # the venue's wall clock
    judge: Callable[[Answer], str]
    wanted: frozenset[str]  # ids that may come first; none where it must be refused
    refuse: bool


@cache
def schedule_of(name: str) -> Schedule | None:
    """The schedule of one name, or nothing where its file is not part of this repository."""
    file = FILES[name]
    if not file.exists():
        return None
    return import_schedule(file.read_bytes(), file.name, ImportHints(zone=_zone(name))).schedule


def _zone(name: str) -> str:
    for file, schedule in NATURAL_OF.items():
        path = NATURAL / f"{file}.jsonl"
        if schedule == name and name not in ("fosdem-2024", "qcon") and path.exists():
            head = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
            return str(head.get("timezone", ""))
    return ""


def questions() -> Iterator[Question]:
    """The questions over all schedules that are at hand."""
    for name in FILES:
        schedule = schedule_of(name)
        if schedule is not None:
            yield from _clean(name, schedule)
            yield from _natural(name, schedule)


def _clean(name: str, schedule: Schedule) -> Iterator[Question]:
    prefix = "f20-" if name == "fosdem" else ""
    opening = datetime.fromisoformat(OPENING[name])
    files = [name, *([f"{name}-more"] if name in MORE else []), "anywhere"]
    rows = [
        (f"{file}/{number}", row.category, row.text, row.wanted)
        for file in files
        for number, row in enumerate(read(file, schedule, prefix))
    ]
    path = SHARED / "search" / f"{name}.dev.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        wanted = frozenset(id for id, grade in row["expect"].items() if grade >= 2)
        rows.append((row["id"], row["cat"], row["q"], wanted))
    for id, category, text, wanted in rows:
        kind = category.split(":")[0]
        if id.startswith("anywhere/"):
            id, kind = f"{name}-{id}", "anywhere"  # noqa: PLW2901
        yield Question(id, "clean", name, kind, text, opening, _judge_clean(wanted), wanted, refuse=not wanted)


def _judge_clean(wanted: frozenset[str]) -> Callable[[Answer], str]:
    def judge(answer: Answer) -> str:
        came = answer["results"] if answer["answered"] else []
        if not wanted:
            return "false answer" if came else "right"
        if came:
            return "right" if came[0] in wanted else "wrong"
        return "offered" if wanted & set(answer.get("offered", ())) else "wrong"

    return judge


def _natural(name: str, schedule: Schedule) -> Iterator[Question]:
    module = natural_module()
    if module is None:
        return
    titles = {talk.id: talk.title.strip() for talk in schedule.talks}
    for file, about in NATURAL_OF.items():
        path = NATURAL / f"{file}.jsonl"
        if about != name or not path.exists():
            continue
        for row in module.read(path)[1]:
            refuse = bool(row.get("refuse"))
            wanted = frozenset(() if refuse else row.get("expect_ids", ()))
            yield Question(
                row["id"],
                "natural",
                name,
                row["kind"],
                row["q"],
                datetime.fromisoformat(row["at"]),
                _judge_natural(module, row, titles),
                wanted,
                refuse,
            )


def _judge_natural(module: ModuleType, row: dict[str, Any], titles: Mapping[str, str]) -> Callable[[Answer], str]:
    return lambda answer: str(module.judge(row, answer, titles))


@cache
def natural_module() -> ModuleType | None:
    """The judge of the natural questions, which stands beside them."""
    path = NATURAL / "natural.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("natural", path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
