"""The command that looks for what would keep a worker, a console or a notifier from working, and says what to do."""

import asyncio
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer
from rich.text import Text

from agents.cli.console import AsJson, console, print_json
from agents.cli.exits import ExitCode
from agents.configuration import effective, unknown_variables
from agents.diagnosis import CheckResults, State
from agents.settings import ConsoleSettings, KafkaSettings
from pipeline.errors import OperatorError, SealstreamError
from pipeline.pyav import HAS_PYAV, WITHOUT_PYAV
from pipeline.settings import CredentialSettings, PolicySettings, StoreSettings, TileLogSettings

__all__ = ["doctor"]

_CLOCK_SECONDS: Final = 300
_ANSWER_SECONDS: Final = 5.0
_RENEW_DAYS: Final = 30
_STYLES: Final = {"ok": "green", "warning": "yellow", "fault": "red"}


_Whom = Literal["worker", "console", "notifier"]
_Place = Callable[[], CheckResults]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at one place."""

    place: str
    state: State
    said: str


def doctor(
    whom: Annotated[
        _Whom, typer.Option("--for", help="Who is to work here, by whose settings and rights it looks.")
    ] = "worker",
    notify: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For a notifier: its file, with targets and routes.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look for what would keep a worker from working: settings, packs, certificate, time stamps, store, clock, Kafka.

    For a console it looks at settings, login, the database of its read model, Kafka, and with SEALSTREAM_CONSOLE_STORE
    the store; for a notifier at settings, packs, the file of targets and routes, what is undelivered, and Kafka.

    Nothing is written anywhere, and nobody is told anything. Exit code 2 where a fault was found; a warning alone is
    none.
    """
    places = _places(whom, notify)
    found = [diagnosis for place, examine in places.items() for diagnosis in _examined(place, examine)]
    if as_json:
        print_json({"found": found, "ok": all(diagnosis.state != "fault" for diagnosis in found)})
    else:
        for diagnosis in found:
            console.print(
                Text.assemble(
                    (f"{diagnosis.state:8}", _STYLES[diagnosis.state]),
                    (f"{diagnosis.place:14}", "bold"),
                    diagnosis.said,
                ),
                soft_wrap=True,
            )
    if any(diagnosis.state == "fault" for diagnosis in found):
        raise typer.Exit(ExitCode.CONFIGURATION)


def _places(whom: _Whom, notify: Path | None) -> Mapping[str, _Place]:
    """What is looked at."""
    if (whom == "notifier") != (notify is not None):
        raise OperatorError(
            what="A notifier has a file, and nobody else has one.",
            remedy="Type `sealstream doctor --for notifier --notify FILE`, or leave both out.",
        )
    if notify is not None:
        from agents.cli import doctor_of_notifier

        return {
            "settings": _settings,
            "packs": partial(_packs, judges=False),
            "routes": partial(doctor_of_notifier.routes, notify),
            "undelivered": partial(doctor_of_notifier.undelivered, notify),
            "kafka": partial(_kafka, "notifier"),
        }
    if whom == "console":
        from agents.cli import doctor_of_console

        store: Mapping[str, _Place] = {"object store": _store, "clock": _clock} if ConsoleSettings().store else {}
        return {
            "settings": _settings,
            "login": doctor_of_console.login,
            "database": doctor_of_console.database,
            **store,
            "kafka": partial(_kafka, "console"),
        }
    return _OF_WORKERS


def _examined(place: str, examine: _Place) -> Iterator[Diagnosis]:
    """What is found at a place; what cannot be looked at is a fault there, and other places are looked at as well."""
    try:
        for state, said in examine():
            yield Diagnosis(place=place, state=state, said=said)
    except SealstreamError as error:
        yield Diagnosis(place=place, state="fault", said=str(error))


def _settings() -> CheckResults:
    effective()
    strange = unknown_variables(os.environ)
    for variable in strange:
        yield "fault" if variable.meant else "warning", f"{variable}."
    if not strange:
        yield "ok", "every variable is a setting"


def _packs(*, judges: bool = True) -> CheckResults:
    from pipeline.policy.pack_files import load_packs

    settings = PolicySettings()
    packs = load_packs(settings.packs)
    yield "ok", f"{len(packs)} packs, {sum(len(pack.rules) for pack in packs)} rules"
    if judges and not settings.jurisdictions:
        yield "warning", "SEALSTREAM_POLICY_JURISDICTIONS is not set: events that name no place are judged by no law."


