"""Formulas of the library, such as that of 2008-09 to 2010-11, which may take the place of a scenario's own.

A file in ``scenarios/formulas`` holds a rule and its evidence: terms, lag, delay, phase-in and bounds. The pot and
those who share it stay the scenario's. A list by year that is shorter than the run goes on as it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..errors import BadInput, Fault
from .draft import Draft, draft, own_changes
from .faults import faults_of
from .library import YAML_ENDINGS, as_shown, is_path, names, shipped
from .loading import in_order
from .outline import leaves
from .reading import read
from .rules import broken_rules
from .schema import FormulaPreset, Scenario
from .tree import Origin, Tree, dotted, instead, shown
from .writing import as_dict, flow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .schema import Evidence, SharingRule

FOLDER = "formulas"
KEPT = ("pot_gbp", "rest")
"""What of a scenario's formula is no part of the rule."""
_BY_YEAR = ("phase_in_share", "floor_share", "ceiling_share")


@dataclass(frozen=True, slots=True)
class Preset:
    """A rule by which any pot may be shared.

    Parameters
    ----------
    name
        Its name: that of its file.
    where
        The file, as messages name it.
    told
        The rule, what it is about and what supports it.
    """

    name: str
    where: str
    told: FormulaPreset

    @property
    def title(self) -> str:
        """What it is called."""
        return self.told.title

    @property
    def description(self) -> str:
        """What it is about."""
        return self.told.description

    @property
    def formula(self) -> SharingRule:
        """The rule."""
        return self.told.formula

    @property
    def evidence(self) -> dict[str, Evidence]:
        """Why its values are what they are, by path."""
        return self.told.evidence

    @property
    def without_evidence(self) -> tuple[str, ...]:
        """Paths of its values for which no evidence is given, neither for each nor for all groups at once."""
        values = {"formula": self.formula.model_dump(mode="json")}
        paths = [leaf.path for leaf in leaves(values) if leaf.path[0] == "formula"]
        return tuple(
            dotted(path)
            for path in paths
            if not {dotted(path), dotted(path[:-1])} & set(self.evidence)
        )

    @property
    def weighed_groups(self) -> tuple[str, ...]:
        """Substance groups whose clients some term weighs; a scenario must have these and no other."""
        weights = [term.group_weights or {} for term in self.formula.terms.values()]
        return tuple(dict.fromkeys(group for each in weights for group in each))


def formula_names() -> tuple[str, ...]:
    """Names of the formulas of the library: those that were in force first, by year."""
    return tuple(sorted(_shipped(), key=_in_force))


def _in_force(name: str) -> tuple[str, str]:
    """By the year at the end of the name; those that never were in force come last."""
    year = name[-4:]
    return (year if year.isdecimal() else "9999", name)


def _shipped() -> dict[str, FilePath]:
    found: dict[str, FilePath] = {}
    for folder in shipped(FOLDER):
        for file in folder.iterdir():
            if file.name.endswith(YAML_ENDINGS):
                found.setdefault(FilePath(file.name).stem, FilePath(str(file)))
    return found


def is_formula(given: str) -> bool:
    """Whether a name or a file is that of a formula and not of a scenario.

    A file is where it has a formula, and neither extends a scenario nor tells a world.
    """
    if not is_path(given):
        return given in _shipped() and given not in names()
    if not given.lower().endswith(YAML_ENDINGS):
        return False
    data = read(FilePath(given), given).data
    return "formula" in data and not {"extends", "world"} & set(data)


def load_formula(given: str | FilePath | Preset) -> Preset:
    """Read a formula of the library, or one of a ``.yaml`` file.

    Raises
    ------
    BadInput
        With every fault found.
    """
    if isinstance(given, Preset):
        return given
    file = _file(given)
    where = as_shown(str(file))
    return _of_tree(read(file, where), file.stem, where)


def formula_of(told: Mapping[str, Any], name: str, where: str) -> Preset:
    """A formula of plain values, such as those of a file in ``scenarios/formulas``, checked as a file is.

    Parameters
    ----------
    where
        What messages call the place that the values come from.

    Raises
    ------
    BadInput
        With every fault found.
    """
    return _of_tree(Tree(dict(told), {(): Origin(where)}), name, where)


def _of_tree(tree: Tree, name: str, where: str) -> Preset:
    told = Draft(tree, tree.data)
    own = _evidence_faults(told)
    faults = [*tree.faults, *_scenarios_own(told), *own, *_broken_rules(told, own)]
    kept = {("formula", name) for name in KEPT}
    try:
        preset = FormulaPreset.model_validate(tree.data)
    except ValidationError as error:
        found = faults_of(error, told)
        faults += [fault for fault in found if tuple(fault.name.split(".")) not in kept]
        raise BadInput(in_order(faults)) from error
    if faults:
        raise BadInput(in_order(faults))
    return Preset(name, where, preset)


