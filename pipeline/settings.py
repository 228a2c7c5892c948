"""What can be configured in the pipeline: small types, one for each concern, with defaults and units inline.

Every setting is an environment variable with the prefix `SEALSTREAM_`. Access to the object store is configured
where every AWS tool looks for it (`AWS_ENDPOINT_URL_S3`, `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, ...), not here.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from pipeline.errors import OperatorError
from pipeline.policy.pack import Role
from pipeline.policy.places import canonical_place, did_you_mean
from pipeline.policy.sources import Assumptions, assumptions_of
from pipeline.policy.words import Wording

__all__ = [
    "ENV_PREFIX",
    "AssetSettings",
    "CredentialSettings",
    "LabelSettings",
    "Names",
    "PeopleSettings",
    "PolicySettings",
    "Settings",
    "StoreSettings",
    "TileLogSettings",
]

ENV_PREFIX: Final = "SEALSTREAM_"

_CONFIG: Final = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)


def _names(value: object) -> object:
    return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
"""A list, written with commas."""


def _places(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if canonical_place(name) is None:
            raise ValueError(f"{name} is no place: {did_you_mean(name)}")
    return names


class Settings(BaseSettings):
    """The base of all settings: made without arguments, each is read from the environment.

    Raises:
        OperatorError: a variable cannot be used; the message names it and what it should be.
    """

    model_config = _CONFIG

    if not TYPE_CHECKING:  # Type checkers know better what the arguments of each are.

        def __init__(self, **values: object) -> None:
            try:
                super().__init__(**values)
            except ValidationError as error:
                raise _unusable(type(self), error) from None
            except SettingsError as error:
                raise _not_json(type(self), error) from None


class StoreSettings(Settings):
    """Which buckets hold what."""

    content_bucket: str = "sealstream"
    """Sealed assets, manifests and the index by SHA-256."""

    records_bucket: str = "sealstream-records"
    """Records, under retention (Object Lock) where the store has it."""

    inbox_bucket: str = "sealstream-inbox"
    """Where producers put the assets that their events refer to."""

    start_seconds: float = Field(default=300.0, ge=0)
    """How long a worker that starts waits for the object store to answer, in seconds."""

    retention_days: int = Field(default=183, ge=1, le=36_500)
    """Default retention of records, in days: logs are kept six months at least (Labeling Measures Art. 9)."""

    retention_mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    """GOVERNANCE lets a privileged user shorten retention; COMPLIANCE lets nobody."""

    require_retention: bool = False
    """Refuse to start where the records bucket has no Object Lock."""


class TileLogSettings(Settings):
    """The log of records that outsiders verify; without a key there is none."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_TILE_LOG_")

    key: str | None = None
    """An Ed25519 key that signs the checkpoints of the log: a PEM file, or a URI of those that `SEALSTREAM_SIGN_KEY`
    knows. All workers have the same one."""

    public_key: Path | None = None
    """Its public key as PEM: needed where the key is not in a file, and enough for commands that only verify."""

    former_keys: Names = ()
    """Public keys as PEM files, separated by commas, that signed before the key was changed."""

    name: str | None = Field(default=None, pattern=r"^[!-*,-~]{1,200}$")
    """What the names of the logs begin with, such as `log.example.com/records`; outsiders know a log by its name, so it
    is never changed. Without it `sealstream/` and the name of the records bucket."""

    seconds: float = Field(default=1.0, gt=0, le=60, allow_inf_nan=False)
    """How long leaves are gathered before they are put into the log together, in seconds."""

    key_seconds: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """Longest time for one signature of a key that is kept elsewhere, in seconds."""


class AssetSettings(Settings):
    """Which assets are taken, and from where."""

    allowed_buckets: Names = ()
    """More buckets that events may refer to, separated by commas; the inbox and the content bucket always may be."""

    max_asset_bytes: int = Field(default=64 * 2**20, ge=1)
    """Larger assets are refused before they are read, in bytes."""

    missing_asset_patience: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """How long an event waits for an asset that is not there yet, in seconds; then it becomes a dead letter."""

    forbidden_asset_patience: float = Field(default=300.0, ge=0, allow_inf_nan=False)
    """How long an event waits for an asset that the store refuses to hand out, in seconds; longer than keys rotate."""


class CredentialSettings(Settings):
    """Who signs, whom to trust, and how hostile bytes are contained."""

    sign_cert: Path | None = None
    """Certificate chain that signs, leaf first, as PEM; without it a development chain is made and used."""

    sign_key: str | None = None
    """Private key of the leaf: a PEM file, or a URI of where it is kept."""

    sign_algorithm: Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"] | None = None
    """Signature algorithm (C2PA: COSE algorithm names in lower case); without it the one that goes with the key."""

    signers: Path | None = None
    """File of several identities that sign, instead of the one above, and of the rules that say which signs what."""

    time_stamp_url: Names = ()
    """RFC 3161 time-stamp authorities, the preferred one first, separated by commas; without one manifests are valid
    only as long as the certificate."""

    time_stamp_seconds: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    """Longest time for one authority to answer, in seconds; then the next one is asked."""

    time_stamp_policy: Literal["wait", "later"] = "wait"
    """What becomes of an event while no authority answers: it waits; or it is sealed without a time stamp, which
    `sealstream restamp` adds later."""

    sign_seconds: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """Longest time for one signature of a key that is kept elsewhere, in seconds."""

    trust_lists: Names = ("c2pa", "c2pa-tsa")
    """Published lists of whom to trust, separated by commas; `none` for none. The newest at hand is taken: what ships,
    or what `sealstream trust update` put into the state directory."""

    trust_anchors: Path | None = None
    """Anchors of your own as PEM, beside the lists; so is the development chain's root while that chain is in use."""

    denied_signers: Path | None = None
    """Certificates as PEM whose claims are not trusted, whatever issued them."""

    state_dir: Path = Path("~/.local/state/sealstream")
    """Where the development chain, mode 0600, and newer trust lists are kept."""

    parser_processes: int = Field(default=2, ge=1)
    """Child processes that parse and sign, so that a hostile file can only hurt its own event."""

    parser_memory_bytes: int = Field(default=1536 * 2**20, ge=128 * 2**20)
    """Address space of one child process, in bytes."""

    parser_seconds: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    """Longest time one asset may take in a child process, in seconds."""

    parser_long_seconds: float = Field(default=900.0, gt=0, allow_inf_nan=False)
    """Longest time a recording or a video may take there, in seconds; shorter ones get less, by how long they last."""

    parser_confinement: Literal["require", "try", "off"] = "try"
    """Whether child processes give up files, network, programs and signals (Landlock, seccomp) before they parse.
    `try` goes on with what the kernel has, and says what it lacks; `require` does not start then; `off` is for tracing.
    """


