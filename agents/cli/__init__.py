"""The command line: one program, `sealstream`."""

from agents.cli.main import main

__all__ = ["main"]
