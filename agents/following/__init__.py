"""Following a topic from its beginning: what the followers of reference sets and fingerprints share."""
