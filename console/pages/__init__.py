"""The pages, each with its JSON beside it."""
