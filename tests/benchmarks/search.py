"""`make bench-search`: our search and its rivals, at 5, 872 and 10,000 talks.

It prints, for each, how many questions are answered right, how long one takes, how long building takes and what it
holds in memory; of ours also the longest that a hostile message of 10,000 characters takes, and how fast a bare loop of
Python is here and now, by which the figures of two machines compare. Every engine runs in a process of its own, one after
the other. The rivals cannot say "nothing": each is given the threshold that suits it best on these very questions. Times
are those of the CPU, since others use the machine too. It is a benchmark and not a test: times are this machine's.
"""

import gc
import json
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.questions.parse import parse
from bot.schedule.models import Schedule
from bot.schedule.yaml.load import load
from bot.search.lexicon import lexicon
from bot.search.tokenizer import words
from tests.benchmarks.enlarge import enlarged
from tests.benchmarks.rivals import ENGINES, Ours, Ranked
from tests.search.labelled import Labelled, read

ROOT = Path(__file__).parent.parent.parent

SHARED = ROOT.parent / "shared"

QCON = ROOT / "data" / "qcon-london-2019.yaml"

FOSDEM = SHARED / "schedules" / "fosdem-2020.yaml"

SIZES = (5, 872, 10_000)

ROUNDS = 5  # each question is timed so often; the best time counts

BUILDS = 3  # and so often an engine is built

GROUPS = ("exact", "speaker", "typo", "accent", "acronym", "paraphrase", "negative")


def base(size: int) -> tuple[str, Schedule]:
    """The schedule of a size and whose questions go with it."""
    qcon = load(QCON.read_bytes(), QCON.name)
    if size == len(qcon.talks):
        return "qcon", qcon
    if not FOSDEM.exists():
        return "qcon", enlarged(qcon, size, _asked_words("qcon", qcon))
    fosdem = load(FOSDEM.read_bytes(), FOSDEM.name)
    return "fosdem", fosdem if size == len(fosdem.talks) else enlarged(fosdem, size, _asked_words("fosdem", fosdem))


def questions(name: str, schedule: Schedule) -> list[Labelled]:
    """Our labelled questions, and those of the shared files where they are at hand; rooms and times are left out."""
    prefix = "f20-" if name == "fosdem" else ""
    own = [one for file in (name, f"{name}-more", "anywhere") for one in read(file, schedule, prefix)]
    return [one for one in [*own, *shared_questions(name)] if one.category != "roomtime"]


def shared_questions(name: str) -> list[Labelled]:
    """Those of the shared files alone, as far as they are at hand: a fifth of them is to be refused, of ours half."""
    shared = SHARED / "search" / f"{name}.dev.jsonl"
    rows = [json.loads(line) for line in shared.read_text(encoding="utf-8").splitlines()] if shared.exists() else []
    return [
        Labelled(row["cat"], row["q"], frozenset(one for one, grade in row["expect"].items() if grade >= 2))
        for row in rows
    ]


def _asked_words(name: str, schedule: Schedule) -> set[str]:
    return {word for one in questions(name, schedule) for word in words(one.text)}


def measure(name: str, size: int, pipe: Any) -> None:
    """Build one engine, ask it all questions, and send the measurements."""
    schedule_name, schedule = base(size)
    asked = questions(schedule_name, schedule)
    lexicon()
    gc.collect()
    before = _resident()
    engine = ENGINES[name](schedule)
    gc.collect()
    held = _resident() - before
    built = min(_seconds(lambda: ENGINES[name](schedule)) for _ in range(BUILDS))
    gc.collect()
    gc.freeze()  # what is held is not to be walked while it is timed
    answers = [engine.ask(one.text) for one in asked]
    seen = {"built": built, "held": held, "times": _times(engine, asked), "scores": _scores(name, asked, answers)}
    if isinstance(engine, Ours):
        seen |= {
            "shared": _times(engine, shared_questions(schedule_name)),
            "whole": _timed(engine.ask, [one.text for one in asked]),
            "hostile": _timed(engine.ask, hostile(schedule)),
        }
    pipe.send(seen)


def hostile(schedule: Schedule) -> list[str]:
    """Messages of 10,000 characters that have much to look up: words that all stand, nearly stand, or are names."""
    said = [word for talk in schedule.talks for word in words(f"{talk.title} {talk.abstract}") if len(word) > 3]
    dice = random.Random(2019)
    dice.shuffle(said)
    slips = [word[:2] + word[3:] for word in said]
    names = [speaker.name for speaker in schedule.speakers]
    joined = (
        " ".join(said),
        " ".join(slips),
        ". ".join(map(" ".join, pairwise(slips))),
        ".".join(said),
        " ".join(names),
    )
    return [text[:10_000] for text in (*joined, "é" * 10_000, "a " * 5_000, "in the " * 1_500)]


