"""What a manifest says: pure, so that every history can be tried."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.credentials import Disclosure, Parent, SealOrder, Software
from pipeline.credentials.definition import Definition, IngredientCredential, manifest_definition
from pipeline.fingerprints import Fingerprint

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def order(operation: str = "generated", parents: int = 0, **changes: Any) -> SealOrder:
    return SealOrder(
        media_type="image/png",
        operation=operation,  # type: ignore[arg-type]
        digital_source_type=AI,
        claim_generator=Software(name="sealstream", version="0.1.0"),
        parents=tuple(Parent(media_type="image/png", instance_id=f"content-{number}") for number in range(parents)),
        **changes,
    )


def evidence(label: str) -> IngredientCredential:
    return IngredientCredential(label=label, manifest=label.encode(), results={"activeManifest": {}})


def data_of(definition: Definition, label: str) -> Mapping[str, Any]:
    assertions: Any = definition.json["assertions"]
    return next(assertion["data"] for assertion in assertions if assertion["label"] == label)


def actions_of(definition: Definition) -> list[Mapping[str, Any]]:
    return list(data_of(definition, "c2pa.actions.v2")["actions"])


def names_of(definition: Definition) -> list[str]:
    return [action["action"] for action in actions_of(definition)]


def relationships_of(definition: Definition) -> dict[str, str]:
    ingredients: Any = definition.json["ingredients"]
    return {ingredient["label"]: ingredient["relationship"] for ingredient in ingredients}


def test_generated_content_was_created_and_says_by_what_kind_of_source() -> None:
    definition = manifest_definition(order())
    assert actions_of(definition) == [{"action": "c2pa.created", "digitalSourceType": AI}]
    assert definition.json["ingredients"] == []


def test_what_generated_content_was_made_from_is_an_input() -> None:
    definition = manifest_definition(order(parents=2))
    assert relationships_of(definition) == {"parent-0": "inputTo", "parent-1": "inputTo"}
    assert actions_of(definition)[0]["parameters"] == {"ingredientIds": ["parent-0", "parent-1"]}


def test_edited_content_opens_its_first_parent_and_places_the_others() -> None:
    definition = manifest_definition(order("edited", parents=3))
    assert names_of(definition) == ["c2pa.opened", "c2pa.placed", "c2pa.edited"]
    assert relationships_of(definition) == {
        "parent-0": "parentOf",
        "parent-1": "componentOf",
        "parent-2": "componentOf",
    }


def test_edited_content_opens_a_parent_even_when_nobody_names_it() -> None:
    definition = manifest_definition(order("edited"))
    assert names_of(definition) == ["c2pa.opened", "c2pa.edited"]
    assert definition.json["ingredients"] == [{"label": "unknown", "relationship": "parentOf"}]


def test_a_credential_that_generated_content_arrives_with_stays_in_the_chain() -> None:
    definition = manifest_definition(order(parents=1), own=evidence("vendor"))
    assert names_of(definition) == ["c2pa.opened", "c2pa.edited.metadata"]
    assert relationships_of(definition) == {"own": "parentOf", "parent-0": "inputTo"}
    assert definition.resources == {"own": b"vendor"}


def test_a_credential_that_edited_content_arrives_with_is_what_was_opened() -> None:
    definition = manifest_definition(order("edited", parents=2), own=evidence("editor"))
    assert names_of(definition) == ["c2pa.opened", "c2pa.edited"]
    assert relationships_of(definition) == {"own": "parentOf", "parent-0": "inputTo", "parent-1": "inputTo"}


def test_a_credential_left_over_from_the_parent_is_told_by_the_parent() -> None:
    definition = manifest_definition(order("edited", parents=1), own=evidence("a"), parents=[evidence("a")])
    assert relationships_of(definition) == {"parent-0": "parentOf"}


def test_the_credential_of_a_parent_is_carried_along_with_what_validation_said_of_it() -> None:
    definition = manifest_definition(order("edited", parents=1), parents=[evidence("a")])
    assert definition.json["ingredients"] == [
        {
            "label": "parent-0",
            "relationship": "parentOf",
            "format": "image/png",
            "instance_id": "content-0",
            "active_manifest": "a",
            "validation_results": {"activeManifest": {}},
            "manifest_data": {"format": "application/c2pa", "identifier": "parent-0"},
        }
    ]
    assert definition.resources == {"parent-0": b"a"}


def test_the_claim_generator_names_the_specification_it_follows() -> None:
    assert manifest_definition(order()).json["claim_generator_info"] == [
        {"name": "sealstream", "version": "0.1.0", "specVersion": "2.4.0"}
    ]


def test_a_fingerprint_is_a_soft_binding_and_without_one_there_is_none() -> None:
    code = Fingerprint.of("image", bytes(32))
    bound = manifest_definition(order(fingerprint=code))
    assert data_of(bound, "c2pa.soft-binding") == {"alg": "io.iscc.v0", "blocks": [{"scope": {}, "value": code.code}]}
    with pytest.raises(StopIteration):
        data_of(manifest_definition(order()), "c2pa.soft-binding")


def test_time_and_software_agent_are_those_of_the_event() -> None:
    definition = manifest_definition(
        order("edited", when="2026-05-01T12:00:00Z", software_agent=Software(name="painter", version="3"))
    )
    opened, edited = actions_of(definition)
    assert opened["when"] == edited["when"] == "2026-05-01T12:00:00Z"
    assert edited["softwareAgent"] == {"name": "painter", "version": "3"}
    assert "softwareAgent" not in opened


def test_a_disclosure_says_what_is_known_of_the_model_and_nothing_else() -> None:
    full = Disclosure(
        model_type="c2pa.types.model.pytorch",
        model_name="painter",
        model_identifier="pkg:huggingface/acme/painter@3",
        human_oversight="human_validated",
    )
    assert data_of(manifest_definition(order(disclosure=full)), "c2pa.ai-disclosure") == {
        "modelType": "c2pa.types.model.pytorch",
        "modelName": "painter",
        "modelIdentifier": "pkg:huggingface/acme/painter@3",
        "contentProfile": {"humanOversightLevel": "human_validated"},
    }
    short = Disclosure(model_type="c2pa.types.model.generic")
    assert data_of(manifest_definition(order(disclosure=short)), "c2pa.ai-disclosure") == {
        "modelType": "c2pa.types.model.generic"
    }


def test_without_a_disclosure_none_is_made_up() -> None:
    assertions: Any = manifest_definition(order()).json["assertions"]
    assert [assertion["label"] for assertion in assertions] == ["c2pa.actions.v2"]


ORDERS = st.builds(
    order,
    st.sampled_from(["generated", "edited"]),
    st.integers(min_value=0, max_value=4),
    when=st.none() | st.just("2026-05-01T12:00:00Z"),
    title=st.none() | st.text(min_size=1),
    software_agent=st.none() | st.builds(Software, name=st.text(min_size=1)),
    disclosure=st.none() | st.builds(Disclosure, model_type=st.text(min_size=1)),
)
EVIDENCE = st.sampled_from("abc").map(evidence)


@given(ORDERS, st.none() | EVIDENCE, st.lists(st.none() | EVIDENCE, max_size=4))
def test_every_history_is_one_that_the_specification_allows(
    order: SealOrder, own: IngredientCredential | None, parents: list[IngredientCredential | None]
) -> None:
    definition = manifest_definition(order, own=own, parents=parents[: len(order.parents)])
    actions = actions_of(definition)
    names = names_of(definition)

    beginnings = [name for name in names if name in ("c2pa.created", "c2pa.opened")]
    assert beginnings == names[:1]
    assert [action["action"] for action in actions if "digitalSourceType" in action] == names[-1:]
    assert "digitalSourceType" not in actions[0] or names[0] == "c2pa.created"
    assert data_of(definition, "c2pa.actions.v2")["allActionsIncluded"] is True

    relationships = relationships_of(definition)
    assert list(relationships.values()).count("parentOf") == (names[0] == "c2pa.opened")
    referred = [
        ingredient_id for action in actions for ingredient_id in action.get("parameters", {}).get("ingredientIds", [])
    ]
    assert sorted(referred) == sorted(relationships)
    assert set(definition.resources) <= set(relationships)

    assertions: Any = definition.json["assertions"]
    assert all(assertion["created"] is True for assertion in assertions)
