"""The C2PA library behind typed edges: with `text.native`, the only module that imports `c2pa`.

What the library says in exceptions becomes one of five outcomes here. Its messages are not passed on: some quote bytes
of the asset. Nothing here reaches the network except the time-stamp authority that the signer names: remote
manifests, revocation responders and identity documents that an asset points to are never asked for.
"""

import io
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final, cast
from urllib.parse import urlsplit

import c2pa
import msgspec

from pipeline.credentials.data_hash import Json, Make
from pipeline.credentials.definition import Definition
from pipeline.credentials.manifest_store import STORE_MEDIA_TYPE, is_manifest_store, manifests_in
from pipeline.credentials.model import SigningIdentity, Trust
from pipeline.credentials.placing import Placer, UnplaceableError
from pipeline.credentials.placing.fragments import mended
from pipeline.credentials.placing.tiff import is_big_tiff
from pipeline.credentials.report import Details, Report
from pipeline.credentials.text import (
    BrokenWrapperError,
    TextFitter,
    UnfitTextError,
    Wrapper,
    find_wrapper,
    is_text,
    judged,
)
from pipeline.credentials.text.native import placeholder, sign_embeddable
from pipeline.credentials.traces import SIDECAR_MEDIA_TYPE, reading_hint, shows_traces
from pipeline.errors import OperatorError
from pipeline.media_types import canonical

__all__ = [
    "Examination",
    "ManifestSigner",
    "NoManifestError",
    "RemoteManifestError",
    "SigningFailedError",
    "UnreadableAssetError",
    "UnreadableManifestError",
    "UnsuitableAssetError",
    "Validator",
]


class NoManifestError(Exception):
    """The asset has no manifest that a reader could find, or is of no format that could have one."""


class UnreadableManifestError(Exception):
    """There is a manifest store, and it cannot be parsed.

    Args:
        code: the validation code for that.
    """

    def __init__(self, code: str = "general.error") -> None:
        super().__init__(code)
        self.code = code


class UnreadableAssetError(NoManifestError):
    """The asset cannot be taken apart: whether there is a manifest in it, nobody can say."""


