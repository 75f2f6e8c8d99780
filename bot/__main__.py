"""`python -m bot` is the command `qcon-bot`."""

from bot.cli.main import main

main()
