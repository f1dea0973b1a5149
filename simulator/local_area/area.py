"""A scenario of an area: the one it begins from, as large as the area's own figures say it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..errors import BadInput, Fault
from ..money import FENCED_USES
from ..scenario import Scenario
from ..scenario.size import allowed_bytes, in_words, too_large
from ..scenario.tree import at
from ..wording import gbp_exact
from ..years import year_name, year_names
from .figures import ALL, LOCAL_MONEY
from .formula_share import share_for
from .moved import moved, years_needed
from .size import Ratios, size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..scenario.schema import Evidence
    from .figures import LocalFigures
    from .moved import Data
    from .size import Size

NAME = "area"
MONEY_RANGE_SHARE = 0.1
"""What counts as money for treatment is read differently from area to area; 10% is assumed."""
_NEW_STREAM = "local_money"


def area_scenario(figures: LocalFigures, base: Scenario) -> Scenario:
    """A scenario of the area from which a fit may start.

    The people of day 0, those who come to need treatment and the money are the base's, times how large the
    area is against it, by substance group where the figures tell groups apart. Money that is given is taken
    as it is. The other partnerships stay as they were. Where the figures lie outside the base's years, the
    run starts with the first of them, and each year keeps the rule of its calendar year.

    Raises
    ------
    BadInput
        Where the base has several partnerships, or has not the groups of the figures, or the area would
        need more memory than there is.
    """
    _check(figures, base)
    first_year, years = years_needed(figures, base)
    whole, told = moved(base, first_year, years)
    reference = _validated(whole)
    area = _Area(figures, base, reference, whole)
    for path, why in told.items():
        area.note(path, 1.0, f"{area.source(path)}; {why}")
    area.people()
    area.money()
    area.words()
    scenario = _validated(whole)
    _check_memory(scenario)
    return scenario


def _check(figures: LocalFigures, base: Scenario) -> None:
    faults = []
    if len(base.partnerships) != 1:
        rule, advice = "have one partnership", "begin from baseline_2008"
        got = str(len(base.partnerships))
        faults.append(Fault(base.name, "partnerships", rule, got, advice))
    groups = dict.fromkeys(each.of.group for each in figures.figures)
    known = (*base.world.groups, ALL)
    for group in groups:
        if group not in known:
            rule, advice = "be a group of the scenario", f"known there: {', '.join(known)}"
            faults.append(Fault(figures.title, "group", rule, group, advice))
    if faults:
        raise BadInput(faults)


def _check_memory(scenario: Scenario) -> None:
    needs = too_large(scenario)
    if needs is not None:
        rule, advice = f"need at most {in_words(allowed_bytes())} of memory", "check the figures"
        raise BadInput([Fault(scenario.name, "the area", rule, needs, advice)])


def _validated(whole: Data) -> Scenario:
    context = {"years": whole["years"], "groups": list(whole["world"]["groups"])}
    try:
        return Scenario.model_validate(whole, context=context)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        name = ".".join(str(step) for step in detail["loc"])
        advice = "check the figures from which it follows"
        raise BadInput([Fault(NAME, name, "be valid", str(detail["msg"]), advice)]) from error


class _Area:
    """An area's scenario under way, in plain values."""

    def __init__(self, figures: LocalFigures, base: Scenario, reference: Scenario, whole: Data):
        self.figures, self.base, self.reference, self.whole = figures, base, reference, whole
        self.groups = tuple(reference.world.groups)
        self.size: Size = size_of(figures, reference)
        self.year_names = year_names(reference.first_year, reference.years)
        self.remarks: list[str] = []

    # One value

    def scale(self, path: str, factor: float, decimals: int | None = None) -> None:
        """Multiply the value at a path, and say so in its evidence."""
        way, _, last = path.rpartition(".")
        around = at(self.whole, tuple(way.split(".")))
        number = around[last] * factor
        around[last] = round(number) if decimals is None else round(number, decimals)
        self.note(path, factor, f"{self.base.name} times {factor:.3g}, by {self.figures.title}")

    def note(self, path: str, factor: float, why: str) -> None:
        """Write evidence for a value that follows from the base's."""
        known = self._known(path)
        value = at(self.whole, tuple(path.split(".")))
        scaled = [_rounded(factor * end) for end in known.range] if known and known.range else None
        ends = _holding(scaled, value) if scaled else None
        reason = "" if ends else f". No range: {_why_none(known)}"
        self.write(path, "derived", f"{why}{reason}", ends)

    def source(self, path: str) -> str:
        """What the base gives as a value's source."""
        known = self._known(path)
        return known.source.partition("No range: ")[0].rstrip(" .") if known else self.base.name

    def _known(self, path: str) -> Evidence | None:
        """What the base says of a value, or of all groups of it."""
        evidence = self.base.evidence
        return evidence.get(path) or evidence.get(path.rpartition(".")[0])

    def write(self, path: str, grade: str, source: str, ends: Sequence[float] | None) -> None:
        """Write evidence."""
        told = {"grade": grade, "source": source, "range": ends, "fitted_to": None}
        self.whole["evidence"][path] = told

    # People

    def people(self) -> None:
        """Day 0, those who come to need treatment, and what the formula has counted."""
        for group in self.groups:
            for path, size in self._sizes().items():
                scope = "world" if path.startswith("need.") else "history"
                decimals = 4 if path.endswith("_per_year") else None
                self.scale(f"{scope}.groups.{group}.{path}", size[group], decimals)

    def _sizes(self) -> dict[str, Ratios]:
        size = self.size
        return {
            "need.onset_per_year": size.need,
            "need.moves_in_per_year": size.stock,
            "in_treatment.people": size.stock,
            "waiting.people": size.waiting,
            "never_treated": size.untreated,
            "treated_before.people": size.untreated,
            "in_recovery.people": size.stock,
            "in_prison": size.stock,
            "effective_clients_per_year": size.contact,
            "effective_leavers_for_good_per_year": size.stock,
            "completions_per_year": size.completions,
            "planned_exits_per_year": size.completions,
            "starts_per_year": size.contact,
            "kept_12_weeks_per_year": size.contact,
        }

    # Money

    def money(self) -> None:
        """Overhead, local money, and the area's place in the formula."""
        costs = self._cost_ratio()
        self.scale("world.fixed_overhead_gbp", costs)
        self._local_money(costs)
        self._place_in_the_formula()
        given = self._given("allocation_gbp") | self._given(LOCAL_MONEY)
        if given:
            names = [year_name(year) for year in sorted(given)]
            told = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
            before = self.base.funding.price_year
            self.whole["funding"]["price_year"] = f"{before} (the area's money in cash of {told})"

    def _given(self, measure: str) -> dict[int, int]:
        return {year: round(each.mean) for year, each in self.figures.of(measure).items()}

    def _cost_ratio(self) -> float:
        """What clients on day 0 cost, against the base."""
        return _weighted(self.size.stock, {g: self._weekly_gbp(g) for g in self.groups})

    def _weekly_gbp(self, group: str) -> float:
        cost = self.reference.world.groups[group].treatment.cost_settled_gbp_per_week
        return cost * self.reference.history.groups[group].in_treatment.people

    def _formula_ratio(self) -> float:
        """What the formula counts of the area, against the base."""
        past, weights = self.reference.history.groups, self._group_weights()
        counted = {g: past[g].effective_clients_per_year * weights[g] for g in self.groups}
        return _weighted(self.size.contact, counted)

    def _group_weights(self) -> Ratios:
        """What a client of each group counts for in the formula's activity."""
        terms = self.reference.formula.terms.values()
        counted = [term for term in terms if term.counts == "effective_clients"]
        weights = counted[0].group_weights if counted else None
        return weights or dict.fromkeys(self.groups, 1.0)

    def _local_money(self, costs: float) -> None:
        streams = self.whole["funding"]["streams"]
        others = [name for name, each in streams.items() if each["amount_gbp"] != "formula"]
        outside = [name for name in others if set(streams[name]["pays_for"]) <= set(FENCED_USES)]
        given = self._by_run_year(self._given(LOCAL_MONEY))
        for name in others if given is None else outside:
            path = f"funding.streams.{name}.amount_gbp"
            streams[name]["amount_gbp"] = _times(streams[name]["amount_gbp"], costs)
            why = f"{self.base.name} times {costs:.3g}, as clients cost, by {self.figures.title}"
            self.note(path, costs, why)
        if given is not None:
            inside = [name for name in others if name not in outside]
            self._give(inside or [self._new_stream()], given)

    def _new_stream(self) -> str:
        """A stream for money that the base has none for: all of it comes in, and what is left goes back."""
        streams = self.whole["funding"]["streams"]
        uses = next(iter(streams.values()))["pays_for"]
        label = "Money beside the allocation"
        streams[_NEW_STREAM] = {"label": label, "amount_gbp": 0, "pays_for": uses}
        path = f"funding.streams.{_NEW_STREAM}"
        won = f"As given in {self.figures.title}. No range: the sums are those that came in"
        kept = "Nothing was given of what may be kept. No range: a rule and no quantity"
        self.write(f"{path}.won_share", "derived", won, None)
        self.write(f"{path}.carry_over_share", "assumed", kept, None)
        return _NEW_STREAM

    def _give(self, names: Sequence[str], given: list[int]) -> None:
        """All of the local money to the first stream beside the formula, and none to the others."""
        for place, name in enumerate(names):
            amounts = given if place == 0 else [0] * len(given)
            constant = amounts[0] if len(set(amounts)) == 1 else amounts
            self.whole["funding"]["streams"][name]["amount_gbp"] = constant
            low, high = min(amounts), max(amounts)
            ends = [(1 - MONEY_RANGE_SHARE) * low, (1 + MONEY_RANGE_SHARE) * high]
            source = (
                f"As given in {self.figures.title}; years not given as the nearest that is; range:"
                f" {MONEY_RANGE_SHARE:.0%} to either side"
            )
            self.write(f"funding.streams.{name}.amount_gbp", "derived", source, ends)

    def _by_run_year(self, given: dict[int, int]) -> list[int] | None:
        """Pounds for each year of the run: those given, else those of the nearest year given."""
        if not given:
            return None
        first = self.reference.first_year
        nearest = [
            min(given, key=lambda known, year=first + i: (abs(known - year), known))  # type: ignore[misc]
            for i in range(self.reference.years)
        ]
        return [given[year] for year in nearest]

    def _place_in_the_formula(self) -> None:
        """Need and old share, on which the last allocation goes: in proportion to the area, or as its sums say."""
        ratio = self._formula_ratio()
        given = self._given("allocation_gbp")
        inside = [
            y for y in sorted(given) if 0 <= y - self.reference.first_year < len(self.year_names)
        ]
        if inside:
            place = inside[0] - self.reference.first_year
            ratio, reached = share_for(_validated(self.whole), place, given[inside[0]], ratio)
            if abs(reached - given[inside[0]]) > 0.01 * given[inside[0]]:
                self.remarks.append(
                    f"For {self.year_names[place]} the formula gives {gbp_exact(reached)} where"
                    f" {gbp_exact(given[inside[0]])} was recorded, whatever the need."
                )
        (old,) = self.whole["partnerships"].values()
        own = old | {"need_index": round(ratio, 4), "old_share_weight": round(ratio, 4)}
        self.whole["partnerships"] = {self.figures.partnership: own}

    # Words

    def words(self) -> None:
        """Name, title, question and description."""
        name, first = self.figures.partnership, self.year_names[0]
        self.whole |= {
            "name": NAME,
            "title": f"{name} from {first} on",
            "question": f"What do the figures of {name} say, and what follows if nobody changes anything?",
            "description": " ".join(self._description()),
        }

    def _description(self) -> list[str]:
        stock = ", ".join(f"{group} {self.size.stock[group]:.2f}" for group in self.groups)
        size = (
            f"As large against {self.base.name} as {self.figures.title}, say: people in treatment on"
            f" day 0 times {stock}. The other partnerships are as they were."
        )
        paid = self._given("allocation_gbp")
        follow = (
            "follow the area's first allocation" if paid else "are in proportion to its clients"
        )
        return [size, f"Need and old share in the formula {follow}.", *self._moved(), *self.remarks]

    def _moved(self) -> list[str]:
        if self.reference.first_year == self.base.first_year:
            return []
        told = (
            f"The run starts in {self.year_names[0]} and not in {year_name(self.base.first_year)}; pot,"
            " phase-in, floor and levers are those of the same calendar year, or of the nearest year that"
            f" {self.base.name} knows."
        )
        return [told]


def _weighted(ratios: Ratios, weights: dict[str, float]) -> float:
    total = sum(weights.values())
    return sum(ratios[g] * weights[g] for g in weights) / total if total else 1.0


def _times(amount: int | list[int], factor: float) -> int | list[int]:
    if isinstance(amount, list):
        return [round(each * factor) for each in amount]
    return round(amount * factor)


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def _holding(ends: Sequence[float], value: Any) -> list[float]:
    """A range, widened where rounding has put the value outside."""
    given = value if isinstance(value, list) else [value]
    numbers = [each for each in given if each is not None]
    return [min(ends[0], *numbers), max(ends[1], *numbers)]


def _why_none(known: Evidence | None) -> str:
    """Why the base has no range for a value."""
    _, _, reason = (known.source if known else "").partition("No range: ")
    return reason or "the value that it follows from has none"
