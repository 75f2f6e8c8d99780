"""The schedule that is served: its versions, its source, and how a new version takes over."""
