"""Duties that run by themselves: cases, and the clocks that law puts on them."""
