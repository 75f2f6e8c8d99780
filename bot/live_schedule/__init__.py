"""The schedule that is served: its source, its versions, and how a new version replaces it."""
