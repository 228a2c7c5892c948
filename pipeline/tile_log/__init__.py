"""Tile logs: a leaf for every record, so that nothing that was stored can be changed or taken away unnoticed.

One log for each partition of an input topic, as C2SP tlog-tiles has it, in the records bucket. What is needed of it is
here; `proofs`, `reading` and `signing` are imported by name.
"""

from pipeline.tile_log.checkpoint import Checkpoint, LogFaultError, LogPublicKey, LogSigner
from pipeline.tile_log.logs import TileLogs
from pipeline.tile_log.place import LOGS, Batch, Leaf, LogPlace
from pipeline.tile_log.writer import MOST_LEAVES, TileLog

__all__ = [
    "LOGS",
    "MOST_LEAVES",
    "Batch",
    "Checkpoint",
    "Leaf",
    "LogFaultError",
    "LogPlace",
    "LogPublicKey",
    "LogSigner",
    "TileLog",
    "TileLogs",
]
