"""Following topics from their beginning: one follower for reference sets and fingerprints."""
