"""Questions in slash commands, mentions and direct messages, and the answers."""