class RemoteManifestError(Exception):
    """The asset says that its manifest is elsewhere.

    Args:
        url: where; never fetched.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class UnsuitableAssetError(Exception):
    """The library will not sign this asset in this way."""


class SigningFailedError(Exception):
    """No signature was made: the key, its certificate or the time-stamp authority failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What the library found in one asset.

    Attributes:
        report: its JSON report, with validation results.
        details: the same in crJSON, which has the certificate and all assertions.
        manifest: the manifest store, byte for byte.
        asset: what was examined, and `media_type`: as what.
        embedded: the manifest is that of the asset, and was not given with it.
        wrapper: what carries the manifest in a text.
    """

    report: bytes
    details: bytes
    manifest: bytes
    asset: bytes = b""
    media_type: str = SIDECAR_MEDIA_TYPE
    embedded: bool = True
    wrapper: Wrapper | None = None


class Validator:
    """Reads and validates manifests. May be shared between threads.

    Args:
        trust: whose signatures and time stamps are believed; bytes are private anchors; None trusts nobody.
    """

    def __init__(self, trust: Trust | bytes | None = None) -> None:
        trust = Trust(private=trust) if isinstance(trust, bytes) else trust
        self.denied = frozenset(() if trust is None else trust.denied)
        self._checking = _context(trust, validate=True)
        self._finding = _context(None, validate=False)

    def examine(self, asset: bytes, media_type: str, manifest: bytes | None = None) -> Examination:
        """Validate the manifest that is inside the asset, or the one given.

        Raises:
            NoManifestError, UnreadableManifestError, RemoteManifestError: there is nothing to validate.
        """
        wrapper = _wrapper(asset, media_type, manifest)
        if wrapper is None:
            found = self._examine_file(asset, media_type, manifest)
            if manifest is not None and is_text(media_type):
                found = _with_text(found, asset, manifest)
        else:
            found = _examine(self._checking, asset, media_type, wrapper.store)
            report = judged(found.report, found.details, asset, wrapper)
            found = replace(found, report=report, manifest=wrapper.store)
        return replace(found, asset=asset, media_type=media_type, embedded=manifest is None, wrapper=wrapper)

    def _examine_file(self, asset: bytes, media_type: str, manifest: bytes | None) -> Examination:
        try:
            return _examine(self._checking, asset, media_type, manifest)
        except (NoManifestError, UnreadableManifestError) as failed:
            if manifest is not None:
                # Bytes that are no file of their format any more are still bytes, and that is what a sidecar binds.
                return _examine(self._checking, asset, SIDECAR_MEDIA_TYPE, manifest)
            repacked = None
            if isinstance(failed, UnreadableManifestError) or shows_traces(asset, media_type):
                # Only for what the library cannot read: the import takes as long as forty files.
                from pipeline.credentials.pdf_attachment import attached_manifest  # noqa: PLC0415

                repacked = attached_manifest(asset)
            if repacked is None:
                raise
        return _examine(self._checking, asset, media_type, repacked)

    def find(self, asset: bytes, media_type: str) -> bytes:
        """The manifest store inside an asset, not validated.

        Raises:
            NoManifestError, UnreadableManifestError, RemoteManifestError: there is none that can be read.
        """
        wrapper = _wrapper(asset, media_type)
        if wrapper is None:
            return _examine(self._finding, asset, media_type, None).manifest
        _examine(self._finding, asset, media_type, wrapper.store)
        return wrapper.store


def _wrapper(asset: bytes, media_type: str, manifest: bytes | None = None) -> Wrapper | None:
    """What in a text carries its manifest, or the given manifest: that may come a second time beside its text."""
    try:
        found = find_wrapper(asset) if is_text(media_type) else None
    except BrokenWrapperError as broken:
        if manifest is None:
            raise UnreadableManifestError(broken.code) from broken
        return None
    return found if found is not None and manifest in (None, found.store) else None


def _with_text(found: Examination, asset: bytes, manifest: bytes) -> Examination:
    """An update of the manifest that a text carries, with what became of the hard binding, which is that one's."""
    try:
        wrapper = find_wrapper(asset)
        carried = {} if wrapper is None else manifests_in(wrapper.store)
        given = manifests_in(manifest)
    except (BrokenWrapperError, ValueError):
        return found
    if wrapper is None or not carried:
        return found
    label, box = list(carried.items())[-1]
    report = msgspec.json.decode(found.report, type=Report)
    if given.get(label) != box or not _updates(found, report, label):
        return found
    return replace(found, report=judged(found.report, found.details, asset, wrapper, bound_by=label))


def _updates(found: Examination, report: Report, label: str) -> bool:
    """Whether the active manifest is an update of the one with this label."""
    active = msgspec.json.decode(found.details, type=Details).of(report.active_manifest)
    parents = [ingredient.active_manifest for ingredient in report.manifests[report.active_manifest].ingredients]
    return active is not None and active.is_update and parents == [label]


