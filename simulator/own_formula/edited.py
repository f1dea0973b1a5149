"""A formula that is being edited: its terms, a bar that must come to 100%, and its settings.

Every edit gives another formula. Only one whose bar is full becomes a rule by which a pot is shared.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import BadInput, Fault
from ..scenario.formulas import KEPT, Preset, formula_of, formula_yaml, load_formula, with_formula
from ..scenario.outline import leaves
from ..scenario.schema import COUNTED_IN_PEOPLE, SharingRule
from ..scenario.tree import at, dotted, instead, shown
from ..wording import counted_name, sentence_case
from .bar import Bar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..scenario import Scenario
    from ..scenario.schema import Counted, Term

WHERE = "your formula"
NAME = "edited"
CHOSEN = {
    "grade": "assumed",
    "range": None,
    "source": "Chosen in the formula lab. No range: it is chosen, not uncertain",
}
"""The evidence of a value that somebody chose."""

ByYear: TypeAlias = float | tuple[float, ...]
BoundByYear: TypeAlias = float | tuple[float | None, ...] | None


@dataclass(frozen=True, slots=True)
class EditedTerm:
    """One term: what is counted, and how much of the pot follows it.

    Parameters
    ----------
    name
        Its name in a scenario file.
    counts
        What it counts of people or areas.
    weight
        The share of the pot that follows it, 0 to 1.
    group_weights
        What one client of each substance group counts for, by group; None where each counts as one.
    """

    name: str
    counts: Counted
    weight: float
    group_weights: tuple[tuple[str, float], ...] | None = None

    @property
    def label(self) -> str:
        """What it counts, as people say it."""
        return sentence_case(counted_name(self.counts))

    @property
    def counts_people(self) -> bool:
        """Whether it counts people, so that its groups may weigh unlike."""
        return self.counts in COUNTED_IN_PEOPLE

    def as_plain(self) -> dict[str, Any]:
        """As it stands in a scenario file."""
        groups = None if self.group_weights is None else dict(self.group_weights)
        return {"counts": self.counts, "weight": self.weight, "group_weights": groups}


def _term(name: str, term: Term) -> EditedTerm:
    groups = None if term.group_weights is None else tuple(term.group_weights.items())
    return EditedTerm(name, term.counts, term.weight, groups)


@dataclass(frozen=True, slots=True)
class EditedFormula:
    """A formula in the making; each edit gives another one.

    Parameters
    ----------
    title
        What it is called.
    terms
        What is counted.
    area_cost_share
        How far the costs of an area are made up for, 0 to 1.
    lag_years
        Years between the activity and the money that it brings, from 1 on.
    observation_delay_days
        Days from the end of the counted year to 1 April, 84 to 365.
    phase_in_share
        How far the formula is phased in, 0 to 1; by year, or one for all years. A list goes on as it ends.
    floor_share, ceiling_share
        Least and most of an allocation, as a share of last year's; None for no bound.
    rounding_gbp
        What allocations are rounded to.
    began_from
        The formula that was edited, whose evidence holds for what is still the same.
    """

    title: str
    terms: tuple[EditedTerm, ...]
    area_cost_share: float
    lag_years: int
    observation_delay_days: int
    phase_in_share: ByYear
    floor_share: BoundByYear
    ceiling_share: BoundByYear
    rounding_gbp: int = 1
    began_from: Preset | None = field(default=None, compare=False, repr=False)

    # From where

    @classmethod
    def from_preset(cls, preset: str | Path | Preset) -> EditedFormula:
        """A formula of the library, or of a file.

        Raises
        ------
        BadInput
            With every fault found.
        """
        found = load_formula(preset)
        return cls._of_rule(found.title, found.formula, found)

    @classmethod
    def from_scenario(cls, scenario: Scenario) -> EditedFormula:
        """The formula of a scenario; terms without weight are left out."""
        formula = scenario.formula
        rule = formula.model_dump(mode="json", exclude=set(KEPT))
        rule["terms"] = {name: each for name, each in rule["terms"].items() if each["weight"]}
        prefix = "formula."
        evidence = {
            key: each.model_dump(mode="json")
            for key, each in scenario.evidence.items()
            if key.startswith(prefix) and at({"formula": rule}, tuple(key.split("."))) is not None
        }
        title = f"The formula of: {scenario.title}"
        told = {"title": title, "description": title, "formula": rule, "evidence": evidence}
        preset = formula_of(told, scenario.name, scenario.name)
        return cls._of_rule(title, preset.formula, preset)

    @classmethod
    def _of_rule(cls, title: str, rule: SharingRule, began_from: Preset) -> EditedFormula:
        terms = tuple(_term(name, term) for name, term in rule.terms.items())
        settings = {name: getattr(rule, name) for name in SETTINGS}
        return cls(title=title, terms=terms, began_from=began_from, **settings)

    # Edits

    def term(self, name: str) -> EditedTerm:
        """One term.

        Raises
        ------
        BadInput
            If there is no such term.
        """
        found = {term.name: term for term in self.terms}
        if name not in found:
            rule, advice = "be a term of the formula", instead(name, [*found])
            raise BadInput([Fault(WHERE, "term", rule, shown(name), advice)])
        return found[name]

    def with_weight(self, name: str, weight: float) -> EditedFormula:
        """The same with another weight of one term; the others stay, so the bar may be full no more."""
        return self._with(replace(self.term(name), weight=weight))

    def with_group_weights(self, name: str, weights: Mapping[str, float] | None) -> EditedFormula:
        """The same where clients of each group count for so much in a term; None: each counts as one."""
        groups = None if weights is None else tuple(weights.items())
        return self._with(replace(self.term(name), group_weights=groups))

    def with_term(
        self, counts: Counted, weight: float = 0.0, group_weights: Mapping[str, float] | None = None
    ) -> EditedFormula:
        """The same with one term more, at the end."""
        taken = {term.name for term in self.terms}
        numbered = (f"{counts}_{number}" for number in range(2, len(taken) + 3))
        name = next(each for each in (counts, *numbered) if each not in taken)
        groups = None if group_weights is None else tuple(group_weights.items())
        return replace(self, terms=(*self.terms, EditedTerm(name, counts, weight, groups)))

    def without_term(self, name: str) -> EditedFormula:
        """The same without one term."""
        gone = self.term(name)
        return replace(self, terms=tuple(term for term in self.terms if term is not gone))

    def with_settings(self, **settings: Any) -> EditedFormula:
        """The same with other settings: any of `SETTINGS`, or the title.

        Raises
        ------
        BadInput
            If there is no such setting.
        """
        known = (*SETTINGS, "title")
        faults = [
            Fault(WHERE, "setting", "be known", shown(name), instead(name, [*known]))
            for name in settings
            if name not in known
        ]
        if faults:
            raise BadInput(faults)
        return replace(self, **settings)

    def filled(self) -> EditedFormula:
        """The same with all weights stretched or shrunk alike, to whole hundredths of a percent, so that the bar is full.

        Where no term weighs anything, all weigh the same.
        """
        weights = self.bar.stretched
        pairs = zip(self.terms, weights, strict=True)
        return replace(self, terms=tuple(replace(term, weight=each) for term, each in pairs))

    def _with(self, changed: EditedTerm) -> EditedFormula:
        terms = tuple(changed if term.name == changed.name else term for term in self.terms)
        return replace(self, terms=terms)

    # What becomes of it

    @property
    def bar(self) -> Bar:
        """The weights as a bar that must come to 100%."""
        return Bar(tuple(term.weight for term in self.terms))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that is wrong with it; nothing where it can share out a pot."""
        try:
            self.preset()
        except BadInput as bad:
            return bad.faults
        return ()

    def preset(self) -> Preset:
        """The formula, checked, as one of the library.

        Raises
        ------
        BadInput
            Where the bar is not full or a setting cannot be, with every fault.
        """
        told = {
            "title": self.shown_title,
            "description": self._description,
            "formula": self._as_plain(),
            "evidence": self._evidence,
        }
        faults = [] if self.bar.is_full else [self.bar.fault(WHERE)]
        try:
            found = formula_of(told, NAME, WHERE)
        except BadInput as bad:
            faults += [fault for fault in bad.faults if not _of_bar(fault)]
            raise BadInput(faults) from bad
        if faults:
            raise BadInput(faults)
        return found

    def rule(self) -> SharingRule:
        """The rule by which a pot is shared.

        Raises
        ------
        BadInput
            As `preset`.
        """
        return self.preset().formula

    def laid_over(self, scenario: Scenario) -> Scenario:
        """A scenario whose pot is shared by it.

        Raises
        ------
        BadInput
            As `preset`, and where it weighs groups that the scenario does not have.
        """
        return with_formula(scenario, self.preset())

    def yaml(self) -> str:
        """The formula as a file that ``--formula`` takes.

        Raises
        ------
        BadInput
            As `preset`.
        """
        made = self.preset()
        evidence = {key: each.model_dump(mode="json") for key, each in made.evidence.items()}
        return formula_yaml(made.title, self._description, made.formula, evidence)

    @property
    def is_as_it_began(self) -> bool:
        """Whether nothing has been edited but, perhaps, its title."""
        began = self.began_from
        if began is None:
            return False
        return replace(self, title=began.title) == EditedFormula.from_preset(began)

    @property
    def shown_title(self) -> str:
        """Its title; one that is edited says so, rather than pass for the formula that it began as."""
        began = self.began_from
        passes = began is not None and self.title == began.title and not self.is_as_it_began
        return f"{self.title}, edited" if passes else self.title

    @property
    def _description(self) -> str:
        began = self.began_from
        if began is not None and self.is_as_it_began:
            return began.description
        return (
            f"Edited in the formula lab.{'' if began is None else f' It began as: {began.title}.'}"
        )

    @property
    def _evidence(self) -> dict[str, dict[str, Any]]:
        """The evidence of values that are still those it began with; of the others, that they were chosen."""
        whole = {"formula": self._as_plain()}
        began, known = {}, {}
        if self.began_from is not None:
            began = {"formula": self.began_from.formula.model_dump(mode="json")}
            known = self.began_from.evidence
        told: dict[str, dict[str, Any]] = {}
        for leaf in (each for each in leaves(whole) if each.path[0] == "formula"):
            keys = [dotted(leaf.path), dotted(leaf.path[:-1])]
            same = at(whole, leaf.path) == at(began, leaf.path)
            key = next((key for key in keys if key in known and same), None)
            if key is None:
                told[keys[0]] = dict(CHOSEN)
            else:
                told[key] = known[key].model_dump(mode="json")
        return told

    def _as_plain(self) -> dict[str, Any]:
        def plain(value: Any) -> Any:
            return list(value) if isinstance(value, tuple) else value

        terms = {term.name: term.as_plain() for term in self.terms}
        return {"terms": terms} | {name: plain(getattr(self, name)) for name in SETTINGS}


SETTINGS = tuple(name for name in SharingRule.model_fields if name != "terms")
"""What a formula has beside its terms."""


def _of_bar(fault: Fault) -> bool:
    """Whether a fault only says once more that the bar is not full."""
    return fault.name == "formula.terms" and "sum to 1" in fault.rule
