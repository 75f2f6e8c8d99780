import json

import pytest

from deploy.audit import Audit, audited

CLEAN = {"name": "aiohttp", "version": "3.14.5", "vulns": []}

SKIPPED = {"name": "yarl", "skip_reason": "Dependency not found on PyPI and could not be audited: yarl (1.0)"}

VULNERABLE = {"name": "pyyaml", "version": "5.1", "vulns": [{"id": "PYSEC-2020-96", "fix_versions": ["5.3.1"]}]}


def of(*packages: object) -> Audit:
    return audited("x.lock", json.dumps({"dependencies": packages, "fixes": []}))


def test_all_is_well_only_where_every_package_was_checked() -> None:
    assert of(CLEAN).exit_code == 0
    assert str(of(CLEAN)) == "x.lock: 1 packages checked, no known vulnerabilities."


@pytest.mark.parametrize("packages", [(), (SKIPPED,), (CLEAN, SKIPPED)])
def test_what_was_not_checked_is_never_called_clean(packages: tuple[object, ...]) -> None:
    assert of(*packages).exit_code == 2
    assert "NOT AUDITED" in str(of(*packages))
    assert "no known vulnerabilities" not in str(of(*packages))


@pytest.mark.parametrize("output", ["", "Traceback (most recent call last):", "[]", "{}", "null"])
def test_an_answer_that_tells_nothing_is_no_all_clear(output: str) -> None:
    found = audited("x.lock", output)
    assert found.exit_code == 2
    assert "NOT AUDITED: no package could be checked" in str(found)


def test_a_vulnerable_package_is_named_with_what_mends_it() -> None:
    found = of(CLEAN, VULNERABLE, SKIPPED)
    assert found.exit_code == 1
    assert "pyyaml 5.1: PYSEC-2020-96, mended in 5.3.1" in str(found)
