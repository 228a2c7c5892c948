"""Policy: rules as data, what they find in an event, and the decision that follows."""
