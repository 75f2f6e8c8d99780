"""What people do in Slack: one folder for each feature, with everything that feature needs."""
