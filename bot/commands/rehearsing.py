"""Rehearsing the conference before the day."""

from argparse import Namespace as Arguments

from bot import settings, telemetry
from bot.playground.rehearsal.supposed import AttendeeModel
from bot.playground.rehearsal.terminal import simulation_report


def run_rehearse(arguments: Arguments) -> int:
    """Run the whole conference before the day, on this machine alone, and tell who gets what when."""
    telemetry.start_logging("WARNING")
    supposed = AttendeeModel(arguments.attendees, arguments.saves, arguments.seed, arguments.track_channels)
    told, went_well = simulation_report(settings.read_settings(), arguments.schedule, supposed, as_json=arguments.json)
    print(told)
    return 0 if went_well else 1
