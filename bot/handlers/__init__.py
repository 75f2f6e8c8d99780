"""What the bot listens to in Slack, by topic of conversation."""
