"""What an event costs: sealstream beside two loops that only sign, and the floor, in one interleaved run.

`make bench` starts real Kafka and SeaweedFS, gives every contestant topics and buckets of its own, sends events of the
same kinds to one after the other, round by round, and counts the CPU time of each with all of its child processes. It
prints a table, and writes the figures as JSON.
"""
