"""Check the locked dependencies for known vulnerabilities. `make audit` runs this.

pip-audit does the work, but says "No known vulnerabilities found" even if it could check nothing. So its results are
counted here. The exit code is 0 if every package was checked and is clean, 1 if one is vulnerable, and 2 if some could
not be checked.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

LOCKS = ("requirements.lock", "requirements-dev.lock")

DATABASES = ("osv", "pypi")  # pip-audit's names; the second is used if the first cannot be reached


@dataclass(frozen=True, slots=True)
class Audit:
    """The result for the packages of one lock file."""

    lock: str
    checked: tuple[str, ...]  # names
    unchecked: tuple[str, ...]
    vulnerable: tuple[str, ...]  # one line each: package, version, advisory, fixed versions

    @property
    def exit_code(self) -> int:
        """The exit code for this lock file, as the module's docstring defines it."""
        if self.vulnerable:
            return 1
        return 2 if self.unchecked or not self.checked else 0

    def __str__(self) -> str:
        lines = [f"{self.lock}: {line}" for line in self.vulnerable]
        if self.unchecked or not self.checked:
            count = len(self.unchecked)
            problem = "no package could be checked" if not self.checked else f"{count} packages could not be checked"
            lines.append(f"{self.lock}: NOT AUDITED: {problem}. Is a vulnerability database reachable from here?")
        elif not self.vulnerable:
            lines.append(f"{self.lock}: {len(self.checked)} packages checked, no known vulnerabilities.")
        return "\n".join(lines)


def parse_output(lock: str, output: str) -> Audit:
    """Read pip-audit's JSON; if it is not JSON, nothing was checked."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        packages = []
    return Audit(
        lock,
        checked=tuple(package["name"] for package in packages if "vulns" in package),
        unchecked=tuple(package["name"] for package in packages if "vulns" not in package),
        vulnerable=tuple(
            f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {', '.join(vulnerability['fix_versions']) or 'none'}"
            for package in packages
            for vulnerability in package.get("vulns", ())
        ),
    )


def audit(lock: str) -> Audit:
    """Ask one database after the other, until one knows every package of the lock file."""
    best = parse_output(lock, "")
    for database in DATABASES:
        best = max(best, parse_output(lock, _run_pip_audit(lock, database)), key=lambda result: len(result.checked))
        if best.checked and not best.unchecked:
            break
    return best


def _run_pip_audit(lock: str, database: str) -> str:
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
    ran = subprocess.run([*command, *options], capture_output=True, text=True, check=False)  # noqa: S603  # fixed arguments
    return ran.stdout


def main() -> int:
    """Print the result for each lock file, and return the exit code."""
    audits = [audit(lock) for lock in LOCKS]
    print(*audits, sep="\n")  # noqa: T201  # a command line prints
    codes = {result.exit_code for result in audits}
    return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