def _broken_rules(told: Draft, but: list[Fault]) -> list[Fault]:
    """Rules between values that a formula breaks, its lists by year as long as the longest of them."""
    rule = told.value(("formula",))
    data = dict(told.data)
    if isinstance(rule, dict):
        lists = [rule[name] for name in _BY_YEAR if isinstance(rule.get(name), list)]
        years = max(map(len, lists), default=1)
        lasting = {name: _lasting(rule[name], years) for name in _BY_YEAR if name in rule}
        data |= {"formula": rule | lasting, "years": years}
    named = {fault.name for fault in but}
    return [each for each in broken_rules(Draft(told.tree, data)) if each.name not in named]


def _scenarios_own(told: Draft) -> list[Fault]:
    """What a formula of the library leaves to the scenario that it is put into."""
    rule, advice = "be left to the scenario", "take it out"
    return [
        told.fault(("formula", name), rule, advice, shown(told.value(("formula", name))))
        for name in KEPT
        if name in (told.names(("formula",)) or ())
    ]


def _file(given: str | FilePath) -> FilePath:
    if isinstance(given, FilePath) or is_path(given):
        return FilePath(given)
    found = _shipped()
    if given not in found:
        rule = "be a formula of the library, or a path to a .yaml file"
        advice = instead(given, [*formula_names()])
        raise BadInput([Fault("formula", "name", rule, shown(given), advice)])
    return found[given]


def _evidence_faults(told: Draft) -> list[Fault]:
    """A formula's evidence is of its own values alone."""
    rule, advice = (
        "begin with formula.",
        "take it out, or write the place of a value of the formula",
    )
    kept = f"not be of {' or '.join(KEPT)}, which are the scenario's"
    keys = told.names(("evidence",)) or ()
    wrong = {key: rule for key in keys if not key.startswith("formula.")}
    wrong |= {key: kept for key in keys if key not in wrong and not _of_rule(key)}
    return [
        told.fault(("evidence", key), broken, advice, shown(key)) for key, broken in wrong.items()
    ]


def with_formula(scenario: Scenario, preset: str | FilePath | Preset) -> Scenario:
    """The scenario with another rule for its pot, checked again.

    Its name and title say which. Evidence of the old rule goes, that of the new one comes.

    Raises
    ------
    BadInput
        Where the formula weighs groups that the scenario does not have.
    """
    new = load_formula(preset)
    whole = as_dict(scenario)
    kept = {name: whole["formula"][name] for name in KEPT}
    rule = new.formula.model_dump(mode="json")
    lasting = {name: _lasting(rule[name], scenario.years) for name in _BY_YEAR}
    evidence = {key: each for key, each in whole["evidence"].items() if not _of_rule(key)}
    whole |= {
        "name": f"{scenario.name}, {new.name}",
        "title": f"{scenario.title}; paid by: {new.title}",
        "formula": rule | lasting | kept,
        "evidence": evidence | {k: e.model_dump(mode="json") for k, e in new.evidence.items()},
    }
    return _checked(whole, new)


def _lasting(lever: Any, years: int) -> Any:
    """A list by year, cut or drawn out to the years of a run."""
    if not isinstance(lever, list):
        return lever
    return (lever + lever[-1:] * years)[:years]


def _of_rule(key: str) -> bool:
    steps = key.split(".")
    return steps[0] == "formula" and steps[1] not in KEPT


def _checked(whole: Mapping[str, Any], new: Preset) -> Scenario:
    context = {"years": whole["years"], "groups": list(whole["world"]["groups"])}
    bare = {name: part for name, part in own_changes(dict(whole)).items() if name != "name"}
    told = draft(Tree(bare, {(): Origin(new.where)}), whole["name"])
    faults = [*broken_rules(told)]
    try:
        scenario = Scenario.model_validate(whole, context=context)
    except ValidationError as error:
        raise BadInput(in_order([*faults, *faults_of(error, told)])) from error
    if faults:
        raise BadInput(in_order(faults))
    return scenario


def formula_yaml(
    title: str, description: str, formula: SharingRule, evidence: Mapping[str, Mapping[str, Any]]
) -> str:
    """A formula as a file of the library."""
    whole = {
        "title": title,
        "description": description,
        "formula": formula.model_dump(
            mode="json", include=set(type(formula).model_fields) - set(KEPT)
        ),
        "evidence": {key: dict(told) for key, told in evidence.items()},
    }
    return flow(whole)
