"""Clocks by partition: who has a partition of the clocks topic knows its open clocks, and says what they announce."""