def _certificate() -> CheckResults:
    from agents.signing_identities import signers_of

    signers = signers_of(CredentialSettings())
    for named in signers.named.values():
        of = "" if named.alone else f"{named.name}: "
        try:
            named.open()
        except SealstreamError as error:
            yield "fault", f"{of}{error}"
            continue
        days = 0 if named.not_after is None else (named.not_after - datetime.now(UTC)).days
        if signers.is_development:
            yield "warning", "a development certificate, which nobody else trusts; see SEALSTREAM_SIGN_CERT."
        elif days < _RENEW_DAYS:
            yield "warning", f"{of}the certificate ends in {days} days"
        else:
            yield "ok", f"{of}the certificate is valid for {days} days"


def _media() -> CheckResults:
    if HAS_PYAV:
        yield "ok", "sound and video take explicit labels, and are recognised"
    else:
        yield "warning", f"Sound and video take no explicit labels and are not recognised: {WITHOUT_PYAV}."


def _tile_log() -> CheckResults:
    from pipeline.tile_log.signing import former_keys, log_signer

    settings = TileLogSettings()
    signer = log_signer(settings)
    if signer is None:
        yield "warning", "no log of records that others verify: see SEALSTREAM_TILE_LOG_KEY."
        return
    former = len(former_keys(settings))
    yield "ok", f"its key signs{f', and {former} former ones are known' if former else ''}"


def _time_stamps() -> CheckResults:
    urls = CredentialSettings().time_stamp_url
    if not urls:
        yield "warning", "SEALSTREAM_TIME_STAMP_URL is not set: manifests die with the certificate."
    for url in urls:
        if _date_of(url) is None:
            yield "fault", f"No time-stamp authority answers at {url}. Correct SEALSTREAM_TIME_STAMP_URL, or start it."
        else:
            yield "ok", f"{url} answers"


def _store() -> CheckResults:
    from pipeline.store.buckets import probe_buckets
    from pipeline.store.connection import connect

    for report in probe_buckets(connect(), StoreSettings()):
        kept = f", records kept by Object Lock: {report.retention}" if report.retention else ""
        yield ("warning", report.warning) if report.warning else ("ok", f"{report.bucket} is there{kept}")


def _clock() -> CheckResults:
    from pipeline.store.connection import connect

    date = _date_of(connect().endpoint)
    if date is None:
        yield "warning", "the object store does not say what time it is"
        return
    ahead = (datetime.now(UTC) - date).total_seconds()
    if abs(ahead) > _CLOCK_SECONDS:
        direction = "ahead of" if ahead > 0 else "behind"
        yield (
            "fault",
            f"This clock is {abs(ahead):.0f} s {direction} the object store's, which refuses that. Set it (NTP).",
        )
    else:
        yield "ok", "this clock and the object store's agree"


def _kafka(whom: _Whom = "worker") -> CheckResults:
    from agents.kafka_trouble import why_unreachable
    from agents.rights import rights_of
    from agents.rights_asked import lacking_rights
    from agents.similarity.settings import RecogniserSettings
    from agents.topic_planning import compared
    from agents.topics import Topics

    settings = KafkaSettings()
    trouble = asyncio.run(why_unreachable(settings))
    if trouble is not None:
        yield "fault", str(trouble)
        return
    yield "ok", f"a broker answers at {settings.bootstrap_servers}"
    needs = rights_of(
        whom, Topics(settings.topic_prefix), settings.group, asks_recognisers=bool(RecogniserSettings().urls)
    )
    lacking = asyncio.run(lacking_rights(settings, [need for need in needs if need.needed]))
    for right in lacking:
        yield "fault", f"This user lacks {right}. Grant it; `sealstream topics acls --for {whom}` prints how."
    found = asyncio.run(compared(settings, needs))
    hidden = {right.name for right in lacking}
    for name in (topic for topic in found.missing if topic not in hidden):
        yield "fault", f"{name} is not there, or this user may not see it. Type `sealstream topics create`."
    if whom != "worker":  # which compares them; others read what is there
        if not found.missing:
            yield "ok", "the topics are there"
        return
    for difference in found.differences:
        yield "fault" if difference.loses else "warning", f"{difference} `sealstream topics create --alter` sets it."
    for name in found.not_shown:
        yield "warning", f"{name}: this user may not see its configuration (DescribeConfigs)."
    if not found.missing and not found.differences:
        yield "ok", "the topics are as planned"


def _date_of(url: str) -> datetime | None:
    """What time it is where something answers over HTTP; None where nothing does, or it does not say."""
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - the operator's own setting
            said = answer.headers.get("Date")
    except urllib.error.HTTPError as refusal:
        said = refusal.headers.get("Date")
    except (OSError, ValueError):
        return None
    return datetime.now(UTC) if said is None else parsedate_to_datetime(said)


_OF_WORKERS: Final[Mapping[str, _Place]] = {
    "settings": _settings,
    "packs": _packs,
    "certificate": _certificate,
    "media": _media,
    "tile log": _tile_log,
    "time stamps": _time_stamps,
    "object store": _store,
    "clock": _clock,
    "kafka": _kafka,
}
