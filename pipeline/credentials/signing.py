"""Sealing: an asset and an order in, an asset with a valid manifest out, or an error; never anything in between."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from pipeline.assets.promises import broken_promise, reason_to_leave
from pipeline.credentials.definition import Definition, IngredientCredential, manifest_definition
from pipeline.credentials.model import Binding, SealedAsset, SealOrder
from pipeline.credentials.reading import credential_of
from pipeline.credentials.sdk import (
    ManifestSigner,
    NoManifestError,
    RemoteManifestError,
    SigningFailedError,
    UnreadableManifestError,
    UnsuitableAssetError,
    Validator,
)
from pipeline.credentials.traces import embeds, is_bare
from pipeline.errors import BugError, OperatorError, SealRefusedError, SealstreamError, TimeStampError

__all__ = ["extract_manifest", "seal", "signing_failed"]

_NOT_READABLE: Final = (
    NoManifestError,
    UnreadableManifestError,
    RemoteManifestError,
    msgspec.MsgspecError,
    RecursionError,
)


_BARE: Final = "The picture is a bare codestream of JPEG XL, which has no container and so no place for a manifest."
_NOT_TAKEN: Final = "The file takes no manifest inside: it is broken, or not what its type says."

_UNSOUND: Final = "A manifest inside the file did not validate."


class _UnsoundError(Exception):
    """What came back does not validate."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__(*codes)
        self.codes = codes


