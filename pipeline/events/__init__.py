"""Events: the envelope they come in, what they say, and who they are."""
