from dataclasses import replace

import pytest

from bot.search.index import build
from tests.schedules import a_schedule, a_talk, a_track
from tests.search.datasets import schedule_of
from tests.search.similar_labels import SCHEDULES, similar_labels


def test_function_words_of_another_language_do_not_make_talks_similar() -> None:
    first = a_talk("Brot backen", "10:00", abstract="Das Brot und nicht der Kuchen, von der Hefe bis zur Kruste.")
    second = a_talk("Pilze sammeln", "11:00", abstract="Der Wald und nicht das Feld, von der Spore bis zur Pfanne.")
    other = a_talk("Statistics", "12:00", abstract="Counting things that nobody has ever counted before.")
    schedule = a_schedule(first, second, other)
    assert build(schedule).similarity.similar_talks(first, schedule.talks) == ()


def test_talks_with_the_same_rare_words_are_similar() -> None:
    borg = a_talk("Backups with Borg", abstract="Encrypted backups of servers, and how to restore them.")
    bacula = a_talk("Bareos", "14:00", abstract="Which backups to keep, and how to restore a server.")
    other = a_talk("Baking bread", "15:00", abstract="How to keep sourdough alive.")
    schedule = a_schedule(borg, bacula, other)

    (similar,) = build(schedule).similarity.similar_talks(borg, schedule.talks)

    assert similar.talk == bacula
    assert "backups" in similar.words


def test_breaks_cancelled_talks_and_the_talk_itself_are_left_out() -> None:
    rust = a_talk("Rust in the kernel", abstract="Rust drivers for the kernel.")
    lunch = a_talk("Rust lunch in the kernel", "12:00", kind="lunch", abstract=rust.abstract)
    cancelled = replace(a_talk("Rust in the kernel, again", "13:00", abstract=rust.abstract), cancelled=True)
    given = a_talk("Rust for the kernel", "14:00", abstract=rust.abstract)
    schedule = a_schedule(rust, lunch, cancelled, given)

    assert [row.talk for row in build(schedule).similarity.similar_talks(rust, schedule.talks)] == [given]


def test_a_talk_in_the_same_track_comes_first_if_two_are_equally_similar() -> None:
    systems = a_track("Systems")
    rust = a_talk("Rust everywhere", track=systems, abstract="Safe code.")
    elsewhere = a_talk("Rust at work", "13:00", track=a_track("Music"), abstract="Safe songs.")
    here = a_talk("Rust at home", "14:00", track=systems, abstract="Safe songs.")
    schedule = a_schedule(rust, elsewhere, here)

    assert [similar.talk for similar in build(schedule).similarity.similar_talks(rust, schedule.talks)] == [
        here,
        elsewhere,
    ]


def test_a_talk_of_similar_meaning_comes_first_if_two_share_the_same_words() -> None:
    talk = a_talk("Whisker and Paprika", abstract="Monitoring servers and alerting in production.")
    music = a_talk("Whisker and Paprika at night", "13:00", abstract="Guitars, drums and singing on a stage.")
    metrics = a_talk("Whisker and Paprika at work", "14:00", abstract="Metrics, dashboards and incidents of a cluster.")
    others = [a_talk(f"{thing} time", f"{15 + at}:00") for at, thing in enumerate(("Bread", "Chess", "Garden"))]
    schedule = a_schedule(talk, music, metrics, *others)

    assert build(schedule).similarity.similar_talks(talk, schedule.talks)[0].talk == metrics


def test_a_schedule_without_words_has_no_similar_talks() -> None:
    talk = a_talk("?", id="a")
    schedule = a_schedule(talk, a_talk("!", "12:00", id="b"))

    assert build(schedule).similarity.similar_talks(talk, schedule.talks) == ()


def test_seven_in_ten_of_the_similar_talks_are_those_an_attendee_would_name() -> None:
    right, without = [], 0
    for name in SCHEDULES:
        schedule = schedule_of(name)
        if schedule is None:
            pytest.skip("../shared/schedules is not here")
        index, labels = build(schedule), similar_labels(name, schedule)
        for id, wanted in labels.items():
            rows = index.similarity.similar_talks(schedule.talk_by_id[id], schedule.talks)
            right += [row.talk.id in wanted for row in rows]
            without += not rows

    assert sum(right) / len(right) >= 0.7
    assert len(right) >= 100
    assert without <= 6
