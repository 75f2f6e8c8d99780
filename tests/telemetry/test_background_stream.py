import os
import time

from bot.telemetry.background_stream import MAX_WAITING, BackgroundStream


def test_texts_that_find_no_room_are_dropped_and_counted_once_somebody_reads() -> None:
    reading, writing = os.pipe()
    stream = BackgroundStream(writing)
    stream.write("x" * 100_000)  # more than a pipe holds, so that the thread waits
    while not os.read(reading, 1):
        time.sleep(0.01)
    for _ in range(MAX_WAITING + 3):
        stream.write("y")
    said = b""
    while b"dropped" not in said:
        said += os.read(reading, 65_536)
    assert b"3 pieces of this log were dropped, because nobody read it.\ny" in said


def test_the_last_text_is_written_at_the_end() -> None:
    reading, writing = os.pipe()
    stream = BackgroundStream(writing)
    stream.write("one\n")
    print("two", file=stream)
    stream.end()
    assert os.read(reading, 100) == b"one\ntwo\n"


def test_the_end_does_not_wait_for_a_reader_that_does_not_read() -> None:
    _, writing = os.pipe()
    stream = BackgroundStream(writing)
    stream.write("x" * 100_000)
    stream.end()
