"""A JSON Schema with which an editor completes and checks scenario files."""

from __future__ import annotations

from typing import Any

from .schema import Scenario

_EXTENDS = {
    "type": "string",
    "minLength": 1,
    "title": "The scenario that this one changes",
    "description": "A name of the library, or a path from this file. Only what differs is given.",
}
_PART = "InPart"


def json_schema() -> dict[str, Any]:
    """JSON Schema of scenario files: complete ones, and those that extend another."""
    schema = Scenario.model_json_schema()
    models = schema.pop("$defs")
    del schema["properties"]["name"]
    schema["required"].remove("name")
    _let_partnerships_be_partial(models)
    in_part = {f"{name}{_PART}": _in_part(model) for name, model in models.items()}
    extending = _in_part(schema)
    extending["properties"]["extends"] = _EXTENDS
    extending["required"] = ["extends", "title", "question", "description"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario file",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/$defs/Extending"},
        "else": {"$ref": "#/$defs/Complete"},
        "$defs": models | in_part | {"Complete": schema, "Extending": extending},
    }


def _let_partnerships_be_partial(models: dict[str, Any]) -> None:
    """A partnership gives only its own changes, even in a complete file; or nothing at all."""
    partnership = models["Partnership"]
    partnership["type"] = ["object", "null"]
    partnership.pop("required")
    partnership["properties"]["plan"] = _in_part(partnership["properties"]["plan"])


def _in_part(schema: Any) -> Any:
    """The same schema with nothing required, save in what is replaced whole: lists and evidence."""
    if isinstance(schema, list):
        return [_in_part(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: inside
        if name == "items"
        else _renamed(inside)
        if name == "$ref"
        else _in_part(inside)
        for name, inside in schema.items()
        if name != "required"
    }


def _renamed(reference: str) -> str:
    whole = reference.endswith(("/Evidence", _PART))
    return reference if whole else f"{reference}{_PART}"
