"""ZIP containers (Office Open XML, EPUB): names and contents of all entries, told by their check sums.

Only labels are written into them, into parts that are for metadata.
"""

import io
import posixpath
import zipfile
import zlib
from typing import Final

from lxml import etree

from pipeline.assets.promises.container import BrokenContainerError, Promises, reading

__all__ = ["promises"]

_RELATIONS: Final = "_rels/.rels"
_MAIN: Final = "/officeDocument"
_TYPES: Final = "[Content_Types].xml"
_PACKAGE_DOCUMENT: Final = ".opf"
_STORY: Final = "word/document.xml"
_MOST_ENTRIES: Final = 10_000
_MOST_BYTES: Final = 1024 * 1024
_RAISED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    OverflowError,
    etree.LxmlError,
)


def promises(body: bytes) -> Promises:
    """What a container promises: all but what describes it, and the story of a Word document, which takes a label."""
    with reading(*_RAISED), zipfile.ZipFile(io.BytesIO(body)) as container:
        entries = container.infolist()
        described = {_RELATIONS, _TYPES, _STORY, *_properties(container)}
    if len(entries) > _MOST_ENTRIES:
        raise BrokenContainerError
    first = entries[0] if entries else None
    return {
        "its first entry": None if first is None else (first.filename, first.compress_type),
        "its parts": {
            entry.filename: (entry.CRC, entry.file_size)
            for entry in entries
            if entry.filename not in described and not entry.filename.endswith(_PACKAGE_DOCUMENT)
        },
    }


def _properties(container: zipfile.ZipFile) -> set[str]:
    """The parts of a package that describe it, and one of properties that it does not have yet."""
    names = {"docProps/custom.xml"}
    if _RELATIONS in container.namelist():
        if container.getinfo(_RELATIONS).file_size > _MOST_BYTES:
            raise BrokenContainerError
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        for relationship in etree.fromstring(container.read(_RELATIONS), parser):
            if not str(relationship.get("Type", "")).endswith(_MAIN):
                names.add(posixpath.normpath(str(relationship.get("Target", ""))).lstrip("/"))
    return names
