"""From an order to the manifest definition: pure, and the only place that decides what a manifest says.

Each asset has one history (C2PA 2.4 §18.15: exactly one of `c2pa.created` and `c2pa.opened`, and it comes first):

| the asset                 | actions                  | its own credential | declared parents          |
|---------------------------|--------------------------|--------------------|---------------------------|
| generated                 | created*                 |                    | `inputTo`                 |
| edited                    | opened, placed, edited*  |                    | `parentOf`, `componentOf` |
| generated, has credential | opened, edited.metadata* | `parentOf`         | `inputTo`                 |
| edited, has credential    | opened, edited*          | `parentOf`         | `inputTo`                 |

The action marked * carries the digital source type, never `c2pa.opened`. An edited asset whose parent nobody names
still opens one: an ingredient that says no more than that there was a parent. `c2pa.created` admits no `parentOf`
ingredient, so what a generated asset was made from is `inputTo`.

An asset that arrives with a credential is opened as it is, and that credential stays in the chain: a claim generator
that signs over an earlier manifest would erase what its signer said. What we add then is metadata. The exception is
a leftover: the credential of a declared parent that an editor copied along; the parent itself tells that better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.credentials.model import Disclosure, Parent, SealOrder, Software
from pipeline.fingerprints.soft_binding import SOFT_BINDING, soft_binding

__all__ = ["SPEC_VERSION", "Definition", "IngredientCredential", "manifest_definition", "update_definition"]

SPEC_VERSION: Final = "2.4.0"

Json = dict[str, object]
Relationship = Literal["parentOf", "componentOf", "inputTo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientCredential:
    """The credential that an ingredient has, and what came of validating it against the ingredient's bytes.

    Attributes:
        label: label of its active manifest.
        manifest: its manifest store, to be carried along in the new one.
        results: validation results as the library states them in JSON.
    """

    label: str
    manifest: bytes
    results: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A manifest definition, and the manifest stores it refers to by identifier."""

    json: Json
    resources: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ingredient:
    id: str
    relationship: Relationship
    parent: Parent | None
    evidence: IngredientCredential | None


def manifest_definition(
    order: SealOrder, *, own: IngredientCredential | None = None, parents: Sequence[IngredientCredential | None] = ()
) -> Definition:
    """What to sign.

    Args:
        order: what the manifest shall say.
        own: the credential that the asset arrived with, if any.
        parents: the credentials of `order.parents`, in their order; shorter where the last ones have none.
    """
    ingredients = _ingredients(order, own, [*parents, *[None] * (len(order.parents) - len(parents))])
    assertions: list[Json] = [
        {
            "label": "c2pa.actions.v2",
            "created": True,
            "data": {"allActionsIncluded": True, "actions": _actions(order, ingredients)},
        }
    ]
    if order.disclosure is not None:
        assertions.append({"label": "c2pa.ai-disclosure", "created": True, "data": _disclosure(order.disclosure)})
    if order.fingerprint is not None:
        assertions.append({"label": SOFT_BINDING, "created": True, "data": soft_binding(order.fingerprint)})
    json: Json = {
        "claim_generator_info": [_software(order.claim_generator) | {"specVersion": SPEC_VERSION}],
        "assertions": assertions,
        "ingredients": [_ingredient(ingredient) for ingredient in ingredients],
    }
    if order.title is not None:
        json["title"] = order.title
    return Definition(
        json=json,
        resources={
            ingredient.id: ingredient.evidence.manifest for ingredient in ingredients if ingredient.evidence is not None
        },
    )


def update_definition(own: IngredientCredential, media_type: str, software: Software) -> Definition:
    """What to sign where nothing about an asset changes: an update of its own credential, and nothing else."""
    ingredient = _Ingredient(id="own", relationship="parentOf", parent=Parent(media_type=media_type), evidence=own)
    return Definition(
        json={
            "claim_generator_info": [_software(software) | {"specVersion": SPEC_VERSION}],
            "assertions": [],
            "ingredients": [_ingredient(ingredient)],
        },
        resources={ingredient.id: own.manifest},
    )


def _ingredients(
    order: SealOrder, own: IngredientCredential | None, evidence: Sequence[IngredientCredential | None]
) -> list[_Ingredient]:
    leftover = own is not None and own.label in {assertion.label for assertion in evidence if assertion is not None}
    opened = own is not None and not leftover
    cast: list[_Ingredient] = []
    if opened:
        asset = Parent(media_type=order.media_type)
        cast.append(_Ingredient(id="own", relationship="parentOf", parent=asset, evidence=own))
    elif order.operation == "edited" and not order.parents:
        cast.append(_Ingredient(id="unknown", relationship="parentOf", parent=None, evidence=None))
    for position, (parent, its_evidence) in enumerate(zip(order.parents, evidence, strict=True)):
        relationship: Relationship = "inputTo"
        if order.operation == "edited" and not opened:
            relationship = "componentOf" if position else "parentOf"
        cast.append(
            _Ingredient(id=f"parent-{position}", relationship=relationship, parent=parent, evidence=its_evidence)
        )
    return cast


def _actions(order: SealOrder, ingredients: Sequence[_Ingredient]) -> list[Json]:
    def involving(relationship: Relationship) -> list[str]:
        return [ingredient.id for ingredient in ingredients if ingredient.relationship == relationship]

    actions: list[Json] = []
    operation = "c2pa.created"
    if opened := involving("parentOf"):
        actions.append(_action("c2pa.opened", order, opened))
        operation = "c2pa.edited" if order.operation == "edited" else "c2pa.edited.metadata"
    if placed := involving("componentOf"):
        actions.append(_action("c2pa.placed", order, placed))
    said = _action(operation, order, involving("inputTo"))
    said["digitalSourceType"] = order.digital_source_type
    if order.software_agent is not None:
        said["softwareAgent"] = _software(order.software_agent)
    return [*actions, said]


def _action(name: str, order: SealOrder, ingredient_ids: list[str]) -> Json:
    action: Json = {"action": name}
    if order.when is not None:
        action["when"] = order.when
    if ingredient_ids:
        action["parameters"] = {"ingredientIds": ingredient_ids}
    return action


def _ingredient(ingredient: _Ingredient) -> Json:
    json: Json = {"label": ingredient.id, "relationship": ingredient.relationship}
    if ingredient.parent is not None:
        stated = {
            "title": ingredient.parent.title,
            "format": ingredient.parent.media_type,
            "instance_id": ingredient.parent.instance_id,
        }
        json |= {name: value for name, value in stated.items() if value is not None}
    if ingredient.evidence is not None:
        json["active_manifest"] = ingredient.evidence.label
        json["validation_results"] = ingredient.evidence.results
        json["manifest_data"] = {"format": "application/c2pa", "identifier": ingredient.id}
    return json


def _disclosure(disclosure: Disclosure) -> Json:
    json: Json = {"modelType": disclosure.model_type}
    if disclosure.model_name is not None:
        json["modelName"] = disclosure.model_name
    if disclosure.model_identifier is not None:
        json["modelIdentifier"] = disclosure.model_identifier
    if disclosure.human_oversight is not None:
        json["contentProfile"] = {"humanOversightLevel": disclosure.human_oversight}
    return json


def _software(software: Software) -> Json:
    json: Json = {"name": software.name}
    if software.version is not None:
        json["version"] = software.version
    return json
