"""Plan, sweep, courier: from a schedule to messages that arrive once and in time."""
