"""What an asset says of itself: validated, and never looked up anywhere else.

| what is found                                                                  | state     |
|--------------------------------------------------------------------------------|-----------|
| a manifest that every check agrees with, whoever signed it                     | valid     |
| a manifest that a check disagrees with                                         | invalid   |
| a manifest store that cannot be parsed, or traces of one that cannot be found  | malformed |
| nothing but an address of a manifest                                           | remote    |
| nothing, or a file that cannot be taken apart and shows no trace of a manifest | absent    |

| codes of the active manifest                                          | trust     |
|-----------------------------------------------------------------------|-----------|
| `signingCredential.revoked`, `signingCredential.ocsp.revoked`         | revoked   |
| `signingCredential.expired`, `claimSignature.outsideValidity`         | expired   |
| `signingCredential.untrusted`, `signingCredential.invalid`            | untrusted |
| `signingCredential.trusted`                                           | trusted   |
| none of these; malformed, remote                                      | unknown   |
| absent                                                                | none      |

A manifest store that comes alone, without its asset, is invalid: nothing is there that it could hold for.

The first row that fits decides. State and trust are two questions: an untrusted signer leaves a credential valid
(C2PA 2.4 §14.3), and an invalid one may still declare AI origin, which is why `ai_generated` looks at all manifests
of the chain whatever their state.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

import msgspec

from pipeline.credentials.exclusions import leaves_out_nothing_else
from pipeline.credentials.manifest_store import is_manifest_store
from pipeline.credentials.model import Binding, Credential, SignerIdentity, TrustState
from pipeline.credentials.report import DetailedManifest, Details, Report, Results
from pipeline.credentials.sdk import (
    Examination,
    NoManifestError,
    RemoteManifestError,
    UnreadableAssetError,
    UnreadableManifestError,
    Validator,
)
from pipeline.credentials.second_look import UNBOUND, second_look
from pipeline.credentials.traces import is_bare, shows_traces

__all__ = ["AI_SOURCE_TYPES", "credential_of", "read"]

_IPTC: Final = "cv.iptc.org/newscodes/digitalsourcetype/"

AI_SOURCE_TYPES: Final = frozenset(
    {
        f"{_IPTC}trainedAlgorithmicMedia",
        f"{_IPTC}compositeWithTrainedAlgorithmicMedia",
        f"{_IPTC}compositeSynthetic",
        "c2pa.org/digitalsourcetype/trainedAlgorithmicData",
    }
)
"""Digital source types that mean generative AI, without the scheme: both http and https are met in the wild."""

_NOT_ASKED_FOR: Final = "signingCredential.ocsp.skipped"
"""Says how we read (revocation is never asked for over the network), nothing about the asset."""

_AI_DISCLOSURE: Final = "c2pa.ai-disclosure"

_TRUSTED: Final = "signingCredential.trusted"
_UNTRUSTED: Final = "signingCredential.untrusted"

_TRUST: Final[tuple[tuple[frozenset[str], TrustState], ...]] = (
    (frozenset({"signingCredential.revoked", "signingCredential.ocsp.revoked"}), "revoked"),
    (frozenset({"signingCredential.expired", "claimSignature.outsideValidity"}), "expired"),
    (frozenset({_UNTRUSTED, "signingCredential.invalid"}), "untrusted"),
    (frozenset({_TRUSTED}), "trusted"),
)

_TRUSTED_BY: Final[dict[str, Literal["lists", "private"]]] = {
    "[user_anchors]": "private",
    "[system_anchors]": "lists",
}

_GENERAL: Final = "general.error"

_STAMPED: Final = "timeStamp.trusted"


def read(asset: bytes, media_type: str, *, manifest: bytes | None = None, validator: Validator) -> Credential:
    """Read and validate an asset's credential.

    Args:
        asset: its bytes.
        media_type: what it is declared to be; the bytes decide where they are known.
        manifest: a manifest kept beside the asset; then this one is validated, not one inside the asset.
        validator: whose signatures are trusted.
    """
    binding: Binding = "embedded" if manifest is None else "sidecar"
    try:
        examination = validator.examine(asset, media_type, manifest)
        return credential_of(examination, binding, denied=validator.denied)
    except NoManifestError as missing:
        if shows_traces(asset, media_type):
            return _malformed(binding)
        return _absent(None if is_bare(asset, media_type) else missing)
    except RemoteManifestError as remote:
        return Credential(
            state="remote", trust="unknown", active_codes=("manifest.inaccessible",), remote_url=remote.url
        )
    except UnreadableManifestError as unreadable:
        return _malformed(binding, unreadable.code)
    except (msgspec.MsgspecError, RecursionError):
        return _malformed(binding)


def credential_of(
    examination: Examination, binding: Binding, *, denied: frozenset[tuple[str, str]] = frozenset()
) -> Credential:
    """The credential that an examination amounts to.

    Args:
        examination: what the library found.
        binding: where the manifest was.
        denied: certificates that are not believed, whatever issued them: see `Trust`.

    Raises:
        msgspec.MsgspecError, RecursionError: the manifest says things that no claim generator should.
    """
    report = msgspec.json.decode(examination.report, type=Report)
    details = msgspec.json.decode(examination.details, type=Details)
    active = report.validation_results.active_manifest or Results()
    manifest = details.of(report.active_manifest)
    alone = is_manifest_store(examination.asset)
    valid = report.validation_state in ("Valid", "Trusted") and not alone
    signer = _signer(manifest)
    is_denied = signer is not None and (signer.serial, signer.not_after) in denied
    trouble = ((UNBOUND,) if alone else ()) + ((_UNTRUSTED,) if is_denied else ())
    codes = tuple(dict.fromkeys((*active.troubles(), *trouble)))
    sources, disclosed = _statements(report, details)
    return Credential(
        state="valid" if valid else "invalid",
        trust="untrusted" if is_denied else _trust(active),
        trusted_by=None if is_denied else _trusted_by(active),
        ai_generated=_ai_generated(sources, disclosed=disclosed, valid=valid),
        active_codes=codes,
        ingredient_codes=tuple(dict.fromkeys(_ingredient_troubles(report))),
        dismissed_codes=tuple(code for code in codes if _says_nothing(code, examination, manifest)),
        meanings=dict(second_look(examination, codes, manifest)),
        active_manifest=report.active_manifest,
        signer=signer,
        binding=None if alone else binding,
        digital_source_types=sources,
        claim_generator=next((manifest.generator() for _, manifest in report.chain()), None),
        title=None if manifest is None else manifest.claim.title,
        time_stamped=any(status.code == _STAMPED for status in active.success),
    )


def _absent(missing: NoManifestError | None) -> Credential:
    if isinstance(missing, UnreadableAssetError):
        return Credential(
            state="absent", trust="none", active_codes=(_GENERAL,), meanings={_GENERAL: "asset-unreadable"}
        )
    return Credential(state="absent", trust="none")


def _malformed(binding: Binding, code: str = _GENERAL) -> Credential:
    return Credential(state="malformed", trust="unknown", active_codes=(code,), binding=binding)


def _trust(active: Results) -> TrustState:
    codes = {status.code for status in (*active.success, *active.informational, *active.failure)}
    return next((trust for telling, trust in _TRUST if codes & telling), "unknown")


def _trusted_by(active: Results) -> Literal["lists", "private"] | None:
    """The library names the setting in which it found whom it trusts."""
    found = next((status.explanation or "" for status in active.success if status.code == _TRUSTED), "")
    return next((whom for setting, whom in _TRUSTED_BY.items() if setting in found), None)


def _says_nothing(code: str, examination: Examination, manifest: DetailedManifest | None) -> bool:
    if manifest is None:
        return code == _NOT_ASKED_FOR
    return code == _NOT_ASKED_FOR or leaves_out_nothing_else(code, examination, manifest)


def _ingredient_troubles(report: Report) -> Iterator[str]:
    yield from report.validation_results.troubles_of_ingredients()
    for _, manifest in report.chain():
        for ingredient in manifest.ingredients:
            yield from ingredient.troubles()


def _signer(manifest: DetailedManifest | None) -> SignerIdentity | None:
    if manifest is None or manifest.signature is None or manifest.signature.certificate_info is None:
        return None
    certificate = manifest.signature.certificate_info
    common_name, issuer = certificate.names()
    return SignerIdentity(
        common_name=common_name,
        issuer=issuer,
        serial=certificate.serial_number,
        algorithm=manifest.signature.algorithm,
        not_after=certificate.validity.not_after,
    )


def _statements(report: Report, details: Details) -> tuple[tuple[str, ...], bool]:
    sources: dict[str, None] = {}
    disclosed = False
    for label, _ in report.chain():
        manifest = details.of(label)
        if manifest is not None:
            sources |= dict.fromkeys(_source_types(manifest.assertions.values()))
            disclosed = disclosed or any(name.startswith(_AI_DISCLOSURE) for name in manifest.assertions)
    return tuple(sources), disclosed


def _source_types(assertions: Iterable[object]) -> Iterator[str]:
    """Source types wherever assertions state them: actions and templates, ingredients, IPTC metadata."""
    waiting = list(assertions)
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, Mapping):
            for name, member in value.items():
                if isinstance(member, str) and str(name).lower().endswith("digitalsourcetype"):
                    yield member
                else:
                    waiting.append(member)


def _ai_generated(sources: tuple[str, ...], *, disclosed: bool, valid: bool) -> bool | None:
    """An admission holds whatever became of the signature; a denial has to be signed for."""
    if disclosed or any(source.rstrip("/").partition("://")[2] in AI_SOURCE_TYPES for source in sources):
        return True
    return False if sources and valid else None
