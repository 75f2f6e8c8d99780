"""The command line: parsing of arguments, one module for each group of commands, the setup wizard."""