class _HarmfulError(Exception):
    """What came back is not as whole as what was signed.

    Args:
        reason: what of it, in a sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Way(NamedTuple):
    """One way to seal an asset."""

    definition: Definition
    binding: Binding


def seal(
    asset: bytes,
    order: SealOrder,
    *,
    signer: ManifestSigner,
    validator: Validator,
    reader_of_own: Validator | None = None,
    inherits: bool = True,
) -> SealedAsset:
    """Sign an asset, and return it only after reading back that the manifest is valid for it.

    Ways are tried until one is sound and does no harm: embedded before beside the asset, and with the credentials of
    ingredients before without them. The latter matters where somebody else's chain is so broken that whatever refers to
    it is invalid too; the ingredient is then named without it. An embedding is harmful where the asset would not keep
    what its container promises: a sidecar leaves it as it came.

    Args:
        asset: its bytes.
        order: what its manifest shall say.
        signer: signs.
        validator: reads what others signed, and back what has something of theirs in it.
        reader_of_own: reads back the rest: it may know no more anchors than those of the signer's own certificate; None
            for the same.
        inherits: False where it is known that there is no manifest in it, which is not looked for again then.

    Raises:
        SealRefusedError: the asset can be signed in no way.
        OperatorError: the signing certificate is not, or no longer, one that validators accept.
        TimeStampError: the time-stamp authority did not answer.
        BugError: a signature came back that does not validate.
    """
    if not asset:
        raise SealRefusedError(
            what="An empty asset cannot be sealed: there is nothing to bind a manifest to.",
            remedy="Send the asset's bytes.",
        )
    unsound: tuple[str, ...] = ()
    because = _reason_to_leave(asset, order.media_type)
    own = _evidence(asset, order.media_type, None, validator) if inherits else None
    for way in _ways(order, own, validator, embedded=because is None):
        try:
            # A time stamp is somebody else's word, too.
            is_own = not way.definition.resources and signer.time_stamp_authority is None
            reader = reader_of_own if is_own and reader_of_own is not None else validator
            sealed = _seal(asset, order.media_type, way, signer, reader)
        except UnsuitableAssetError:
            because = because or _NOT_TAKEN
        except _HarmfulError as harm:
            because = harm.reason
        except _UnsoundError as found:
            unsound = found.codes
            because = because or _UNSOUND
        except SigningFailedError as error:
            if not way.definition.resources:
                raise signing_failed(signer) from error
        else:
            beside = sealed.binding == "sidecar" and embeds(order.media_type)
            return msgspec.structs.replace(sealed, sidecar_because=because if beside else None)
    if unsound:
        raise BugError(
            what=f"A manifest was signed that does not validate ({', '.join(unsound)}); it was thrown away.",
            remedy="Report this with the asset's media type.",
        )
    raise SealRefusedError(
        what=f"The {order.media_type} asset can carry no manifest, inside or beside it.",
        remedy="Check that the asset is what its media type says.",
    )


def _reason_to_leave(asset: bytes, media_type: str) -> str | None:
    """Why an asset in a format that embeds is better left as it came; None where nothing speaks against it."""
    if is_bare(asset, media_type):
        return _BARE
    return reason_to_leave(asset, media_type) if embeds(media_type) else None


def extract_manifest(asset: bytes, media_type: str, *, validator: Validator) -> bytes | None:
    """The manifest store inside an asset, not validated; None where there is none that can be read."""
    try:
        return validator.find(asset, media_type)
    except _NOT_READABLE:
        return None


def _ways(
    order: SealOrder, own: IngredientCredential | None, validator: Validator, *, embedded: bool
) -> Iterator[_Way]:
    parents = [
        None if parent.asset is None else _evidence(parent.asset, parent.media_type, parent.manifest, validator)
        for parent in order.parents
    ]
    definitions = [manifest_definition(order, own=own, parents=parents)]
    if definitions[0].resources:
        definitions.append(manifest_definition(order))
    bindings: tuple[Binding, ...] = ("sidecar",)
    if embedded and embeds(order.media_type):
        bindings = ("embedded", *bindings)
    return (_Way(definition, binding) for binding in bindings for definition in definitions)


def _evidence(
    asset: bytes, media_type: str, manifest: bytes | None, validator: Validator
) -> IngredientCredential | None:
    try:
        examination = validator.examine(asset, media_type, manifest)
        report = msgspec.json.decode(examination.report, type=_Results)
    except _NOT_READABLE:
        return None
    return IngredientCredential(
        label=report.active_manifest, manifest=examination.manifest, results=report.validation_results
    )


class _Results(msgspec.Struct):
    active_manifest: str
    validation_results: msgspec.Raw


def signing_failed(signer: ManifestSigner) -> SealstreamError:
    """Whose fault it is that no signature was made, or no time stamp came."""
    if signer.not_after <= datetime.now(UTC):
        return OperatorError(
            what=f"The signing certificate expired on {signer.not_after:%Y-%m-%d}.",
            remedy="Renew the certificate chain, then start again: no event is lost.",
        )
    if signer.time_stamp_authority is None:
        return OperatorError(
            what="The C2PA library could not sign with the certificate and key it was given.",
            remedy="Check that they belong together.",
        )
    return TimeStampError(
        what=f"The time-stamp authority {_host(signer.time_stamp_authority)} did not answer with a time stamp.",
        remedy="Check that it can be reached from here.",
    )


def _host(url: str) -> str:
    """What of a URL may be told: it may hold a password."""
    return urlsplit(url).hostname or "that was configured"


def _seal(asset: bytes, media_type: str, way: _Way, signer: ManifestSigner, validator: Validator) -> SealedAsset:
    sealed, manifest = signer.sign(way.definition, asset, media_type, embed=way.binding == "embedded")
    if way.binding == "sidecar" and sealed != asset:
        raise BugError(
            what="Signing beside the asset changed the asset's bytes.", remedy="Report this with the media type."
        )
    harm = broken_promise(asset, sealed, media_type)
    if harm is not None:
        raise _HarmfulError(harm)
    try:
        examination = validator.examine(sealed, media_type, manifest if way.binding == "sidecar" else None)
        credential = credential_of(examination, way.binding)
    except _NOT_READABLE:
        raise _UnsoundError(("general.error",)) from None
    if credential.trust in ("expired", "revoked") or "signingCredential.invalid" in credential.codes:
        raise OperatorError(
            what=f"Validators do not accept the signing certificate: it is {credential.trust}.",
            remedy="Renew the certificate chain.",
        )
    if credential.state != "valid" or credential.active_manifest is None or examination.manifest != manifest:
        raise _UnsoundError(credential.active_codes or ("general.error",))
    return SealedAsset(
        asset=sealed,
        manifest=manifest,
        label=credential.active_manifest,
        binding=way.binding,
        credential=credential,
    )
