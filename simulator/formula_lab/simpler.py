"""Simpler scenarios: one partnership among others, other lengths, and a list of ways to leave something out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pydantic import Tag

from ..errors import BadInput
from ..money import clustered
from ..scenario import Scenario, as_dict
from ..scenario.draws import checked_values
from ..scenario.outline import annotation_at

if TYPE_CHECKING:
    from collections.abc import Mapping

Whole = dict[str, Any]
Change = Callable[[Whole], bool]
"""Leaves something out of a scenario in plain values; says whether there was anything to leave out."""


class Simplification(NamedTuple):
    """Something that may be left out.

    Parameters
    ----------
    told
        What was done, in words.
    """

    told: str
    change: Change


def isolated(scenario: Scenario, name: str) -> Scenario:
    """One partnership, the others that share the pot being a forecast: as many as they make of average size.

    Where it commissions with others, it goes on paying what a member of the cluster pays.
    """
    scenario, own = _paying_as_before(scenario, name), scenario.partnerships[name]
    others = sum(each.copies * each.size for key, each in scenario.partnerships.items())
    rest = scenario.formula.rest
    more = round(others - own.size)
    formula = scenario.formula.model_copy(
        update={"rest": rest.model_copy(update={"partnerships": rest.partnerships + more})}
    )
    alone = own.model_copy(update={"copies": 1, "cluster": None})
    return scenario.model_copy(
        update={"partnerships": {name: alone}, "plan": own.plan, "formula": formula}
    )


def _paying_as_before(scenario: Scenario, name: str) -> Scenario:
    """The scenario in which one partnership alone has the overhead that it has in its cluster, but for rounding."""
    members = len(clustered(scenario, name))
    if members == 1:
        return scenario
    fixed = Fraction(str(scenario.world.overhead_fixed_share))
    left = fixed / members + 1 - fixed
    overhead = {
        "fixed_overhead_gbp": round(scenario.world.fixed_overhead_gbp * left),
        "overhead_fixed_share": float(fixed / members / left),
    }
    return scenario.model_copy(update={"world": scenario.world.model_copy(update=overhead)})


def with_years(scenario: Scenario, years: int) -> Scenario:
    """The scenario over so many years: lists by year are cut, or go on as they end."""
    whole = as_dict(scenario)
    _set_years(whole, years)
    return Scenario.model_validate(whole)


def _set_years(whole: Whole, years: int) -> None:
    whole["years"] = years
    _last(whole, years, ())


def _last(part: Whole, years: int, path: tuple[str, ...]) -> None:
    """Cut or lengthen whatever goes by year, as the schema says."""
    for name, value in part.items():
        if _goes_by_year(annotation_at((*path, name))):
            part[name] = _lasting(value, years)
        elif isinstance(value, dict):
            _last(value, years, (*path, name))


def _goes_by_year(annotation: Any) -> bool:
    return any(each == Tag("by year") or _goes_by_year(each) for each in get_args(annotation))


def _plans(whole: Whole) -> list[Whole]:
    return [whole["plan"], *(own["plan"] for own in whole["partnerships"].values())]


def _lasting(lever: Any, years: int) -> Any:
    if isinstance(lever, dict):
        return {key: _lasting(each, years) for key, each in lever.items()}
    return (lever + lever[-1:] * years)[:years] if isinstance(lever, list) else lever


def simpler(scenario: Scenario, step: Simplification) -> Scenario | None:
    """The scenario with something left out; None where there is nothing, or what is left is no scenario."""
    whole = as_dict(scenario)
    if not step.change(whole):
        return None
    whole["evidence"] = {}
    try:
        changed = Scenario.model_validate(whole)
        checked_values(changed, {})
    except (ValueError, BadInput):
        return None
    return None if as_dict(changed) == as_dict(scenario) else changed


def simplifications(scenario: Scenario, least_years: int) -> list[Simplification]:
    """What may be left out of a scenario, the largest things first."""
    return [
        Simplification("a tenth of the people and the money", _tenth),
        Simplification("two partnerships in all", _two),
        *(
            Simplification(f"{years} years", _years(years))
            for years in range(least_years, scenario.years)
        ),
        *_groups(scenario),
        *_terms(scenario),
        *_of_the_rule(),
        *_of_the_plan(scenario),
        *_of_the_world(),
    ]


def _tenth(whole: Whole) -> bool:
    """A tenth of an average partnership: below 200 in treatment there is nothing to gain."""
    history = whole["history"]
    if sum(past["in_treatment"]["people"] for past in history["groups"].values()) < 200:
        return False
    for past in history["groups"].values():
        for name, number in past.items():
            if isinstance(number, dict):
                number["people"] = round(number["people"] / 10)
            elif not name.endswith("_share"):
                past[name] = round(number / 10) if isinstance(number, int) else number / 10
    for group in whole["world"]["groups"].values():
        for name in ("onset_per_year", "moves_in_per_year"):
            group["need"][name] /= 10
    rest = whole["formula"]["rest"]
    for counted in (rest["reference_activity"], rest["reference_completions"]):
        counted.update({name: number / 10 for name, number in counted.items()})
    _all_pounds(whole, lambda pounds: pounds // 10)
    return True


def _all_pounds(whole: Whole, change: Callable[[int], int]) -> None:
    formula = whole["formula"]
    formula["pot_gbp"] = _pounds(formula["pot_gbp"], change)
    whole["history"]["allocation_gbp"] = change(whole["history"]["allocation_gbp"])
    whole["world"]["fixed_overhead_gbp"] = change(whole["world"]["fixed_overhead_gbp"])
    for stream in whole["funding"]["streams"].values():
        stream["amount_gbp"] = _pounds(stream["amount_gbp"], change)


def _pounds(amount: Any, change: Callable[[int], int]) -> Any:
    if isinstance(amount, list):
        return [change(each) for each in amount]
    return change(amount) if isinstance(amount, int) else amount


def _two(whole: Whole) -> bool:
    """The partnership and one other share what two of them had."""
    rest = whole["formula"]["rest"]
    if rest["partnerships"] <= 1:
        return False
    before = rest["partnerships"] + 1
    rest["partnerships"] = 1
    pot = whole["formula"]["pot_gbp"]
    whole["formula"]["pot_gbp"] = _pounds(pot, lambda pounds: pounds * 2 // before)
    return True


def _years(years: int) -> Change:
    def change(whole: Whole) -> bool:
        _set_years(whole, years)
        return True

    return change


def _groups(scenario: Scenario) -> Iterator[Simplification]:
    for key, group in scenario.world.groups.items():
        yield Simplification(f"without {group.label.lower()}", _without_group(key))


def _without_group(key: str) -> Change:
    def change(whole: Whole) -> bool:
        if key not in whole["world"]["groups"] or len(whole["world"]["groups"]) == 1:
            return False
        for term in whole["formula"]["terms"].values():
            _drop(term.get("group_weights"), key)
        rest = whole["formula"]["rest"]
        for named in (whole["world"]["groups"], whole["history"]["groups"],
                      whole["history"]["move_on_delay_days"], rest["reference_activity"],
                      rest["reference_completions"]):  # fmt: skip
            _drop(named, key)
        for plan in _plans(whole):
            for lever in plan.values():
                _drop(lever, key)
            left = [each for each in plan["outreach_to"] if each != key]
            plan["outreach_to"] = left or list(whole["world"]["groups"])[:1]
        for own in whole["partnerships"].values():
            _drop(own.get("mix"), key)
        return True

    return change


def _drop(named: Any, key: str) -> None:
    if isinstance(named, dict):
        named.pop(key, None)


def _terms(scenario: Scenario) -> Iterator[Simplification]:
    for key in scenario.formula.terms:
        yield Simplification(f"without the term {key}", _without_term(key))


def _without_term(key: str) -> Change:
    def change(whole: Whole) -> bool:
        terms = whole["formula"]["terms"]
        left = sum(term["weight"] for name, term in terms.items() if name != key)
        if key not in terms or not left:
            return False
        del terms[key]
        for term in terms.values():
            term["weight"] = round(term["weight"] / left, 12)
        first = next(iter(terms.values()))
        first["weight"] += 1 - sum(term["weight"] for term in terms.values())
        return True

    return change


def _setting(part: str, **values: Any) -> Change:
    """Writes values into a part of the scenario."""

    def change(whole: Whole) -> bool:
        whole[part].update(values)
        return True

    return change


def _of_the_rule() -> Iterator[Simplification]:
    for told, values in (
        ("in force at once", {"phase_in_share": 1.0}),
        ("no floor", {"floor_share": None}),
        ("no ceiling", {"ceiling_share": None}),
        ("no area costs", {"area_cost_share": 0.0}),
        ("a lag of one year", {"lag_years": 1}),
        ("sums to the pound", {"rounding_gbp": 1}),
    ):
        yield Simplification(told, _setting("formula", **values))
    yield Simplification("clients of all groups count alike", _count_alike)
    yield Simplification("the others neither grow nor shrink", _no_growth)


def _count_alike(whole: Whole) -> bool:
    for term in whole["formula"]["terms"].values():
        term["group_weights"] = None
    return True


def _no_growth(whole: Whole) -> bool:
    whole["formula"]["rest"]["growth_per_year"] = 0.0
    return True


PLAIN_LEVERS: Mapping[str, Any] = {
    "treatment_share": 1.0,
    "reintegration_share": 0.0,
    "outreach_share": 0.0,
    "stretch_share": 0.0,
    "recorded_as_pdu_share": 0.0,
    "priority": 0,
    "early_exit_rate_per_year": 0.0,
}


def _of_the_plan(scenario: Scenario) -> Iterator[Simplification]:
    yield Simplification("a plan with one lever", _plain_plan)
    own = next(iter(scenario.partnerships.values()))
    if own.size != 1 or own.mix:
        yield Simplification("a partnership of average size and mix", _plain_partnership)


def _plain_plan(whole: Whole) -> bool:
    for plan in _plans(whole):
        plan.update(PLAIN_LEVERS)
        delays = plan["move_on_delay_days"]
        while isinstance(delays, dict | list):
            delays = max(delays.values()) if isinstance(delays, dict) else delays[0]
        plan["move_on_delay_days"] = delays
    return True


def _plain_partnership(whole: Whole) -> bool:
    for name, own in whole["partnerships"].items():
        whole["partnerships"][name] = {"plan": own["plan"]}
    return True


def _of_the_world() -> Iterator[Simplification]:
    yield Simplification("nobody is taken into custody", _nobody("custody_per_year"))
    yield Simplification("nobody moves", _nobody("moves_away_per_year", "moves_in_per_year"))
    yield Simplification("caseloads have no effect", _no_caseload_effect)


def _nobody(*rates: str) -> Change:
    def change(whole: Whole) -> bool:
        for group in whole["world"]["groups"].values():
            for part in ("need", "treatment"):
                group[part].update({rate: 0.0 for rate in rates if rate in group[part]})
        return True

    return change


def _no_caseload_effect(whole: Whole) -> bool:
    whole["world"]["caseload"]["drop_out_exponent"] = 0.0
    return True
