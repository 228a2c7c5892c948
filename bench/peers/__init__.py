"""What sealstream is held against: programs of a page or two that share no code with it."""
