"""A whole conference under load and faults, and how the promises of deploy/slo.yaml were kept: `make soak`."""

import argparse
import asyncio
import sys
from dataclasses import replace

from tests.postgresql import database_in, serving
from tests.soak.conference import soak
from tests.soak.programme import Plan


def main() -> int:
    """Print the report; 1 where a promise was broken."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--days", type=int, default=usual.days)
    parser.add_argument("--people", type=int, default=usual.people)
    parser.add_argument("--sessions", type=int, default=usual.sessions)
    parser.add_argument(
        "--speed", type=float, default=usual.speed, help="times faster than life (default: %(default)g)"
    )
    parser.add_argument("--planning", type=float, default=usual.planning, help="share who saved talks before")
    parser.add_argument(
        "--saves", type=int, default=usual.saves, help="talks each of them saved (default: %(default)d)"
    )
    parser.add_argument("--per-second", type=float, default=usual.per_second, help="requests (default: %(default)g)")
    parser.add_argument("--json", action="store_true", help="the report for machines")
    given = parser.parse_args()
    told = {key: value for key, value in vars(given).items() if key != "json"}
    plan = replace(usual, **told)
    with serving() as server, database_in(server) as url:
        report = asyncio.run(soak(plan, url))
    print(report.as_json() if given.json else report.table())
    return 0 if report.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
