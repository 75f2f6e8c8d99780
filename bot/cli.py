"""The command `qcon-bot`: each subcommand parses its arguments and calls one function."""

import argparse


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="qcon-bot", description=__doc__)
    parser.parse_args()
