"""Use cases: what is done with an event, in the order in which it is committed."""
