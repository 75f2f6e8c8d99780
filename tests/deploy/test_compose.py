"""The Compose file: its published schema, and two bots with a PostgreSQL database."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.deploy.instructions import commands, section

FILE = ROOT / "deploy" / "compose.yaml"

TEXT = FILE.read_text(encoding="utf-8")

COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)

SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

BOTS = [service for name, service in SERVICES.items() if name.startswith("bot-")]


def checked(file: Path) -> subprocess.CompletedProcess[str]:
    """Check with the schema that check-jsonschema includes; nothing is fetched."""
    tool = Path(sys.executable).with_name("check-jsonschema")
    command = [str(tool), "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_compose_file_matches_its_schema() -> None:
    ran = checked(FILE)
    assert ran.returncode == 0, ran.stdout


def test_the_schema_check_finds_a_misspelt_key(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(TEXT.replace("read_only:", "read_onyl:"), encoding="utf-8")
    assert checked(tmp_path / "compose.yaml").returncode == 1


def test_the_two_bots_differ_only_in_their_ports() -> None:
    one, two = ({key: value for key, value in bot.items() if key != "ports"} for bot in BOTS)
    assert one == two
    ports = [port for bot in BOTS for port in bot["ports"]]
    assert all(port.startswith("127.0.0.1:") and port.endswith(":3000") for port in ports)
    assert len(set(ports)) == 2


def test_the_compose_file_contains_no_secret() -> None:
    assert not re.search(r"xox[bp]-|xapp-", TEXT)
    values = re.findall(r"^ +\w*(?:PASSWORD|TOKEN|SECRET)\w*: *(\S+)", TEXT, re.MULTILINE)
    assert values
    assert all(value.startswith("${") for value in values)
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_instructions_name_every_variable_that_must_be_set() -> None:
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == {"POSTGRES_PASSWORD"}
    prepare, *_ = commands("Compose")
    assert any("POSTGRES_PASSWORD=" in line and ">> .env" in line for line in prepare)
    assert "`POSTGRES_PASSWORD`" in section("Variables")
    assert all([file["path"] for file in bot["env_file"]] == [".env"] for bot in BOTS)


def test_every_service_is_read_only_without_privileges_and_with_limits() -> None:
    for service in SERVICES.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert {"mem_limit", "pids_limit", "restart", "stop_grace_period"} <= service.keys()


def test_every_service_is_restarted_when_it_ends() -> None:
    assert all(service["restart"] == "unless-stopped" for service in SERVICES.values())


def test_the_bots_wait_for_a_healthy_database_that_nobody_else_reaches() -> None:
    assert all(bot["depends_on"] == {"postgres": {"condition": "service_healthy"}} for bot in BOTS)
    postgres = SERVICES["postgres"]
    assert "healthcheck" in postgres
    assert "ports" not in postgres
    assert [COMPOSE["networks"][name]["internal"] for name in postgres["networks"]] == [True]


def test_the_bots_use_the_projects_dockerfile_and_all_other_images_are_pinned() -> None:
    for bot in BOTS:
        assert (
            FILE.parent / bot["build"]["context"] / bot["build"]["dockerfile"]
        ).resolve() == FILE.parent / "Dockerfile"
    others = {service["image"] for name, service in SERVICES.items() if "build" not in service}
    assert others
    assert all(re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", image) for image in others)


def test_every_volume_is_used_and_documented() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])
    assert all(f"`{name}` (Compose)" in section("Volumes") for name in used)
