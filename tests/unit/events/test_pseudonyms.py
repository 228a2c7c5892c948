"""Pseudonyms: persons whom events name are hashed with a key, or refused where they are named by what is no hash."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.errors import EventInvalidError, OperatorError
from pipeline.events.identity import account_of
from pipeline.events.inputs import CaseAct
from pipeline.events.intake import intake_case_act
from pipeline.events.pseudonyms import Pseudonyms
from tests.unit.house import House, activity, generation, publication

OLD, NEW = b"o" * 32, b"n" * 64
RAW = ["anna@example.com", "+86 138 0013 8000", "13800138000", "021 5555 1234", "11010519491231002X", " 13800138000 "]
HASHES = ["5f1d", "u-2bb58a1920016a8b222379b2ba7d5229", "9a7c0f5e", "1" * 64, "110105194912310021", "reviewer-17"]
TEXT = {"id": "story", "mime": "text/markdown", "operation": "generated", "text": "Once.\n"}


def complaint(party: str) -> CaseAct:
    data = {"act": "complaint.received", "case": "K-1", "party": {"id_hash": party}}
    event = {"specversion": "1.0", "id": "1", "source": "/door", "type": "sealstream.case-act.v1", "data": data}
    return intake_case_act(orjson.dumps(event), ())


def naming(person: str) -> list[Any]:
    """An event of each kind that names persons."""
    content = {**TEXT, "subject_ids": ["other", person]}
    return [
        generation({"content": TEXT, "user": {"id_hash": person}}),
        generation({"content": content}),
        publication({"content": TEXT | {"synthetic": "yes"}, "user": {"id_hash": person}}),
        activity({"event_type": "identity.verified", "user": {"id_hash": person}}),
        complaint(person),
    ]


@pytest.mark.parametrize("person", [*RAW, *HASHES])
def test_with_a_key_nothing_of_what_was_sent_is_left(person: str) -> None:
    for event in naming(person):
        keyed = Pseudonyms(keys=(NEW,)).of(event)
        assert f'"{person}"'.encode() not in orjson.dumps(keyed.facts)
        assert keyed.digest == event.digest


@pytest.mark.parametrize("person", RAW)
def test_without_a_key_what_is_evidently_no_hash_is_refused_without_quoting_it(person: str) -> None:
    for event in naming(person):
        with pytest.raises(EventInvalidError, match="by what is no hash") as refused:
            Pseudonyms().of(event)
        assert person.strip() not in str(refused.value)
        assert refused.value.path in {"$.user.id_hash", "$.content.subject_ids", "$.party.id_hash"}


@pytest.mark.parametrize("person", HASHES)
def test_without_a_key_a_hash_is_taken_as_it_is(person: str) -> None:
    for event in naming(person):
        assert Pseudonyms().of(event) is event


def test_whose_case_it_is_goes_by_the_same_account_as_a_user() -> None:
    pseudonyms = Pseudonyms(keys=(NEW, OLD))
    keyed = pseudonyms.of(generation({"content": TEXT, "user": {"id_hash": "anna"}}))
    user: Any = keyed.facts["user"]
    assert pseudonyms.of(complaint("anna")).party == account_of(user["id_hash"]) != account_of("anna")


def test_another_key_is_another_account_and_all_of_them_are_found() -> None:
    accounts = [Pseudonyms(keys=keys).of(complaint("anna")).party for keys in ((NEW, OLD), (OLD,), ())]
    assert len(set(accounts)) == 3
    assert set(Pseudonyms(keys=(NEW, OLD)).accounts("anna")) == set(accounts)


def test_the_account_in_a_record_is_that_of_the_pseudonym(house: House) -> None:
    event = Pseudonyms(keys=(NEW,)).of(generation({"content": TEXT, "user": {"id_hash": "13800138000"}}))
    account = house.seal(event).record.account
    assert account in Pseudonyms(keys=(NEW,)).accounts("13800138000")
    assert account != account_of("13800138000")


def test_keys_come_from_a_file_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(NEW + b"\n\n" + OLD + b"\r\n")
    assert Pseudonyms.read(file).keys == (NEW, OLD)
    assert NEW.decode() not in repr(Pseudonyms.read(file))
    assert Pseudonyms.read(None).keys == ()


@pytest.mark.parametrize("body", [None, b"", b"\n", b"short\n"])
def test_a_file_without_a_usable_key_stops_the_start(tmp_path: Path, body: bytes | None) -> None:
    file = tmp_path / "keys"
    if body is not None:
        file.write_bytes(body)
    with pytest.raises(OperatorError, match="SEALSTREAM_PSEUDONYM_KEYS"):
        Pseudonyms.read(file)