class ManifestSigner:
    """Makes manifests; the signature of the claim is asked for. May be shared between threads.

    Args:
        identity: under which certificate.
        sign: gives the signature over a claim's `Sig_structure`; what it raises, `sign` of this object raises.

    Raises:
        OperatorError: the library does not accept the certificate.
    """

    def __init__(self, identity: SigningIdentity, sign: Callable[[bytes], bytes]) -> None:
        self.time_stamp_authority = identity.time_stamp_authority
        self.not_after = datetime.fromisoformat(identity.not_after)
        self._ask = sign
        self._failures = threading.local()
        self._identity = identity
        self._context = _context(None, validate=False, signer=self._signer())
        self._fitter = TextFitter()
        self._placer = Placer()

    def _signer(self) -> c2pa.Signer:
        identity = self._identity
        try:
            return c2pa.Signer.from_callback(
                self._signature,
                c2pa.C2paSigningAlg[identity.algorithm.upper()],
                identity.certificate_chain.decode(),
                identity.time_stamp_authority,
            )
        except c2pa.C2paError as error:
            raise OperatorError(
                what=f"The signing certificate was refused by the C2PA library for {identity.algorithm}.",
                remedy="Check that chain and algorithm belong together.",
            ) from error

    @cached_property
    def _updating(self) -> c2pa.Context:
        """Asks for a stamp of the earlier manifest, too: the library puts it into an assertion of the update."""
        authority = urlsplit(self.time_stamp_authority or "").netloc
        return _context(None, validate=False, signer=self._signer(), stamps_from=authority)

    def update(self, definition: Definition, asset: bytes) -> bytes:
        """Sign an update manifest that has a time stamp of the manifest before it; returns the manifest store.

        Raises:
            UnsuitableAssetError: the library takes no such update.
            SigningFailedError: no time stamp came, or no signature was made.
            SealstreamError: no signature was given.
        """
        self._failures.last = None
        try:
            with self._builder(definition, self._updating) as builder:
                builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
                builder.set_no_embed()
                manifest: bytes = builder.sign(SIDECAR_MEDIA_TYPE, io.BytesIO(asset), io.BytesIO())
        except c2pa.C2paError as error:
            failure: Exception | None = self._failures.last
            if failure is not None:
                raise failure from None
            if isinstance(error, c2pa.C2paError.Signature) or str(error).startswith(_NO_STAMP):
                raise SigningFailedError from error
            raise UnsuitableAssetError from error
        return manifest

    def sign(self, definition: Definition, asset: bytes, media_type: str, *, embed: bool) -> tuple[bytes, bytes]:
        """Sign an asset; returns the asset as it is now, and its manifest store.

        Raises:
            UnsuitableAssetError: the asset cannot be signed in this way.
            SigningFailedError: no signature was made, and the library knows why.
            SealstreamError: no signature was given.
        """
        self._failures.last = None
        try:
            return self._sign(definition, asset, media_type, embed=embed)
        except (c2pa.C2paError, UnfitTextError) as error:
            # The library says that a signature failed, and not why.
            failure: Exception | None = self._failures.last
            if failure is not None:
                raise failure from None
            if isinstance(error, c2pa.C2paError.Signature):
                raise SigningFailedError from error
            raise UnsuitableAssetError from error

    def _sign(self, definition: Definition, asset: bytes, media_type: str, *, embed: bool) -> tuple[bytes, bytes]:
        if embed and is_text(media_type):
            return self._sign_text(definition, asset, media_type)
        if embed and self._placer.places(media_type):
            with suppress(UnplaceableError):
                return self._sign_placed(definition, asset, media_type)
            if is_big_tiff(asset):
                # The library's claim would leave out eight bytes of another entry: a hole.
                raise UnsuitableAssetError
        signed = io.BytesIO()
        with self._builder(definition) as builder:
            if not embed:
                builder.set_no_embed()
            media_type = canonical(media_type) if embed else SIDECAR_MEDIA_TYPE
            manifest: bytes = builder.sign(media_type, io.BytesIO(asset), signed)
        return mended(asset, signed.getvalue(), media_type), manifest

    def _signature(self, claim: bytes) -> bytes:
        try:
            return self._ask(claim)
        except Exception as error:
            self._failures.last = error
            raise

    def _sign_text(self, definition: Definition, text: bytes, media_type: str) -> tuple[bytes, bytes]:
        place, sign = self._maker(definition, placeholder), self._maker(definition, sign_embeddable)
        return self._fitter.embed(text, media_type, place=place, sign=sign)

    def _sign_placed(self, definition: Definition, asset: bytes, media_type: str) -> tuple[bytes, bytes]:
        blank, sign = self._maker(definition, placeholder), self._maker(definition, sign_embeddable)
        return self._placer.embed(asset, media_type, blank=blank, sign=sign)

    def _maker(self, definition: Definition, call: Callable[[c2pa.Builder], bytes]) -> Make:
        """What makes a manifest store with a hard binding of ours."""
        assertions = cast("list[Json]", definition.json["assertions"])

        def made(binding: Json) -> bytes:
            bound = replace(definition, json=definition.json | {"assertions": [*assertions, binding]})
            with self._builder(bound) as builder:
                return call(builder)

        return made

    def _builder(self, definition: Definition, context: c2pa.Context | None = None) -> c2pa.Builder:
        builder = c2pa.Builder.from_json(msgspec.json.encode(definition.json).decode(), context or self._context)
        for identifier, resource in definition.resources.items():
            builder.add_resource(identifier, io.BytesIO(resource))
        return builder


