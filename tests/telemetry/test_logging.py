import json
import subprocess
import sys

from tests.conftest import ROOT

# In a process of its own, since logging is set up once for a whole process.
SAID = """
import asyncio, gc, logging
import structlog
from bot import telemetry

telemetry.start_logging(as_json={as_json})
with structlog.contextvars.bound_contextvars(request="Ev1"):
    telemetry.logger("handlers").info("request", outcome="done")
    logging.getLogger("slack_sdk").warning("Slack refused xoxb-12-abc and xapp-1-A2-f0\\nwith body: my words")  # pragma: allowlist secret
    logging.getLogger("slack_sdk").info("not worth a line")
    try:
        raise ValueError("my words")
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request")

async def forgotten():
    async def fail():
        raise ValueError("my words")
    asyncio.get_running_loop().create_task(fail())
    await asyncio.sleep(0.01)
    gc.collect()

asyncio.run(forgotten())
"""


def _said(*, as_json: bool) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SAID.format(as_json=as_json)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == ""
    return done.stderr


def test_every_log_line_is_json_from_our_code_and_from_libraries() -> None:
    ours, slack, server, loop = map(json.loads, _said(as_json=True).splitlines())
    assert (ours["event"], ours["outcome"], ours["component"]) == ("request", "done", "handlers")
    assert (slack["logger"], slack["level"]) == ("slack_sdk", "warning")
    assert (server["error"], loop["error"]) == ("ValueError", "ValueError")
    assert ours["request"] == slack["request"] == server["request"] == "Ev1"
    assert "request" not in loop


def test_a_line_that_a_library_repeats_is_logged_once() -> None:
    many = "for n in (1, 1, 1, 2, 1): logging.getLogger('asyncio').error('no descriptor %s', n)"
    said = f"import logging\nfrom bot import telemetry\ntelemetry.start_logging(as_json=True)\n{many}"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, cwd=ROOT, check=True)
    assert [json.loads(line)["event"][-1] for line in done.stderr.splitlines()] == ["1", "2", "1"]


def test_log_lines_of_libraries_lose_tokens_bodies_and_the_texts_of_errors() -> None:
    for as_json in (True, False):
        said = _said(as_json=as_json)
        assert "Slack refused x" in said
        assert "fail" in said  # the place of the error
        assert not any(secret in said for secret in ("xoxb-", "xapp-", "my words")), said
