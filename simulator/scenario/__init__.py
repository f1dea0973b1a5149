"""What a scenario is: read, checked, varied and written."""

from .editor import json_schema
from .formulas import formula_names, load_formula, with_formula
from .library import names
from .loading import load, load_all, load_text
from .schema import Scenario
from .size import people_expected
from .writing import as_dict, canonical_json, fingerprint, write

__all__ = [
    "Scenario",
    "as_dict",
    "canonical_json",
    "fingerprint",
    "formula_names",
    "json_schema",
    "load",
    "load_all",
    "load_formula",
    "load_text",
    "names",
    "people_expected",
    "with_formula",
    "write",
]
