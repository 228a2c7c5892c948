"""Documents that come with acts about cases: a file is read for its digest alone, and kept nowhere."""

import hashlib
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from console.refusing import Refusal
from pipeline.events.inputs import FiledDocument

__all__ = ["filed_with"]

_CHUNK: Final = 2**20
_NOT_TOLD: Final = frozenset({None, "", "application/octet-stream"})
_UNUSABLE: Final = 422


async def filed_with(form: FormData) -> tuple[FiledDocument, ...]:
    """The document of a form: the digest of the file that was chosen, and what the person says of it.

    That is the place where it is kept, and the authority or office that it went to, where it went to one.

    Raises:
        Refusal: the file is there without its place, or something is said and there is no file.
    """
    file, uri = form.get("document"), str(form.get("document_uri", "")).strip()
    addressee = str(form.get("document_addressee", "")).strip() or None
    if not isinstance(file, UploadFile) or not file.filename:
        if addressee is not None and not uri:
            raise Refusal("cases.nothing-sent", _UNUSABLE)
        if uri:
            raise Refusal("cases.no-document", _UNUSABLE)
        return ()
    if not uri:
        raise Refusal("cases.no-place", _UNUSABLE)
    sha256 = await run_in_threadpool(_digest_of, file)
    mime = None if file.content_type in _NOT_TOLD else file.content_type
    return (FiledDocument(sha256=sha256, uri=uri, mime=mime, addressee=addressee),)


def _digest_of(file: UploadFile) -> str:
    digest = hashlib.sha256()
    while chunk := file.file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