_NO_MANIFEST: Final = ("ManifestNotFound:", "NotSupported:")
_UNREADABLE_ASSET: Final = ("Io:", "Other: asset could not be parsed", "Failed to create reader: Unknown error")
"""Beginnings of messages that speak of the asset; all others speak of a manifest that was found. The last stands for
one that cannot be said: it quotes the asset, and there is a zero byte in that."""

_NO_STAMP: Final = "Other: timestamp token not found"
"""How the message begins where no stamp of an earlier manifest came, or one that does not hold."""

_REMOTE: Final = "Remote: must fetch remote manifests from url "


def _examine(context: c2pa.Context, asset: bytes, media_type: str, manifest: bytes | None) -> Examination:
    hint = STORE_MEDIA_TYPE if is_manifest_store(asset) and manifest is None else reading_hint(media_type)
    try:
        with c2pa.Reader(hint, io.BytesIO(asset), manifest, context=context) as reader:
            report: str = reader.json()
            details: str = reader.crjson()
            store = io.BytesIO()
            label = msgspec.json.decode(report, type=_Active).active_manifest
            reader.resource_to_stream(f"self#jumbf=/c2pa/{label}", store)
    except c2pa.C2paError as error:
        message = str(error)
        if message.startswith(_REMOTE):
            raise RemoteManifestError(message.removeprefix(_REMOTE)) from error
        if manifest is None and message.startswith(_NO_MANIFEST):
            raise NoManifestError from error
        if manifest is None and message.startswith(_UNREADABLE_ASSET):
            raise UnreadableAssetError from error
        raise UnreadableManifestError from error
    except msgspec.MsgspecError as error:
        raise UnreadableManifestError from error
    return Examination(report=report.encode(), details=details.encode(), manifest=store.getvalue())


_CLAIM_USAGES: Final = (
    "1.3.6.1.4.1.62558.2.1",  # c2pa-kp-claimSigning
    "1.3.6.1.5.5.7.3.4",  # emailProtection
    "1.3.6.1.5.5.7.3.36",  # documentSigning
    "1.3.6.1.4.1.311.76.59.1.9",  # Microsoft, C2PA signing
)
"""Extended key usages that may sign claims. Named because the library forgets the first as soon as anchors are set."""


class _Active(msgspec.Struct):
    active_manifest: str


def _context(
    whom: Trust | None, *, validate: bool, signer: c2pa.Signer | None = None, stamps_from: str | None = None
) -> c2pa.Context:
    settings: dict[str, object] = {
        "version": 1,
        "core": {
            # What the signer's own time stamp is asked of is not held against this; that of an earlier manifest is.
            "allowed_network_hosts": [] if stamps_from is None else [stamps_from],
            "allow_redirects": False,
            # Decoding CAWG identities resolves did:web addresses found in the asset.
            "decode_identity_assertions": False,
            # In memory, up to here: with temporary files, a full or read-only disk would look like an asset that
            # cannot be signed.
            "backing_store_memory_threshold_in_mb": 512,
        },
        "verify": {
            "verify_after_reading": validate,
            # Sealing reads back what it signed, hashes included; the library's own check leaves those out.
            "verify_after_sign": False,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
        "builder": {
            "thumbnail": {"enabled": False},
            # The definition says everything that shall be said; ingredients cannot say it of themselves.
            "created_assertion_labels": ["c2pa.ingredient"],
            "actions": {
                "auto_created_action": {"enabled": False},
                "auto_opened_action": {"enabled": False},
                "auto_placed_action": {"enabled": False},
            },
            "auto_timestamp_assertion": {
                "enabled": stamps_from is not None,
                "skip_existing": True,
                "fetch_scope": "parent",
            },
        },
    }
    try:
        trust = {"trust_config": "\n".join(_CLAIM_USAGES)}
        if whom is not None:
            # The library says by which of them somebody is trusted.
            told = {"trust_anchors": whom.lists, "user_anchors": whom.private}
            trust |= {name: pem.decode() for name, pem in told.items() if pem}
        return c2pa.Context.from_dict(settings | {"trust": trust}, signer)
    except (c2pa.C2paError, UnicodeDecodeError) as error:
        raise OperatorError(
            what="The trust anchors are not a list of PEM certificates.", remedy="Correct the trust list."
        ) from error
