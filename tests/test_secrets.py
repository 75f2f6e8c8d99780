"""`make secrets`, as CI runs it, finds tokens before they are committed."""

import subprocess
import sys
from pathlib import Path

import pytest

HOOK = [sys.executable, "-c", "from detect_secrets.pre_commit_hook import main; raise SystemExit(main())"]

PLANTED = {
    "a bot's token": "token = 'xox" + "b-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1'",
    "a key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a password in an address": "url = 'postgresql://bot:" + "hunter2secret@db/qcon'",
}


def _found(file: Path) -> bool:
    return subprocess.run([*HOOK, str(file)], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_secret_is_found(what: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"{PLANTED[what]}\n", encoding="utf-8")
    assert _found(file)


def test_code_without_a_secret_passes(tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text('token = os.environ["SLACK_BOT_TOKEN"]\n', encoding="utf-8")
    assert not _found(file)
