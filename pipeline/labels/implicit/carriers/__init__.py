"""Carriers: one module for each kind of file, with `read(body)` and `write(body, labels)`.

Both raise `ImplicitRefusedError` where the file cannot be read or cannot take the labels, and nothing else, whatever
the bytes. `pipeline.labels.implicit.table` says which carrier is for which media type.
"""
