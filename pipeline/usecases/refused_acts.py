"""Acts that were refused stay refused: why is kept by the identity of the act, and said again when that comes again.

An act is delivered a second time after a crash between its dead letter and its commit, after a restore, or because
somebody replays a dead letter. Meanwhile what it was held against may have changed: without a trace of the first answer
it would be taken then, and whoever acted had been told that it was not.

The refusal is stored before it is thrown, and so before its dead letter. What was taken is found by what it stored and
never gets here. Of one act that two workers judge at one moment, which only a worker that lost its partition and does
not know yet can do, one may take it and the other refuse it: then what was taken stands.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import msgspec

from pipeline.duties import (
    ActOvertakenError,
    ActRefusedError,
    ClaimedError,
    ReviewRefusedError,
    RoleRefusedError,
    SamePersonError,
)
from pipeline.errors import BugError, IdentityReusedError
from pipeline.events.instants import written
from pipeline.events.outgoing import to_json
from pipeline.events.prepared import prepare
from pipeline.store import Layout, ObjectStore
from pipeline.usecases.casework import CausingEvent

__all__ = ["judged_once"]

_ERRORS: Final = {
    kind.__name__: kind
    for kind in (
        ActOvertakenError,
        ActRefusedError,
        ClaimedError,
        ReviewRefusedError,
        RoleRefusedError,
        SamePersonError,
    )
}


class _RefusedAct(msgspec.Struct, frozen=True, kw_only=True):
    """Why an act was refused; it names no person."""

    event_uid: str
    event_digest: str
    error: str
    what: str
    remedy: str
    refused_at: str


prepare(_RefusedAct)


@contextmanager
def judged_once(store: ObjectStore, layout: Layout, act: CausingEvent, now: Callable[[], datetime]) -> Iterator[None]:
    """Hold an act against what is in force, within this context, unless it was refused before.

    Args:
        store: where refusals are kept.
        layout: which object goes where.
        act: what a person does; nothing is stored of it yet.
        now: the time of day, with time zone.

    Raises:
        ActRefusedError: the act is refused, now or the first time.
        IdentityReusedError: another act with the same source and id was refused before.
        WorldError: the store does not answer; try again.
    """
    _raise_kept(store, layout, act)
    try:
        yield
    except ActRefusedError as error:
        refused = _RefusedAct(
            event_uid=act.uid,
            event_digest=act.digest,
            error=type(error).__name__,
            what=error.what,
            remedy=error.remedy,
            refused_at=written(now()),
        )
        if not store.create(layout.refused(act.uid), to_json(refused), media_type="application/json"):
            _raise_kept(store, layout, act)
        raise


def _raise_kept(store: ObjectStore, layout: Layout, act: CausingEvent) -> None:
    """Refuse an act as it was refused before, if it was."""
    at = layout.refused(act.uid)
    stored = store.get(at)
    if stored is None:
        return
    try:
        refused = msgspec.json.decode(stored.body, type=_RefusedAct)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"{at.uri} is not what the layout says it is, why an act was refused.",
            remedy="See who else writes to the records bucket.",
        ) from error
    if refused.event_digest != act.digest:
        raise IdentityReusedError(
            what="Another act with the same source and id but other data was here before; it was refused at "
            f"{refused.refused_at}.",
            remedy="Give every event an id that is unique for its source (CloudEvents 1.0), and send this one again.",
        )
    raise _ERRORS.get(refused.error, ActRefusedError)(what=refused.what, remedy=refused.remedy)
