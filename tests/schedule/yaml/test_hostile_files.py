"""Reading hostile files: it ends soon, with a schedule or with problems."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ScheduleError
from bot.schedule.yaml.load import load, load_with_problems
from bot.schedule.yaml.nodes import MAX_BYTES
from tests.conftest import EXAMPLES, QCON
from tests.yardstick import at_most

SAMPLE = b"""\
conference: {name: C, timezone: Europe/London, days: [2019-03-31, 2019-10-27], url: "https://x.org/"}
rooms:
- {id: r, name: R, floor: 1}
tracks:
- {id: t, title: T, day: 2019-03-31, room: r, host: s, description: "text"}
speakers:
- {id: s, name: &s S}
talks:
- id: a
  title: "A"
  speakers: [s]
  track: t
  room: r
  start: 2019-03-31 00:30
  end: 2019-03-31 02:30
  abstract: |-
    One.

    Two.
- {id: b, title: *s, start: 2019-10-27 01:30+01:00, end: 2019-10-27 01:30+00:00}
info: [{ask: [wifi], answer: none}]
"""

MARKS = [b"&a ", b"*a", b"*s", b"!!x ", b"<<: ", b"? ", b"- ", b": ", b"{", b"}", b"[", b"]", b"'", b'"', b"|\n", b"#"]

BYTES = [
    b"\\",
    b"%",
    b"---\n",
    b"...\n",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    "é\u2028\ufeff".encode(),
    b"\r",
    b"\n",
    b"\t",
]

VALUES = [
    b"2019-03-31 01:30",
    b"9999-99-99",
    b"0001-01-01 00:00",
    b"~",
    b"null",
    b"../../etc/passwd",
    b"id: a",
    b"-",
    b"Z",
]

SNIPPETS = st.sampled_from([*MARKS, *BYTES, *VALUES])

MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 12), SNIPPETS | st.binary(max_size=6)), max_size=6
)


def mutated(mutations: list[tuple[int, int, bytes]]) -> bytes:
    data = SAMPLE
    for start, gone, put in mutations:
        data = data[:start] + put + data[start + gone :]
    return data


def test_the_file_to_be_mutated_is_valid() -> None:
    assert load(SAMPLE, "x").talks


def check(data: bytes) -> None:
    schedule, problems = load_with_problems(data, "x")
    assert (schedule is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.line > 0 and problem.column > 0 and str(problem).isprintable() for problem in problems)


@given(MUTATIONS)
@settings(max_examples=4 * EXAMPLES)
def test_a_mutated_file_gives_a_schedule_or_problems(mutations: list[tuple[int, int, bytes]]) -> None:
    check(mutated(mutations))


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_a_schedule_or_problems(data: bytes) -> None:
    check(data)


@given(st.integers(0, len(SAMPLE)))
def test_a_file_cut_short_gives_a_schedule_or_problems(length: int) -> None:
    check(SAMPLE[:length])


@given(MUTATIONS)
def test_loading_raises_nothing_but_schedule_errors_with_problems(mutations: list[tuple[int, int, bytes]]) -> None:
    data = mutated(mutations)
    if load_with_problems(data, "x")[0]:
        assert load(data, "x").conference.days
    else:
        with pytest.raises(ScheduleError, match="error: "):
            load(data, "x")


HEAD = b"conference: {name: C, timezone: Europe/London, days: [2019-03-05]}\n"

TIMES = b"start: 2019-03-05 10:00, end: 2019-03-05 11:00"


def repeated(text: bytes) -> bytes:
    return text * ((MAX_BYTES - 100) // len(text))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(repeated(b"["), id="brackets"),
        pytest.param(repeated(b"? "), id="nested keys"),
        pytest.param(b"[" + repeated(b"a,") + b"]", id="too many values"),
        pytest.param(b"{" + repeated(b"a: a,") + b"}", id="one key for ever"),
        pytest.param(b'"' + repeated(b"a\n") + b'"', id="one long text"),
        pytest.param(repeated(b"x") + b"\xff", id="not UTF-8 at the very end"),
        pytest.param(b"x" * (MAX_BYTES + 1), id="over 8 MB"),
        pytest.param(
            HEAD + b'talks:\n- &t {id: t, title: "' + b"x y\n" * 500_000 + b'", start: x, end: x}\n' + b"- *t\n" * 9_000,
            id="a long text, aliased often",
        ),
        pytest.param(
            HEAD + b"rooms: [{id: r, name: R}]\ntalks:\n"
            + b"".join(b"- {id: t%d, title: t, %s, room: r}\n" % (n, TIMES) for n in range(9_000)),
            id="all in one room at once",
        ),
        pytest.param(
            HEAD + b"speakers:\n" + b"".join(b"- {id: speaker%d, name: n}\n" % n for n in range(30_000)) + b"talks:\n"
            + b"".join(b"- {id: t%d, title: t, %s, speakers: [xx%d]}\n" % (n, TIMES, n) for n in range(3_000)),
            id="nobody of them known",
        ),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_a_hostile_file_is_read_within_five_seconds(data: bytes) -> None:
    at_most(5, lambda: check(data))


def test_the_real_file_survives_being_cut_anywhere() -> None:
    data = QCON.read_bytes()
    for length in range(0, len(data), 97):
        check(data[:length])