def _seconds(work: Callable[[], object]) -> float:
    """The CPU seconds that a call takes; none of them waits for anything."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _times(engine: Any, asked: Sequence[Labelled]) -> list[float]:
    """Milliseconds per question, sorted; for our engine only the search, as the rivals do no more."""
    if isinstance(engine, Ours):
        return _timed(engine.find, [parse(one.text).about for one in asked])
    return _timed(engine.ask, [one.text for one in asked])


def _timed(ask: Callable[[Any], object], asked: Sequence[Any]) -> list[float]:
    """The best milliseconds of each question, sorted. They are asked in rounds, since a machine may be slow for seconds."""
    rounds = [[_seconds(partial(ask, one)) for one in asked] for _ in range(ROUNDS)]
    return sorted(min(times) * 1e3 for times in zip(*rounds, strict=True))


def _scores(name: str, asked: Sequence[Labelled], answers: Sequence[Ranked]) -> dict[str, float]:
    """The share that is right, by category: first place, or refused where there is nothing."""
    tops = sorted({found[0][1] for found in answers if found})
    thresholds = [0.0] if name == "ours" else [0.0, *tops[:: max(1, len(tops) // 200)]]
    best = max((_right(asked, answers, threshold) for threshold in thresholds), key=sum)
    shares = {"all": sum(best) / len(best)}
    for group in GROUPS:
        own = [right for right, one in zip(best, asked, strict=True) if one.category.split(":")[0] == group]
        shares[group] = sum(own) / len(own) if own else float("nan")
    return shares


def _right(asked: Sequence[Labelled], answers: Sequence[Ranked], threshold: float) -> list[bool]:
    tops = [found[0][0] if found and found[0][1] >= threshold else None for found in answers]
    return [top in one.wanted if top else not one.wanted for top, one in zip(tops, asked, strict=True)]


def _resident() -> float:
    """The memory of this process in MiB; 0 if the system does not tell it."""
    status = Path(f"/proc/{os.getpid()}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Measure every engine at every size, and print a table for each size."""
    if not FOSDEM.exists():
        print("../shared is not here: the bigger schedules are generated from QCon's five talks and plain English.\n")
    processes = multiprocessing.get_context("spawn")
    for size in SIZES:
        seen = {}
        for name in ENGINES:
            ours, theirs = processes.Pipe()
            process = processes.Process(target=measure, args=(name, size, theirs))
            process.start()
            seen[name] = ours.recv()
            process.join()
        _print(size, seen)


def _print(size: int, seen: dict[str, Any]) -> None:
    asked = len(seen["ours"]["times"])
    print(f"{size:,} talks, {asked} questions")
    print(f"{'':10}{'right':>7}" + "".join(f"{group:>11}" for group in GROUPS), end="")
    print(f"{'p50 ms':>10}{'p99 ms':>10}{'build s':>9}{'MiB':>7}{'p99 of ours':>13}")
    ours = _percentile(seen["ours"]["times"], 0.99)
    for name, one in seen.items():
        shares = one["scores"]
        p50, p99 = (_percentile(one["times"], share) for share in (0.5, 0.99))
        print(f"{name:10}{shares['all']:>7.1%}" + "".join(f"{shares[group]:>11.1%}" for group in GROUPS), end="")
        print(f"{p50:>10.3f}{p99:>10.3f}{one['built']:>9.2f}{one['held']:>7.0f}{p99 / ours:>12.1f}×")
    if shared := seen["ours"]["shared"]:
        p50, p99 = (_percentile(shared, share) for share in (0.5, 0.99))
        print(f"ours, the {len(shared)} shared questions alone: p50 {p50:.3f} ms, p99 {p99:.3f} ms")
    whole = [_percentile(seen["ours"]["whole"], share) for share in (0.5, 0.99)]
    print("ours, with reading the question and answering it: p50 {:.3f} ms, p99 {:.3f} ms".format(*whole))
    print(f"ours, the longest hostile message: {max(seen['ours']['hostile']):.1f} ms")
    print(f"a bare loop of 100,000 steps: {min(_seconds(_loop) for _ in range(20)) * 1e3:.1f} ms\n")


def _loop() -> None:
    for _ in range(100_000):
        pass


def _percentile(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, round(share * (len(times) - 1)))]


if __name__ == "__main__":
    main()
