"""What each subcommand of `qcon-bot` does, once its arguments are parsed."""
