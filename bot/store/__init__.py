"""What must survive a restart, and the few questions asked of it."""
