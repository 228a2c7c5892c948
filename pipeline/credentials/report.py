"""What the C2PA library reports, typed: the parts of its JSON and crJSON that reading needs."""

from collections.abc import Iterator

import msgspec

__all__ = [
    "CertificateDetails",
    "Claim",
    "DetailedManifest",
    "Details",
    "Ingredient",
    "Manifest",
    "Report",
    "Results",
    "Validation",
]


class _Status(msgspec.Struct, frozen=True):
    code: str
    explanation: str | None = None


class Results(msgspec.Struct, frozen=True):
    """Validation codes by outcome."""

    success: tuple[_Status, ...] = ()
    informational: tuple[_Status, ...] = ()
    failure: tuple[_Status, ...] = ()

    def troubles(self) -> Iterator[str]:
        """Codes that are no success, failures first."""
        for status in (*self.failure, *self.informational):
            yield status.code


class _Delta(msgspec.Struct, frozen=True, rename="camel"):
    validation_deltas: Results = Results()


class Validation(msgspec.Struct, frozen=True, rename="camel"):
    """Validation results of one asset: its active manifest, and what is new about its ingredients."""

    active_manifest: Results | None = None
    ingredient_deltas: tuple[_Delta, ...] = ()

    def troubles_of_ingredients(self) -> Iterator[str]:
        """Codes of ingredients that are no success."""
        for delta in self.ingredient_deltas:
            yield from delta.validation_deltas.troubles()


class Ingredient(msgspec.Struct, frozen=True):
    """An ingredient, and what the claim generator saw of its credential when it took it in."""

    active_manifest: str | None = None
    validation_status: tuple[_Status, ...] = ()
    validation_results: Validation | None = None

    def troubles(self) -> Iterator[str]:
        """Codes recorded with the ingredient; up to version 2 of the assertion only troubles are."""
        for status in self.validation_status:
            yield status.code
        if self.validation_results is not None:
            if self.validation_results.active_manifest is not None:
                yield from self.validation_results.active_manifest.troubles()
            yield from self.validation_results.troubles_of_ingredients()


class _Generator(msgspec.Struct, frozen=True):
    name: str
    version: str | None = None


class Manifest(msgspec.Struct, frozen=True):
    """One manifest of the store."""

    claim_generator: str | None = None
    claim_generator_info: tuple[_Generator, ...] | None = None
    ingredients: tuple[Ingredient, ...] = ()

    def generator(self) -> str | None:
        """Name and version of the claim generator."""
        if self.claim_generator_info:
            first = self.claim_generator_info[0]
            return f"{first.name} {first.version}" if first.version else first.name
        return self.claim_generator


class Report(msgspec.Struct, frozen=True):
    """The library's JSON report."""

    active_manifest: str
    manifests: dict[str, Manifest]
    validation_results: Validation = Validation()
    validation_state: str = "Invalid"

    def chain(self) -> Iterator[tuple[str, Manifest]]:
        """The active manifest and those of its ingredients, at whatever depth; none twice."""
        seen: set[str] = set()
        waiting = [self.active_manifest]
        while waiting:
            label = waiting.pop(0)
            manifest = self.manifests.get(label)
            if manifest is None or label in seen:
                continue
            seen.add(label)
            yield label, manifest
            waiting += [
                ingredient.active_manifest
                for ingredient in manifest.ingredients
                if ingredient.active_manifest is not None
            ]


class _Validity(msgspec.Struct, frozen=True, rename="camel"):
    not_after: str | None = None


def _readable(name: dict[str, object]) -> str | None:
    return next((value for part in ("CN", "O") if isinstance(value := name.get(part), str)), None)


class CertificateDetails(msgspec.Struct, frozen=True, rename="camel"):
    """The signer's certificate."""

    serial_number: str | None = None
    issuer: dict[str, object] = {}
    subject: dict[str, object] = {}
    validity: _Validity = _Validity()

    def names(self) -> tuple[str | None, str | None]:
        """Common names (or organisations) of subject and issuer."""
        return _readable(self.subject), _readable(self.issuer)


class _Signature(msgspec.Struct, frozen=True, rename="camel"):
    algorithm: str | None = None
    certificate_info: CertificateDetails | None = None


class Claim(msgspec.Struct, frozen=True):
    """What a claim says of the asset as a whole."""

    alg: str | None = None
    title: str | None = msgspec.field(default=None, name="dc:title")


class DetailedManifest(msgspec.Struct, frozen=True):
    """One manifest of the store, with everything its assertions say."""

    label: str
    assertions: dict[str, object] = {}
    signature: _Signature | None = None
    claim_v2: Claim | None = msgspec.field(default=None, name="claim.v2")
    claim_v1: Claim | None = msgspec.field(default=None, name="claim")
    is_update: bool = msgspec.field(default=False, name="isUpdateManifest")

    @property
    def claim(self) -> Claim:
        """The claim, of whichever version."""
        return self.claim_v2 or self.claim_v1 or Claim()


class Details(msgspec.Struct, frozen=True):
    """The library's crJSON."""

    manifests: tuple[DetailedManifest, ...]

    def of(self, label: str) -> DetailedManifest | None:
        """One manifest by label."""
        return next((manifest for manifest in self.manifests if manifest.label == label), None)
