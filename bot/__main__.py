"""`python -m bot` is the command `qcon-bot`."""

from bot.cli import main

main()
