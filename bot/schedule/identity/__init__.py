"""Identity: which talks, rooms, tracks and speakers of a new version are those that are known already."""
