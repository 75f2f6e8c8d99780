"""`make bench-questions`: how many questions are answered right over a schedule that nothing was trained on.

For every schedule the decision is trained on the questions about all others, then asked the ones about this: the figures
are what an organiser may expect of a new conference. Beside them stand the answers of the system before there was a
learned decision (kept in questions_before.json), and what FTS5, tantivy and rapidfuzz's WRatio find; these cannot say
"nothing", so each gets the one threshold that suits it best on these very questions.

    python -m tests.benchmarks.questions [--wrong] [--dataset natural|clean]
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.cli.schedule import PlainTextBot
from bot.schedule.models import Schedule
from bot.search.index import Index, build
from tests.benchmarks.rivals import ENGINES, Engine
from tests.search.datasets import VERDICTS, Answer, Question, questions, schedule_of
from training.records import Record, record
from training.train import train

BEFORE = Path(__file__).parent / "questions_before.json"
RIVALS = ("fts5", "tantivy", "rapidfuzz")
THRESHOLDS = 60  # are tried for each rival

Verdicts = dict[str, str]  # by the question's id


class Benchmark:
    """All questions at hand, by schedule, with the index of each."""

    def __init__(self) -> None:
        self.asked: dict[str, list[Question]] = defaultdict(list)
        for question in questions():
            self.asked[question.schedule].append(question)
        self.schedules: dict[str, Schedule] = {
            name: schedule for name in self.asked if (schedule := schedule_of(name)) is not None
        }
        self.indexes: dict[str, Index] = {name: build(schedule) for name, schedule in self.schedules.items()}

    def records(self) -> dict[str, list[Record]]:
        """The choices that all questions led to, by schedule."""
        return {name: record(self.asked[name], self.schedules[name], self.indexes[name]) for name in self.asked}

    def left_out(self) -> tuple[Verdicts, list[str]]:
        """The verdict on each question by a decision that was trained without its schedule, and the wrong ones."""
        records = self.records()
        verdicts: Verdicts = {}
        wrong = []
        for name, asked in self.asked.items():
            others = [one for other, many in records.items() if other != name for one in many]
            index = replace(self.indexes[name], decision=train(others))
            for question in asked:
                given = self._answer(question, index)
                verdicts[question.id] = question.judge(given)
                if verdicts[question.id] != "right":
                    wrong.append(_line(question, verdicts[question.id], given))
        return verdicts, wrong

    def _answer(self, question: Question, index: Index) -> Answer:
        schedule = self.schedules[question.schedule]
        return PlainTextBot(schedule, index, _moment(question, schedule), "/qcon").answer(question.text)

    def rival(self, name: str) -> Verdicts:
        """The verdicts on one rival with the threshold that suits it best."""
        given = []
        for schedule_name, asked in self.asked.items():
            engine = ENGINES[name](self.schedules[schedule_name])
            given += [(question, *_told(engine, question, self.schedules[schedule_name])) for question in asked]
        tops = sorted(score for _, _, score in given)
        best: Verdicts = {}
        for threshold in [0.0, *tops[:: max(1, len(tops) // THRESHOLDS)]]:
            verdicts = {
                question.id: question.judge(answer if score >= threshold else _NOTHING)
                for question, answer, score in given
            }
            if _right(verdicts) >= _right(best):
                best = verdicts
        return best


_NOTHING: Answer = {"results": [], "answered": False, "offered": [], "text": ""}


def _told(engine: Engine, question: Question, schedule: Schedule) -> tuple[Answer, float]:
    """The results of a rival, with the time, the room and the people of each session beside its title."""
    found = engine.ask(question.text)
    lines = []
    for id, _ in found:
        talk = schedule.talk_by_id[id]
        start = schedule.conference.local(talk.start)
        people = ", ".join(speaker.name for speaker in talk.speakers)
        lines.append(f"{talk.title}, {start:%H:%M}, {talk.room.place if talk.room else ''}, {people}")
    ids = [id for id, _ in found]
    return {"results": ids, "answered": bool(ids), "offered": [], "text": "\n".join(lines)}, found[0][
        1
    ] if found else 0.0


def _moment(question: Question, schedule: Schedule) -> Any:
    return question.at.replace(tzinfo=schedule.conference.timezone)


def _right(verdicts: Verdicts) -> int:
    return sum(verdict == "right" for verdict in verdicts.values())


def _line(question: Question, verdict: str, given: Answer) -> str:
    text = " / ".join(given["text"].splitlines())[:160]
    return f"{verdict:13} {question.id:28} [{question.kind}] {question.text!r}\n              {text}"


def table(asked: Iterable[Question], systems: Mapping[str, Verdicts], by: str) -> None:
    """One row for each kind or schedule: of how many questions which share is right, offered, wrong, false."""
    groups: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for question in asked:
        dataset = "anywhere" if question.kind == "anywhere" else question.dataset
        groups[dataset, ""].append(question)
        if dataset != "anywhere":
            groups[dataset, getattr(question, by)].append(question)
    ours, *others = systems
    print(
        f"\n{by:26}{'n':>6}" + "".join(f"{verdict:>14}" for verdict in VERDICTS) + "".join(f"{o:>11}" for o in others)
    )
    for (dataset, name), members in sorted(groups.items()):
        counts = Counter(systems[ours][question.id] for question in members)
        shares = [100 * counts[verdict] / len(members) for verdict in VERDICTS]
        rest = [100 * sum(systems[o].get(q.id) == "right" for q in members) / len(members) for o in others]
        label = f"{dataset}, {name}" if name else f"{dataset.upper()}"
        print(
            f"{label:26}{len(members):6}"
            + "".join(f"{share:12.1f} %" for share in shares)
            + "".join(f"{share:9.1f} %" for share in rest)
        )


def summary(asked: Iterable[Question], verdicts: Verdicts) -> None:
    """The figures that are promised."""
    for dataset in ("clean", "natural"):
        own = [question for question in asked if question.dataset == dataset and question.kind != "anywhere"]
        if not own:
            continue
        refusals = [question for question in own if question.refuse]
        phrased = [question for question in own if question.kind == "paraphrase"]
        right, offered, false, paraphrases = (
            100 * sum(verdicts[question.id] in wanted for question in some) / max(1, len(some))
            for some, wanted in (
                (own, ("right",)), (own, ("right", "offered")), (refusals, ("false answer",)), (phrased, ("right",)),
            )
        )  # fmt: skip
        print(
            f"{dataset}: {right:.1f} % right, {offered:.1f} % right or offered, of {len(refusals)} refusals {false:.1f} % "
            f"answered, of {len(phrased)} paraphrases {paraphrases:.1f} % right"
        )


def main() -> None:
    """Train without each schedule in turn, ask, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", choices=("natural", "clean"), default="")
    parser.add_argument("--wrong", action="store_true", help="print each question that is not answered right")
    parser.add_argument("--no-rivals", action="store_true")
    options = parser.parse_args()
    benchmark = Benchmark()
    asked = [q for many in benchmark.asked.values() for q in many if options.dataset in ("", q.dataset)]
    ours, wrong = benchmark.left_out()
    systems = {"ours": ours, "before": json.loads(BEFORE.read_text(encoding="utf-8"))}
    systems |= {} if options.no_rivals else {name: benchmark.rival(name) for name in RIVALS}
    for by in ("kind", "schedule"):
        table(asked, systems, by)
    print()
    summary(asked, ours)
    if options.wrong:
        print("\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
