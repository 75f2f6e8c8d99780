"""The HTTP server and its routes: Slack's requests, health, metrics, the OAuth install; and Socket Mode's socket."""
