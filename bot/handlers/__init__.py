"""The features of the bot in Slack: one folder or file each, with everything that the feature needs."""
