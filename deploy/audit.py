"""Checks the locks against a database of known vulnerabilities. `make audit` runs it.

pip-audit does the work, but says "No known vulnerabilities found" also where it could check nothing. So its answer is
counted here. The exit code is 0 where every package was checked and is clean, 1 where one is vulnerable, and 2 where not
all could be checked.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

LOCKS = ("requirements.lock", "requirements-dev.lock")

DATABASES = ("osv", "pypi")  # as pip-audit calls them; the second is asked where the first cannot be reached


@dataclass(frozen=True, slots=True)
class Audit:
    """What is known of the packages of one lock."""

    lock: str
    checked: tuple[str, ...]  # names
    unchecked: tuple[str, ...]
    vulnerable: tuple[str, ...]  # a line each: package, version, advisory, versions that mend it

    @property
    def exit_code(self) -> int:
        """As the module's docstring says."""
        if self.vulnerable:
            return 1
        return 2 if self.unchecked or not self.checked else 0

    def __str__(self) -> str:
        lines = [f"{self.lock}: {line}" for line in self.vulnerable]
        if self.unchecked or not self.checked:
            count = len(self.unchecked)
            told = "no package could be checked" if not self.checked else f"{count} packages could not be checked"
            lines.append(f"{self.lock}: NOT AUDITED: {told}. Is a vulnerability database reachable from here?")
        elif not self.vulnerable:
            lines.append(f"{self.lock}: {len(self.checked)} packages checked, no known vulnerabilities.")
        return "\n".join(lines)


def audited(lock: str, output: str) -> Audit:
    """The audit that pip-audit's JSON tells; where it is no JSON, nothing was checked."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        packages = []
    return Audit(
        lock,
        checked=tuple(package["name"] for package in packages if "vulns" in package),
        unchecked=tuple(package["name"] for package in packages if "vulns" not in package),
        vulnerable=tuple(
            f"{package['name']} {package['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
            for package in packages
            for found in package.get("vulns", ())
        ),
    )


def audit(lock: str) -> Audit:
    """Ask one database after the other, until one knows every package of the lock."""
    found = audited(lock, "")
    for database in DATABASES:
        found = max(found, audited(lock, _asked(lock, database)), key=lambda tried: len(tried.checked))
        if found.checked and not found.unchecked:
            break
    return found


def _asked(lock: str, database: str) -> str:
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(ROOT / lock),
        "--require-hashes",
        "--disable-pip",
    ]
    options = ["--vulnerability-service", database, "--format", "json", "--progress-spinner", "off"]
    ran = subprocess.run([*command, *options], capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    return ran.stdout


def main() -> int:
    """Print what was found in each lock; the exit code."""
    audits = [audit(lock) for lock in LOCKS]
    print(*audits, sep="\n")  # noqa: T201  # a command line prints
    codes = {found.exit_code for found in audits}
    return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
