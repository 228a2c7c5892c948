"""Marks inside files: the implicit label of GB 45438-2025 and what other laws ask for."""
