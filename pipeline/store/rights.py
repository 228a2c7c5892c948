"""Which rights in S3 each part of the product needs: the least, in one table that everything else goes by.

What a refusal says is missing, what `sealstream bucket policy` prints and what the documentation says are this table.
Nobody deletes but who erases on request, an identity for people and not for programs that run: what is stored is
evidence. Not even that one may break a lock.

Without `s3:ListBucket` S3 answers 403 for an object that is not there, and nobody can tell it from a forbidden one; so
whoever reads needs it too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from pipeline.settings import StoreSettings

__all__ = ["RIGHT_OF", "Grant", "StoreRole", "grants_of", "policy_of", "remedy_for"]

StoreRole = Literal[
    "worker", "recogniser", "producer", "reader", "console", "doors", "reporter", "administrator", "eraser"
]
"""Who does what: a worker; a recogniser; who puts assets into the inbox; who looks things up and reviews; a console
that shows content; the public doors; who looks things up and writes reports; who makes buckets; who erases on
request."""

RIGHT_OF: Final[Mapping[str, str]] = {
    "create": "s3:PutObject",
    "get": "s3:GetObject",
    "head": "s3:GetObject",
    "list": "s3:ListBucket",
}
"""What the store's client must be allowed for each of its operations."""

_READ: Final = (RIGHT_OF["get"],)
_WRITE: Final = (RIGHT_OF["get"], RIGHT_OF["create"])
_LIST: Final = (RIGHT_OF["list"],)
_LIST_VERSIONS: Final = (*_LIST, "s3:ListBucketVersions")
_ERASE: Final = (RIGHT_OF["get"], "s3:GetObjectVersion", "s3:DeleteObject", "s3:DeleteObjectVersion")
_SEE_LOCKS: Final = ("s3:GetObjectRetention", "s3:GetObjectLegalHold")
_SEE_LOCK: Final = ("s3:GetBucketObjectLockConfiguration",)
_MAKE: Final = ("s3:CreateBucket", *_LIST)
_LOCK: Final = ("s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning")


def remedy_for(operation: str) -> str:
    """What to do where the store refuses one of its client's operations."""
    return (
        f"It is tried again; check bucket, AWS_REGION and credentials, which must allow {RIGHT_OF[operation]}; "
        "`sealstream bucket policy` prints all rights that are needed."
    )


class Grant(NamedTuple):
    """Actions on a bucket, or on its objects whose keys match `keys`."""

    bucket: str
    actions: Sequence[str]
    keys: str | None = None

    @property
    def resource(self) -> str:
        """What it is about, as S3 writes it."""
        return f"arn:aws:s3:::{self.bucket}" + (f"/{self.keys}" if self.keys else "")


_ROLES: Final[Mapping[StoreRole, Mapping[str, Sequence[tuple[Sequence[str], str | None]]]]] = {
    "worker": {
        "inbox": ((_READ, "*"), (_LIST, None)),
        "content": ((_WRITE, "v1/*"), (_LIST, None)),
        "records": ((_WRITE, "v1/*"), (_LIST, None), (_SEE_LOCK, None)),
    },
    "recogniser": {"content": ((_WRITE, "v1/recognition/*"), (_WRITE, "v1/codes/*"), (_LIST, None))},
    "producer": {"inbox": ((("s3:PutObject",), "*"),)},
    "reader": {
        "content": ((_READ, "v1/*"), (_LIST, None)),
        "records": ((_READ, "v1/*"), (_LIST, None)),
    },
    "console": {
        "inbox": ((_READ, "*"), (_LIST, None)),
        "content": ((_READ, "v1/*"), (_LIST, None)),
        "records": ((_READ, "v1/*"), (_LIST, None)),
    },
    "doors": {
        "inbox": ((_WRITE, "complaints/*"), (_LIST, None)),
        "content": ((_READ, "v1/*"), (_LIST, None)),
        "records": ((_READ, "v1/*"), (_LIST, None)),
    },
    "reporter": {
        "content": ((_READ, "v1/*"), (_LIST, None)),
        "records": ((_READ, "v1/*"), (_LIST, None), ((RIGHT_OF["create"],), "v1/reports/*")),
    },
    "administrator": {
        "inbox": ((_MAKE, None), (_READ, "v1/probe")),
        "content": ((_MAKE, None), (_READ, "v1/probe")),
        "records": ((_MAKE, None), (_READ, "v1/probe"), (_SEE_LOCK, None), (_LOCK, None)),
    },
    "eraser": {
        "inbox": ((_ERASE, "*"), (_LIST_VERSIONS, None)),
        "content": (
            ((*_ERASE, *_SEE_LOCKS), "v1/sha256/*"),
            (_ERASE, "v1/assets/*"),
            ((RIGHT_OF["create"],), "v1/sha256/*.erased.json"),
            (_LIST_VERSIONS, None),
        ),
        "records": (
            ((*_ERASE, *_SEE_LOCKS), "v1/*"),
            ((RIGHT_OF["create"],), "v1/erased/*"),
            ((RIGHT_OF["create"],), "v1/erasures/*"),
            (_LIST_VERSIONS, None),
        ),
    },
}
"""What each role does in which bucket."""


def grants_of(role: StoreRole, settings: StoreSettings, *, also_read: Sequence[str] = ()) -> tuple[Grant, ...]:
    """The least rights of a role.

    Args:
        role: who.
        settings: which buckets hold what; one may serve several purposes.
        also_read: more buckets that events may refer to; workers and consoles read them.
    """
    return tuple(_grants(role, settings, also_read))


def _grants(role: StoreRole, settings: StoreSettings, also_read: Sequence[str]) -> Iterator[Grant]:
    buckets = {
        "inbox": settings.inbox_bucket,
        "content": settings.content_bucket,
        "records": settings.records_bucket,
    }
    for purpose, granted in _ROLES[role].items():
        for actions, keys in granted:
            yield Grant(buckets[purpose], actions, keys)
    for bucket in also_read if role in ("worker", "console") else ():
        yield from (Grant(bucket, _READ, "*"), Grant(bucket, _LIST))


def policy_of(grants: Sequence[Grant]) -> dict[str, object]:
    """Rights as an IAM policy."""
    together: dict[tuple[str, ...], list[str]] = {}
    for grant in grants:
        together.setdefault(tuple(grant.actions), []).append(grant.resource)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": list(actions), "Resource": sorted(set(resources))}
            for actions, resources in together.items()
        ],
    }
