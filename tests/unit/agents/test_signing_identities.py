"""Several identities sign side by side, each what its rule says, and one that cannot sign holds up nobody else."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from cryptography import x509

from agents.metrics import Metrics
from agents.signing_identities import identity_rules, signer_plan_of, signers_for, signers_of
from agents.steps import StepTimer
from pipeline.credentials.signers import ClaimSigner
from pipeline.credentials.signers.file_key import FileKey
from pipeline.credentials.signers.identities import Signers
from pipeline.credentials.signers.opening import open_signer
from pipeline.credentials.signers.rotation import Rotation
from pipeline.errors import OperatorError, WorldError
from pipeline.events.intake import intake_generation
from pipeline.events.outputs import ManifestRecord
from pipeline.isolation import IsolatedCredentialService, WorkerPool
from pipeline.settings import CredentialSettings
from pipeline.store import Location
from tests.unit.credentials.authority import NOW, PEM, Authority
from tests.unit.credentials.key_servers import KeyServer, free_port, open_server
from tests.unit.house import House

STUDIO, OTHER = "https://studio.example/cut", "https://other.example"
RULES = '\n[[rules]]\nidentity = "studio"\nsource_prefix = "https://studio.example/"\n'

Write = Callable[..., CredentialSettings]
Work = Callable[[CredentialSettings, Signers], House]
CLAIM = b"\x84\x6aSignature1" + b"a claim"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyServer]:
    with open_server("file", tmp_path_factory.mktemp("keys")) as server:
        yield server


def certify(authority: Authority, name: str, public: Any, file: Path, **dates: timedelta) -> None:
    """Write the chain of a leaf."""
    leaf = authority.issue(name, "intermediate", public, authority.key, **dates)
    file.write_bytes(leaf.public_bytes(PEM) + authority.intermediate.public_bytes(PEM))


@pytest.fixture
def write(tmp_path: Path, authority: Authority, server: KeyServer) -> Write:
    """Write a file of two identities, and the settings that name it; the studio's key and dates are as a test wants."""

    def write(studio: tuple[Any, str] | None = None, **dates: timedelta) -> CredentialSettings:
        lines = ['default = "house"']
        for name, (public, uri) in {"house": server.make("es256"), "studio": studio or server.make("es384")}.items():
            certify(authority, name, public, tmp_path / f"{name}.pem", **(dates if name == "studio" else {}))
            lines.append(f'[identities.{name}]\ncertificates = "{name}.pem"\nkey = "{uri}"\nseconds = 20')
        (tmp_path / "signers.toml").write_text("\n".join(lines) + RULES)
        return CredentialSettings(state_dir=tmp_path, signers=tmp_path / "signers.toml")

    return write


@pytest.fixture(scope="module")
def pool(authority: Authority) -> Iterator[WorkerPool]:
    """One child process for all, which trusts what the authority of these tests issues."""
    anchors = authority.root.public_bytes(PEM)
    with WorkerPool(size=1, memory_bytes=2**30, seconds=60, trust_anchors=anchors) as pool:
        yield pool


@pytest.fixture
def work(pool: WorkerPool) -> Work:
    """A house whose events are signed as settings say."""

    def work(settings: CredentialSettings, signers: Signers) -> House:
        signers.open()
        return House(IsolatedCredentialService(pool, signers), identity_for=identity_rules(settings))

    return work


def made(source: str, event_id: str = "1") -> Any:
    content = {"id": "story", "mime": "text/markdown", "operation": "generated", "text": f"Once, {event_id}.\n"}
    event = {
        "specversion": "1.0",
        "type": "sealstream.generation.v1",
        "source": source,
        "id": event_id,
        "data": {"content": content},
    }
    return intake_generation(orjson.dumps(event), ())


def signed_by(record: ManifestRecord) -> tuple[str, str, str | None]:
    assert record.signer is not None
    return record.credential.credential, record.credential.trust, record.signer.serial


def good(settings: CredentialSettings, name: str) -> tuple[str, str, str]:
    assert settings.signers is not None
    leaf = x509.load_pem_x509_certificate((settings.signers.parent / f"{name}.pem").read_bytes())
    return "valid", "trusted", format(leaf.serial_number, "x")


def test_two_producers_get_two_signers_and_an_event_keeps_its_own_when_rules_change(work: Work, write: Write) -> None:
    settings, metrics = write(), Metrics.create()
    assert settings.signers is not None
    house = work(settings, signers_of(settings, StepTimer(metrics).signed))
    first = house.seal(made(STUDIO)).record
    assert signed_by(first) == good(settings, "studio")
    assert signed_by(house.seal(made(OTHER)).record) == good(settings, "house")
    settings.signers.write_text(settings.signers.read_text().replace("studio.example", "studio.example/b"))
    changed = replace(house.seal, identity_for=identity_rules(settings))
    assert changed(made(STUDIO)).record == first
    assert signed_by(changed(made(STUDIO, "2")).record) == good(settings, "house")
    told = metrics.render().decode()
    assert 'sealstream_signatures_total{identity="studio",outcome="signed"} 1.0' in told
    assert 'sealstream_signatures_total{identity="house",outcome="signed"} 2.0' in told


def test_what_was_stored_before_its_record_keeps_its_signer_when_rules_change(work: Work, write: Write) -> None:
    """A worker ended between the two; another one, which has other rules by now, takes the event up."""
    settings = write()
    house = work(settings, signers_of(settings))
    record = house.seal(made(STUDIO)).record
    del house.store._buckets["sealstream-records"][Location.parse(record.record_uri).key]
    taken_up = replace(house.seal, identity_for=lambda _: "house")(made(STUDIO)).record
    assert signed_by(taken_up) == good(settings, "studio")
    assert taken_up.manifest == record.manifest


