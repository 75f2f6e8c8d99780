"""The features of the bot in Slack: one folder or file each; and four files that serve all features."""
