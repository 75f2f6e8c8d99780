"""Measure the CPU that one unsigned request costs, whatever it holds.

`make bench-unsigned` prints the table, and fails if a request costs more than a millisecond. The bot runs in a process of
its own. The requests come one after the other, each over its own connection, as they would from someone without the
secret. The cost is what the operating system counted for the bot's process.
"""

import asyncio
import gzip
import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bot.web.server import LIMITS
from tests.end_to_end.processes import Running, run
from tests.fake_slack.server import SlackForTests

BOUND_MS = 1.0

REQUESTS = 150  # of each kind; the system counts in hundredths of a second

LARGEST = LIMITS.body

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def written(
    body: bytes, content_type: str = JSON, *more: str, path: str = "/slack/events", chunked: bool = False
) -> bytes:
    """One request as bytes, with the current time and an invalid signature."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = (
        f"POST {path} HTTP/1.1",
        "Host: bot.example.org",
        f"Content-Type: {content_type}",
        f"X-Slack-Request-Timestamp: {int(datetime.now(UTC).timestamp())}",
        f"X-Slack-Signature: v0={'0' * 64}",
        "Connection: close",
        length,
        *more,
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def kinds() -> Iterator[tuple[str, bytes]]:
    """Requests that someone without the secret might send, by name."""
    command = b"command=%2Fqcon&text=next&team_id=T1&user_id=U1"
    event = json.dumps({"type": "event_callback", "team_id": ["T1"], "event": {"type": "message"}}).encode()
    yield "a command", written(command, FORM)
    yield "ssl_check=1", written(command + b"&ssl_check=1", FORM)
    yield "a list for a text", written(event)
    for charset in ("punycode", "idna", "utf-7", "unicode_escape", "klingon"):
        yield f"charset={charset}", written("ä".encode() * 80_000 + b"x" * 1_000, f"{FORM}; charset={charset}")
        yield f"charset={charset}, ASCII", written(b"-" + b"z" * 160_000, f"{FORM}; charset={charset}")
    yield "many parameters", written(b"a=&" * (LARGEST // 3), FORM)
    yield "percent signs", written(b"payload=" + b"%41" * (LARGEST // 3 - 3), FORM)
    yield "deep JSON", written(b"[" * LARGEST)
    yield "wide JSON", written(b'{"a":[' + b"1," * (LARGEST // 2 - 10) + b"1]}")
    yield "a long number", written(b'{"a":' + b"9" * 200_000 + b"}")
    yield "the largest body", written(b"x" * LARGEST)
    yield "a body too large", written(b"x" * (2 * LARGEST))
    yield "a gzip bomb", written(gzip.compress(b"x" * 50_000_000), JSON, "Content-Encoding: gzip")
    yield "chunks of a byte", written(b"1\r\nx\r\n" * 40_000 + b"0\r\n\r\n", JSON, chunked=True)
    yield "many headers", written(command, FORM, *(f"X-{number}: {'y' * 200}" for number in range(100)))
    yield "large headers", written(command, FORM, *(f"X-{number}: {'y' * 8_000}" for number in range(100)))
    yield "a long query", written(command, FORM, path="/slack/events?" + "a=&" * 2_500)


async def cost_ms(bot: Running, request: bytes) -> float:
    """Milliseconds of CPU that one such request costs."""
    host, port = bot.url.removeprefix("http://").split(":")
    process = psutil.Process(bot.process.pid)
    before = process.cpu_times()
    for _ in range(REQUESTS):
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            await reader.read()
        except ConnectionError:
            pass  # the bot hung up before it had read everything
        finally:
            writer.close()
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) * 1000 / REQUESTS


async def measure() -> dict[str, float]:
    """The cost of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        async with SlackForTests.serving() as slack, run(slack, Path(folder)) as bot:
            await cost_ms(bot, written(b"{}"))  # warm
            return {name: await cost_ms(bot, request) for name, request in kinds()}


def main() -> None:
    """Print the table."""
    costs = asyncio.run(measure())
    print(f"CPU of one unsigned request, {REQUESTS} of each kind; milliseconds")
    for name, cost in costs.items():
        print(f"{name:32} {cost:7.2f}")
    if max(costs.values()) > BOUND_MS:
        sys.exit(f"More than {BOUND_MS:g} ms.")


if __name__ == "__main__":
    main()