def test_an_identity_whose_key_hangs_holds_up_no_other_one(
    work: Work, write: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """There is one child process: whoever waited in it for the key would hold all others up."""
    with open_server("https", tmp_path_factory.mktemp("service")) as service, ThreadPoolExecutor(1) as threads:
        settings = write(service.make("es256"))
        signers = signers_of(settings)
        house = work(settings, signers)
        assert signed_by(house.seal(made(STUDIO)).record) == good(settings, "studio")
        answer, asked, back = service.answer, threading.Event(), threading.Event()  # type: ignore[attr-defined]

        def hang(*question: Any) -> Any:
            asked.set()
            return answer(*question) if back.wait(60) else None

        service.answer = lambda *_: None  # type: ignore[attr-defined]
        with pytest.raises(WorldError, match="gave no signature"):
            house.seal(made(STUDIO, "2"))
        service.answer = hang  # type: ignore[attr-defined]
        asking = threads.submit(house.seal, made(STUDIO, "2"))
        assert asked.wait(60)
        for number in range(3, 9):  # None of them asks a key that somebody is asking already.
            with pytest.raises(WorldError, match="gave no signature"):
                house.seal(made(STUDIO, str(number)))
        assert signed_by(house.seal(made(OTHER)).record) == good(settings, "house")
        assert not asking.done()
        assert signers.get("studio").trouble is not None
        assert signers.get("house").trouble is None
        back.set()
        assert signed_by(asking.result(60).record) == good(settings, "studio")
        assert signers.get("studio").trouble is None


def test_that_a_key_is_back_is_found_without_an_event(write: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_server("https", tmp_path_factory.mktemp("service")) as service:
        signers = signers_of(write(service.make("es256")))
        signers.open()
        answer = service.answer  # type: ignore[attr-defined]
        service.answer = lambda *_: None  # type: ignore[attr-defined]
        with pytest.raises(WorldError):
            signers("studio").sign(CLAIM)
        signers.look()
        assert signers.get("studio").trouble is not None
        assert not signers.get("studio").is_usable
        service.answer = answer  # type: ignore[attr-defined]
        signers.look()
        assert signers.get("studio").trouble is None
        assert signers.get("studio").is_usable


def test_a_key_that_is_away_at_the_start_is_waited_for_by_its_own_events_alone(
    work: Work, write: Write, server: KeyServer
) -> None:
    settings = write((server.make("es384")[0], f"https://127.0.0.1:{free_port()}/sign"))
    now = [0.0]
    signers = signers_of(settings, clock=lambda: now[0])
    house = work(settings, signers)
    assert signed_by(house.seal(made(OTHER)).record) == good(settings, "house")
    assert signers.get("studio").not_after is None
    assert [named.is_usable for named in signers.named.values()] == [True, False]
    for _ in range(2):
        with pytest.raises(WorldError, match=r"identity studio .*not within reach"):
            house.seal(made(STUDIO))
        now[0] += 10
    assert "identity studio" in str(signers.get("studio").trouble)
    assert "SEALSTREAM_SIGN_" not in str(signers.get("studio").trouble)


def test_a_certificate_that_ends_is_waited_for_by_its_own_events_alone_and_its_renewal_is_taken(
    work: Work, write: Write, server: KeyServer, authority: Authority
) -> None:
    key = server.make("es384")
    settings = write(key, begins=timedelta(days=-9), ends=timedelta(days=-1))
    assert settings.signers is not None
    clock = iter(range(0, 10**6, 10))
    signers = signers_of(settings, clock=lambda: float(next(clock)))
    house = work(settings, signers)
    with pytest.raises(WorldError, match=r"studio cannot be used now: .*expired on"):
        house.seal(made(STUDIO))
    assert signed_by(house.seal(made(OTHER)).record) == good(settings, "house")
    certify(authority, "studio", key[0], settings.signers.parent / "studio.pem")
    signers.look()
    assert signers.get("studio").trouble is None
    assert signed_by(house.seal(made(STUDIO)).record) == good(settings, "studio")


def test_a_certificate_that_ends_while_it_signs_stops_a_worker_that_has_no_other(write: Write) -> None:
    settings = write()
    plan = signer_plan_of(settings)
    assert plan is not None
    studio = plan.identities["studio"]
    opened = open_signer(studio.certificates, studio.key).identity
    ended = msgspec.structs.replace(opened, not_after=NOW.isoformat())
    key = FileKey(Path(studio.key.removeprefix("file:")).read_bytes())
    loads = {"studio": lambda: Rotation(lambda: ClaimSigner(ended, key, name="studio"), ())}
    alone, beside = Signers(loads, "studio"), Signers({**loads, "house": loads["studio"]}, "house")
    for signers, error in ((alone, OperatorError), (beside, WorldError)):
        signers.open()
        with pytest.raises(error, match="expired on"), signers("studio").in_use():
            raise AssertionError
        assert signers.get("studio").trouble is not None
        assert not signers.get("studio").is_usable


def test_what_only_a_person_can_mend_stops_at_the_start_and_is_said_of_whom(write: Write, server: KeyServer) -> None:
    public, _ = server.make("es384")
    settings = write((public, server.make("es256")[1]))
    with pytest.raises(OperatorError, match=r"The identity studio of .*signers\.toml") as refusal:
        signers_of(settings).open()
    assert "SEALSTREAM_SIGN_" not in str(refusal.value)
    signers_for(settings, None)  # A command that signs once needs its own alone.
    with pytest.raises(OperatorError, match="no signing identity press"):
        signers_for(settings, "press")


def test_one_identity_beside_several_contradicts_them(write: Write) -> None:
    settings = write().model_copy(update={"sign_key": "key.pem"})
    with pytest.raises(OperatorError, match="unset its settings"):
        signers_of(settings)
