"""The wheel, installed and run in an empty folder."""

import asyncio
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot import __version__
from tests.conftest import ROOT
from tests.deploy.wheel import build_wheel, install_wheel, run
from tests.end_to_end.processes import environment, wait_until_ready
from tests.fake_slack.server import SlackForTests


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def qcon_bot(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(install_wheel(wheel, tmp_path_factory.mktemp("environment")))


def packaged() -> Iterator[str]:
    """Every file of bot/ that is in the repository or could be."""
    for path in (ROOT / "bot").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix()


def test_the_wheel_has_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == set(packaged())
    assert {"bot/schedule/data/qcon-london-2019.yaml", "bot/playground/ui/index.html"} <= names


def test_the_installed_bot_prints_its_version(qcon_bot: str, wheel: Path, tmp_path: Path) -> None:
    assert run([qcon_bot, "--version"], tmp_path) == f"qcon-bot {__version__}\n"
    assert wheel.name == f"qcon_bot-{__version__}-py3-none-any.whl"


def test_the_installed_bot_answers_a_question_in_an_empty_folder(qcon_bot: str, tmp_path: Path) -> None:
    told = run([qcon_bot, "ask", "--at", "2019-03-05T10:20", "who talks about Terraform?"], tmp_path)
    assert told.startswith("Yevgeniy Brikman")
    assert list(tmp_path.iterdir()) == []


async def test_the_installed_bot_serves_slack_in_an_empty_folder(qcon_bot: str, tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        variables = {key: value for key, value in environment(slack, tmp_path).items() if key != "PYTHONPATH"}
        process = await asyncio.create_subprocess_exec(
            qcon_bot, "run", env=variables, cwd=tmp_path, stderr=asyncio.subprocess.PIPE
        )
        async with wait_until_ready(process) as bot:
            slack.connect(f"{bot.url}/slack/events")
            assert bot.ready.startswith("ready: 5 talks, revision 1")
            assert "Yevgeniy Brikman" in (await slack.person("amara").ask("/qcon speaker brikman")).text
            assert await bot.stop() == 0


async def test_the_installed_bot_opens_the_playground_in_an_empty_folder(qcon_bot: str, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        qcon_bot, "demo", "--no-open", "--port", "0", env={}, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(50):
            found = re.search(r"http://[\d.:]+", (await process.stdout.readline()).decode())
            assert found
            async with aiohttp.ClientSession() as session, session.get(found[0]) as response:
                assert response.status == 200
                assert "<title>" in await response.text()
    finally:
        process.terminate()
        await process.wait()
