"""A log as the files of C2SP tlog-tiles, for whoever verifies it with tools of their own."""

from collections.abc import Iterator

from pipeline.tile_log.reading import LogReader, OpenedLog
from pipeline.tile_log.tree import tile_path

__all__ = ["exported"]

_LEVEL_BITS = 8


def exported(reader: LogReader, opened: OpenedLog) -> Iterator[tuple[str, bytes]]:
    """Every file of a log: full tiles and bundles as they lie in the store, what is begun, and last the checkpoint.

    Args:
        reader: reads the log.
        opened: the log.

    Raises:
        LogFaultError: a tile is missing, or not whole.
        WorldError: the store does not answer.
    """
    mine = {tile.path: tile.body for tile in (*opened.filled, *opened.edge.partial())}
    full = opened.checkpoint.size >> _LEVEL_BITS
    level = 0
    while full:
        for index in range(full):
            for kind in (None, 0) if level == 0 else (level,):
                path = tile_path(kind, index)
                if path not in mine:
                    yield path, reader.tile(kind, index)
        full >>= _LEVEL_BITS
        level += 1
    yield from mine.items()
    yield "checkpoint", opened.batch.checkpoint.encode()
