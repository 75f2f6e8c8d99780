"""Simulate a whole conference under load and faults, and report the service levels of deploy/slo.yaml: `make soak`."""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace

from tests.postgresql import database_in, own_server, serving
from tests.soak.conference import soak
from tests.soak.outages import OutagesReport, outages_of_postgresql, outages_on_disk
from tests.soak.programme import Plan


def main() -> int:
    """Print the report; return 1 if a promise was broken."""
    defaults = Plan()
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--days", type=int, default=defaults.days)
    parser.add_argument("--people", type=int, default=defaults.people)
    parser.add_argument("--sessions", type=int, default=defaults.sessions)
    parser.add_argument(
        "--speed", type=float, default=defaults.speed, help="times faster than real time (default: %(default)g)"
    )
    parser.add_argument("--planning", type=float, default=defaults.planning, help="share who saved talks before")
    parser.add_argument(
        "--saves", type=int, default=defaults.saves, help="talks each of them saved (default: %(default)d)"
    )
    parser.add_argument("--per-second", type=float, default=defaults.per_second, help="requests (default: %(default)g)")
    parser.add_argument("--no-outages", action="store_true", help="leave out the outages in real time; they need root")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    arguments = parser.parse_args()
    plan = replace(
        defaults, **{key: value for key, value in vars(arguments).items() if key not in ("json", "no_outages")}
    )
    with serving() as server, database_in(server) as url:
        report = asyncio.run(soak(plan, url))
    print(report.as_json() if arguments.json else report.table())
    lives = [] if arguments.no_outages else list(_outages())
    for life in lives:
        print(f"\n{life.table()}", file=sys.stderr if arguments.json else sys.stdout)
    return 0 if report.is_well and all(life.is_well for life in lives) else 1


def _outages() -> Iterator[OutagesReport]:
    yield asyncio.run(outages_on_disk())
    with own_server() as server, database_in(server.get_uri()) as url:
        yield asyncio.run(outages_of_postgresql(server, url))


if __name__ == "__main__":
    sys.exit(main())
