"""Save and unsave talks, show a personal agenda, share it."""
