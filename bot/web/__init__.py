"""How the world reaches the bot: over HTTP, and Slack also over a socket."""
