"""`python -m agents.cli`, the same program as `sealstream`."""

from agents.cli import main

main()