class PolicySettings(Settings):
    """Which law is applied, and to whom."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_POLICY_")

    packs: Names = ()
    """Policy packs: names of shipped ones, files or directories, separated by commas. Nothing: all that are shipped;
    `+` before a file or a directory adds it to them. Of two packs with one name, the last counts."""

    observed: Names = ()
    """Names of packs that are only observed: what they would decide is recorded and counted, and nothing is held by
    it, so that a law can be turned on without a flood."""

    jurisdictions: Annotated[Names, AfterValidator(_places)] = ()
    """Where the service is offered, for events that do not say it: codes of ISO 3166 such as CN, DE or US-CA, EU, or *
    for everywhere; separated by commas."""

    roles: Annotated[tuple[Role, ...], NoDecode, BeforeValidator(_names)] = get_args(Role)
    """What the operator is in the eyes of the law, separated by commas; `user` stands for what is asked of users."""

    unless_said: Names = (
        "content.standard_edit=false",
        "explicit.waived_on_request=false",
        "service.ssmi=false",
        "service.suspended_by_order=false",
    )
    """What is so unless an event, a record or a registry says otherwise: NAME=VALUE, separated by commas. As it stands,
    the exceptional: nobody has ordered the service to be suspended, no user has asked for a copy without label, no edit
    is so slight that the law leaves it out, and the service is no significant social media intermediary in India.
    `none` assumes nothing, and silence about an exception holds."""

    undeclared: Literal["human", "ask"] = "human"
    """What content is taken for that somebody hands on, that is declared as nothing, and in which no sign of AI was
    found: `human` lets it pass as the Labeling Measures (Art. 6) do, `ask` holds it where a law is about AI."""

    language: Wording = "en"
    """What findings, alerts and the `policy` commands are worded in: `en`, `zh`, or `by-place`, which words findings of
    China's law in Chinese and all others in English."""

    ladder: str = "warn:1,restrict:2,suspend:3,close:5"
    """Which step an account has earned after how many violations (Deep Synthesis Provisions Art. 10)."""

    ladder_days: int = Field(default=365, ge=1, le=36_500)
    """How many days a violation counts."""

    @property
    def assumptions(self) -> Assumptions:
        """What the operator states once.

        Raises:
            OperatorError: a fact is not in the vocabulary, or its value is not one it can have.
        """
        return assumptions_of(self.unless_said, self.undeclared, where=f"{ENV_PREFIX}POLICY_UNLESS_SAID")


class PeopleSettings(Settings):
    """What people do."""

    without_operators: bool = False
    """For development: while the operators set is empty, anybody may review, also by reviews of version 1. Otherwise a
    worker is not ready then, and reviews wait."""

    claim_minutes: float = Field(default=15.0, gt=0, le=1440, allow_inf_nan=False)
    """How long an event stays claimed by somebody who does nothing more about it, in minutes."""

    pseudonym_keys: Path | None = None
    """File of keys, one a line, by which users and persons that events name are hashed; the first is used, the others
    were, and find what was stored by them. Without, they are taken as they were sent."""


class LabelSettings(Settings):
    """Marks inside files."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_LABEL_")

    producer: str | None = Field(default=None, pattern=r"^[!#-\[\]-~]{1,1024}$")
    """Who generates, for events that name no provider code: your code of 27 characters (TC260-PG-20252A), or a name in
    printable ASCII without spaces, quotes and backslashes. Without it the provider's name stands in, if it fits."""

    explicit: Literal["on-request", "when-required"] = "on-request"
    """When an explicit label, which people see or hear, is put on an asset: only where its event asks for one, or also
    where a rule of a pack is broken that it would satisfy."""


def _unusable(settings_type: type[Settings], error: ValidationError) -> OperatorError:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    prefix = settings_type.model_config.get("env_prefix", "")
    if not first["loc"]:
        return OperatorError(
            what=f"Settings contradict each other: {first['msg'].removeprefix('Value error, ')}.",
            remedy=f"Correct or unset them; their names begin with {prefix}.",
        )
    name = prefix + str(first["loc"][0]).upper()
    because = first["msg"].removeprefix("Value error, ")
    return OperatorError(what=f"The setting {name} cannot be used: {because}.", remedy=f"Correct or unset {name}.")


def _not_json(settings_type: type[Settings], error: SettingsError) -> OperatorError:
    """Of a list or a table that is no JSON; the name of the field is all that the error says of itself."""
    prefix = settings_type.model_config.get("env_prefix", "")
    field = next((name for name in settings_type.model_fields if f'"{name}"' in str(error)), "...")
    return OperatorError(
        what=f"The setting {prefix}{field.upper()} cannot be read as JSON.", remedy="Correct or unset it."
    )
