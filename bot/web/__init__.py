"""HTTP besides Slack's events: health, metrics, the OAuth install, the server."""
