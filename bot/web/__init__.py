"""The HTTP server and its routes: Slack's requests, health, metrics, the OAuth install; and the socket of Socket Mode."""
