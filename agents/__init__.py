"""What runs: the Faust app and its agents, the delivery loop, health, and the command line."""
