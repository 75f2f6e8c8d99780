"""The playground: the real bot with a fake Slack and a web page that looks like Slack."""
