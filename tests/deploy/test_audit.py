"""The counting of pip-audit's results."""

import json

import pytest

from deploy.audit import Audit, parse_output

CLEAN = {"name": "aiohttp", "version": "3.14.5", "vulns": []}

SKIPPED = {"name": "yarl", "skip_reason": "Dependency not found on PyPI and could not be audited: yarl (1.0)"}

VULNERABLE = {"name": "pyyaml", "version": "5.1", "vulns": [{"id": "PYSEC-2020-96", "fix_versions": ["5.3.1"]}]}


def of(*packages: object) -> Audit:
    return parse_output("x.lock", json.dumps({"dependencies": packages, "fixes": []}))


def test_a_lock_is_clean_only_if_every_package_was_checked() -> None:
    assert of(CLEAN).exit_code == 0
    assert str(of(CLEAN)) == "x.lock: 1 packages checked, no known vulnerabilities."


@pytest.mark.parametrize("packages", [(), (SKIPPED,), (CLEAN, SKIPPED)])
def test_a_lock_with_unchecked_packages_is_never_called_clean(packages: tuple[object, ...]) -> None:
    assert of(*packages).exit_code == 2
    assert "NOT AUDITED" in str(of(*packages))
    assert "no known vulnerabilities" not in str(of(*packages))


@pytest.mark.parametrize("output", ["", "Traceback (most recent call last):", "[]", "{}", "null"])
def test_unreadable_output_is_not_called_clean(output: str) -> None:
    result = parse_output("x.lock", output)
    assert result.exit_code == 2
    assert "NOT AUDITED: no package could be checked" in str(result)


def test_a_vulnerable_package_is_named_with_the_fixed_version() -> None:
    result = of(CLEAN, VULNERABLE, SKIPPED)
    assert result.exit_code == 1
    assert "pyyaml 5.1: PYSEC-2020-96, fixed in 5.3.1" in str(result)
