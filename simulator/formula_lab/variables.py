"""What may be varied in a formula, and the formula that a set of values stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import BadInput, Fault
from ..scenario.schema import COUNTED_IN_PEOPLE, SharingRule
from ..scenario.tree import shown
from .asked import ASKED, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..scenario import Scenario

TERMS = {
    "need": "need_index",
    "activity": "effective_clients",
    "completions": "completions",
    "planned_exits": "planned_exits",
    "starts": "starts",
    "kept_12_weeks": "kept_12_weeks",
    "unmet_need": "unmet_need",
    "population": "population",
    "history": "historic_share",
}
"""Terms that a search may weigh, by what they count."""
STEPS = 20
"""Weights are in twentieths, as somebody would write them: 5%, 10% and so on."""
LAGS = (1, 2, 3)
FLOORS = (None, 0.8, 0.85, 0.9, 0.95, 1.0)
CEILINGS = (None, 1.1, 1.2)
PHASES = (1, 2, 3, 4)
"""Years over which the formula is phased in, in equal steps."""
PDU_WEIGHTS = (1.0, 4.0)
"""Least and most that a problem drug user may count for, where anybody else counts for one."""


@dataclass(frozen=True, slots=True)
class Space:
    """The formulas among which a search looks.

    Parameters
    ----------
    scenario
        Whose groups, area cost share and observation delay they have.
    terms
        Names of terms (`TERMS`).
    """

    scenario: Scenario
    terms: tuple[str, ...]

    def rule(self, values: Mapping[str, Any]) -> SharingRule:
        """The formula of a set of values: ``weigh_…`` by term, the group weight, lag, bounds, phase-in."""
        weights = _on_simplex([float(values[f"weigh_{term}"]) for term in self.terms])
        pdu = round(float(values["pdu_weight"]), 1)
        terms = {
            term: self._term(term, weight, pdu)
            for term, weight in zip(self.terms, weights, strict=True)
            if weight
        }
        formula = self.scenario.formula
        told = {
            "terms": terms,
            "area_cost_share": formula.area_cost_share,
            "lag_years": values["lag_years"],
            "observation_delay_days": formula.observation_delay_days,
            "phase_in_share": _phased(int(values["phase_in_years"])),
            "floor_share": values["floor_share"],
            "ceiling_share": values["ceiling_share"],
            "rounding_gbp": formula.rounding_gbp,
        }
        return SharingRule.model_validate(told)

    def _term(self, term: str, weight: float, pdu: float) -> dict[str, Any]:
        told: dict[str, Any] = {"counts": TERMS[term], "weight": weight}
        groups = self.scenario.world.groups
        if TERMS[term] in COUNTED_IN_PEOPLE and pdu != 1 and len(groups) > 1:
            weights = {key: pdu if group.is_pdu else 1.0 for key, group in groups.items()}
            told["group_weights"] = weights
        return told

    def corners(self) -> list[dict[str, Any]]:
        """Each term alone, at once and without bounds: where a search begins."""
        plain = {
            "pdu_weight": 1.0,
            "lag_years": 1,
            "floor_share": None,
            "ceiling_share": None,
            "phase_in_years": 1,
        }
        return [
            {f"weigh_{each}": 1.0 if each == term else 0.0 for each in self.terms} | plain
            for term in self.terms
        ]


def space(scenario: Scenario, terms: Sequence[str] = ()) -> Space:
    """The formulas of some terms, by default all.

    Raises
    ------
    BadInput
        If there is no such term, or one is named twice.
    """
    faults = []
    for place, term in enumerate(terms):
        if term not in TERMS:
            faults.append(unknown("terms", term, TERMS))
        elif term in terms[:place]:
            faults.append(Fault(ASKED, "terms", "be named once", shown(term), "name it once"))
    if faults:
        raise BadInput(faults)
    return Space(scenario, tuple(terms) or tuple(TERMS))


def _on_simplex(parts: Sequence[float]) -> list[float]:
    """Weights in twentieths that sum to 1, most of them small or none, so that formulas have few terms.

    A part u gives (−log(1 − u))³: in proportion, the logarithms alone would fall evenly over all weights.
    """
    raw = [-(math.log(max(1 - part, 1e-12)) ** 3) for part in parts]
    total = sum(raw)
    weights = [each / total for each in raw] if total else [1.0, *[0.0] * (len(raw) - 1)]
    whole = [math.floor(STEPS * weight) for weight in weights]
    order = sorted(range(len(whole)), key=lambda i: (whole[i] - STEPS * weights[i], i))
    for place in order[: STEPS - sum(whole)]:
        whole[place] += 1
    return [each / STEPS for each in whole]


def _phased(years: int) -> float | list[float]:
    """Equal steps up to the whole formula."""
    return 1.0 if years == 1 else [round(step / years, 6) for step in range(1, years + 1)]


def in_words(rule: SharingRule) -> str:
    """A formula in a line: 40% activity (a problem drug user counts 2), 60% need; lag 1 year, floor 90%."""
    terms = sorted(rule.terms.items(), key=lambda item: (-item[1].weight, item[0]))
    told = [f"{each.weight:.0%} {name.replace('_', ' ')}" for name, each in terms if each.weight]
    weights = {
        max(each.group_weights.values()) / max(min(each.group_weights.values()), 1e-9)
        for _, each in terms
        if each.group_weights and each.weight
    }
    parts = [" + ".join(told)]
    if weights and max(weights) != 1:
        parts.append(f"weights up to {max(weights):g} to 1")
    parts.append(f"lag {rule.lag_years} {'year' if rule.lag_years == 1 else 'years'}")
    parts += _bounds_in_words(rule)
    return ", ".join(parts)


def _bounds_in_words(rule: SharingRule) -> list[str]:
    parts = []
    for name, bound in (("floor", rule.floor_share), ("ceiling", rule.ceiling_share)):
        if isinstance(bound, tuple):
            parts.append(f"{name} by year")
        elif bound is not None:
            parts.append(f"{name} {bound:.0%}")
    if isinstance(rule.phase_in_share, tuple):
        parts.append(f"phased in over {_years_to_whole(rule.phase_in_share)} years")
    elif rule.phase_in_share < 1:
        parts.append(f"{rule.phase_in_share:.0%} phased in")
    return parts


def _years_to_whole(phase_in: tuple[float, ...]) -> int:
    return next((at + 1 for at, share in enumerate(phase_in) if share >= 1), len(phase_in))
