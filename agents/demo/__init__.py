"""The demo: real media through a real worker, on this machine alone."""
