"""The rules of the house that no single value can break: they hold between parts of a scenario.

Each rule reads plain values and keeps silent where it cannot read its own inputs, so that it can be told
together with the faults of single values.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

from .outline import NOT_ASSUMED, is_assumption, leaves
from .schema import COUNTED_IN_PEOPLE, Choices, Counted, FencedUse, PlanUse
from .tree import Path, dotted, instead, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..errors import Fault
    from .draft import Draft

LONGEST_NAME = 60
SHARES = ("treatment_share", "reintegration_share", "outreach_share")
COSTS = (
    "cost_first_12_weeks_gbp_per_week",
    "cost_settled_gbp_per_week",
    "cost_ready_gbp_per_week",
)
COUNTED_OF_AREAS = [kind for kind in get_args(Counted) if kind not in COUNTED_IN_PEOPLE]
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}", re.ASCII)


def broken_rules(draft: Draft) -> Iterator[Fault]:
    """Every rule that a draft breaks."""
    for rule in _RULES:
        yield from rule(draft)


MOST_PLANS = 200
"""A partnership has at most so many plans to choose among: each is a run of its own."""
_CHOICES: Path = ("behaviour", "choices")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _yearly(value: Any, years: int | None) -> list[float | None] | None:
    """A lever as one value for each year, or None where it cannot be read."""
    if value is None or _is_number(value):
        return [value] * (years or 1)
    readable = isinstance(value, list) and len(value) == years
    return value if readable and all(each is None or _is_number(each) for each in value) else None


def _yearly_given(value: Any, years: int | None) -> list[float] | None:
    each = _yearly(value, years) or []
    given = [one for one in each if one is not None]
    return given if given and len(given) == len(each) else None


def _shares_sum_to_one(draft: Draft) -> Iterator[Fault]:
    for plan in draft.plans():
        inputs = [(*plan, share) for share in SHARES]
        wrong = [total for total in _yearly_totals(draft, inputs) if abs(total - 1) > 1e-9]
        if wrong and any(draft.own(path) for path in inputs):
            rule = "have treatment_share, reintegration_share and outreach_share that sum to 1"
            got = f"a sum of {wrong[0]:.10g}"
            yield draft.fault(plan, rule, "change the others with it", got, inputs)


def _yearly_totals(draft: Draft, inputs: list[Path]) -> list[float]:
    yearly = [_yearly_given(draft.value(path), draft.years) for path in inputs]
    readable = [each for each in yearly if each is not None]
    complete = len(readable) == len(inputs)
    return [math.fsum(year) for year in zip(*readable, strict=True)] if complete else []


def _floor_below_ceiling(draft: Draft) -> Iterator[Fault]:
    inputs = [("formula", "floor_share"), ("formula", "ceiling_share")]
    floor, ceiling = (_yearly(draft.value(path), draft.years) for path in inputs)
    for low, high in zip(floor or (), ceiling or (), strict=False):
        if low is not None and high is not None and low > high:
            rule, advice = "be at most ceiling_share in each year", "lower it, or raise the ceiling"
            yield draft.fault(inputs[0], rule, advice, f"{low:g} above {high:g}", inputs)
            return


def _weights_sum_to_one(draft: Draft) -> Iterator[Fault]:
    """So that it is told beside the faults of single terms, which hide it from the schema."""
    path: Path = ("formula", "terms")
    weights = [draft.value((*path, term, "weight")) for term in draft.names(path) or ()]
    readable = weights and all(_is_number(each) and 0 <= each <= 1 for each in weights)
    if readable and abs((total := sum(weights)) - 1) > 1e-9:
        rule = f"have weights that sum to 1 (they sum to {total:.10g})"
        advice = "change the weights so that they sum to 1"
        yield draft.fault(path, rule, advice, shown(draft.value(path)))


def _people_alone_have_group_weights(draft: Draft) -> Iterator[Fault]:
    """So that it is told beside a weight that cannot be read, which hides it from the schema."""
    for term in draft.names(("formula", "terms")) or ():
        path = ("formula", "terms", term)
        counts = draft.value((*path, "counts"))
        if draft.value((*path, "group_weights")) is not None and counts in COUNTED_OF_AREAS:
            rule = f"have no group_weights where it counts {counts}"
            advice = "take them out: this is counted of areas, not of people"
            yield draft.fault(path, rule, advice, shown(draft.value(path)))


def _same_groups(draft: Draft) -> Iterator[Fault]:
    places: tuple[Path, ...] = (
        ("history", "groups"),
        ("formula", "rest", "reference_activity"),
        ("formula", "rest", "reference_completions"),
    )
    groups = draft.groups
    for path in places:
        named = draft.names(path)
        if groups is not None and named is not None and set(groups) != set(named):
            rule = f"name the groups {', '.join(groups)}"
            advice = "give each group of world.groups here, and no other"
            yield draft.fault(path, rule, advice, ", ".join(named) or "none")


def _outreach_to_known_groups(draft: Draft) -> Iterator[Fault]:
    groups = draft.groups
    if groups is None:
        return
    for plan in draft.plans():
        for i, group in enumerate(_texts(draft.value((*plan, "outreach_to")))):
            path = (*plan, "outreach_to", i)
            if group not in groups and draft.own(path):
                yield draft.fault(
                    path, "be a substance group", instead(group, groups), shown(group)
                )


def _texts(value: Any) -> list[str]:
    """A list of texts; of none where anything else stands in it."""
    readable = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return value if readable else []


def _named_once(draft: Draft) -> Iterator[Fault]:
    levers = ("outreach_to", "support_open_to")
    lists: list[Path] = [(*stream, "pays_for") for stream in _streams(draft)]
    lists += [(*plan, lever) for plan in draft.plans() for lever in levers]
    for path in lists:
        names = Counter(_texts(draft.value(path)))
        again = [name for name, times in names.items() if times > 1]
        if again and draft.own(path):
            yield draft.fault(path, "name each once", "take out the second", ", ".join(again))


def _streams(draft: Draft) -> list[Path]:
    return [("funding", "streams", name) for name in draft.names(("funding", "streams")) or ()]


def _somebody_pays(draft: Draft) -> Iterator[Fault]:
    paid = _paid_for(draft)
    for path, use in _spending(draft):
        if paid and use not in paid and draft.own(path):
            rule = "be 0 where no funding stream pays for it"
            advice = f"add {use} to the pays_for of a stream, or spend nothing on it"
            yield draft.fault(path, rule, advice, shown(draft.value(path)))


def _paid_for(draft: Draft) -> set[str]:
    """Uses that some stream may pay for; none where one of the streams cannot be read."""
    each = [_texts(draft.value((*stream, "pays_for"))) for stream in _streams(draft)]
    return {use for uses in each for use in uses} if all(each) else set()


def _spending(draft: Draft) -> Iterator[tuple[Path, str]]:
    """What is planned to be spent, with its use."""
    places: list[tuple[Path, str]] = [(("world", "fixed_overhead_gbp"), "overhead")]
    for plan in draft.plans():
        places += [((*plan, share), share.removesuffix("_share")) for share in SHARES]
    for path, use in places:
        if any(_yearly_given(draft.value(path), draft.years) or ()):
            yield path, use


def _choices_are_told_once(draft: Draft) -> Iterator[Fault]:
    for name in draft.names(_CHOICES) or ():
        path = (*_CHOICES, name)
        values = _numbers(draft.value(path))
        if len(set(values)) < len(values):
            yield draft.fault(path, "name each once", "take out the second", shown(values))


def _choices_can_be_made(draft: Draft) -> Iterator[Fault]:
    """Few plans in all, each of which leaves treatment no less than nothing."""
    chosen = _chosen(draft)
    plans = math.prod(max(1, len(values)) for values in chosen.values())
    if plans > MOST_PLANS:
        given = [(*_CHOICES, name) for name in draft.names(_CHOICES) or ()]
        rule, advice = f"make at most {MOST_PLANS} plans together", "give fewer values"
        yield draft.fault(_CHOICES, rule, advice, f"{plans:,}", given)
    spent: list[Path] = [(*_CHOICES, share) for share in SHARES if chosen.get(share)]
    largest = math.fsum(max(chosen[str(path[-1])]) for path in spent)
    if largest > 1 + 1e-9:
        rule, advice = "have largest shares that sum to at most 1", "lower one of them"
        yield draft.fault(_CHOICES, rule, advice, f"a sum of {largest:.10g}", spent)


def _chosen(draft: Draft) -> dict[str, list[float]]:
    """The values that each lever may take: those given, or the usual ones."""
    usual = {name: list(field.default) for name, field in Choices.model_fields.items()}
    given = draft.names(_CHOICES) or ()
    return usual | {name: _numbers(draft.value((*_CHOICES, name))) for name in given}


def _choices_are_paid_for(draft: Draft) -> Iterator[Fault]:
    paid = _paid_for(draft)
    for path in [(*_CHOICES, share) for share in SHARES]:
        use = str(path[-1]).removesuffix("_share")
        if paid and use not in paid and any(_numbers(draft.value(path))):
            rule = "be 0 where no funding stream pays for it"
            advice = f"add {use} to the pays_for of a stream, or choose nothing but 0"
            yield draft.fault(path, rule, advice, shown(draft.value(path)))


def _numbers(value: Any) -> list[float]:
    """A list of numbers; of none where anything else stands in it."""
    return list(value) if isinstance(value, list) and all(map(_is_number, value)) else []


def _one_stream_from_the_formula(draft: Draft) -> Iterator[Fault]:
    path: Path = ("funding", "streams")
    amounts = {str(each[-1]): draft.value((*each, "amount_gbp")) for each in _streams(draft)}
    from_formula = [name for name, amount in amounts.items() if amount == "formula"]
    readable = amounts and None not in amounts.values()
    if readable and len(from_formula) != 1:
        rule = "have exactly one stream with amount_gbp: formula"
        advice = "name the stream that the pot pays, and give the others their pounds"
        yield draft.fault(path, rule, advice, ", ".join(from_formula) or "none")


def _streams_stand_in_the_plan_or_outside(draft: Draft) -> Iterator[Fault]:
    outside = get_args(FencedUse)
    for stream in _streams(draft):
        path = (*stream, "pays_for")
        uses = _texts(draft.value(path))
        fenced = [use for use in uses if use in outside]
        if fenced and len(fenced) < len(uses):
            rule = (
                f"not mix {' or '.join(outside)}, which the plan has no share for, with other uses"
            )
            advice = f"make a stream of its own for {' and '.join(fenced)}"
            yield draft.fault(path, rule, advice, ", ".join(uses))


def _formula_pays_for_the_plan(draft: Draft) -> Iterator[Fault]:
    outside = get_args(FencedUse)
    for stream in _streams(draft):
        if draft.value((*stream, "amount_gbp")) != "formula":
            continue
        uses, won = _texts(draft.value((*stream, "pays_for"))), (*stream, "won_share")
        if uses and all(use in outside for use in uses):
            rule = f"name one of {', '.join(get_args(PlanUse))} where the formula pays the stream"
            yield draft.fault((*stream, "pays_for"), rule, "add treatment to it", ", ".join(uses))
        if any(share != 1 for share in _yearly_given(draft.value(won), draft.years) or ()):
            rule = "be 1 where the formula pays the stream"
            advice = "take it out: what the formula pays is the partnership's own"
            yield draft.fault(won, rule, advice, shown(draft.value(won)))


def _costs_do_not_rise(draft: Draft) -> Iterator[Fault]:
    for group in draft.groups or ():
        paths: list[Path] = [("world", "groups", group, "treatment", cost) for cost in COSTS]
        for before, after in pairwise(paths):
            earlier, later = draft.value(before), draft.value(after)
            if _is_number(earlier) and _is_number(later) and later > earlier:
                rule = f"be at most {before[-1]}, {shown(earlier)}"
                advice = "a client costs less as treatment goes on"
                yield draft.fault(after, rule, advice, shown(later), (before, after))


def _keys_are_plain(draft: Draft) -> Iterator[Fault]:
    rule = "have a name of letters, digits, - and _, from a letter, other than all"
    for path in (("world", "groups"), ("funding", "streams")):
        for name in draft.names(path) or ():
            if not _KEY.fullmatch(name) or name == "all":
                advice = "rename it; its label may be any text"
                yield draft.fault((*path, name), rule, advice, shown(name))


def _partnerships_can_be_told_apart(draft: Draft) -> Iterator[Fault]:
    rule = f"have a name of 1 to {LONGEST_NAME} characters, other than all"
    for name in draft.names(("partnerships",)) or ():
        if not _is_partnership_name(name):
            yield draft.fault(("partnerships", name), rule, "rename it", shown(name))


def _is_partnership_name(name: str) -> bool:
    return (
        name != "all"
        and name == name.strip()
        and name.isprintable()
        and 0 < len(name) <= LONGEST_NAME
    )


def _evidence_names_assumptions(draft: Draft) -> Iterator[Fault]:
    for key in draft.names(("evidence",)) or ():
        if not is_assumption(key, draft.data):
            rule, advice = "name an assumption by its place", _advice_on_evidence(key, draft)
            yield draft.fault(("evidence", key), rule, advice, shown(key))


def _advice_on_evidence(key: str, draft: Draft) -> str:
    if key.startswith(("plan.", "partnerships.")) or key.rpartition(".")[2] in NOT_ASSUMED:
        return "take it out: what is decided or named is no assumption"
    found = nearest(key, (dotted(leaf.path) for leaf in leaves(draft.data)))
    return f"did you mean {found}?" if found else "write it as world.prison.mean_stay_days"


def _ranges_run_upwards(draft: Draft) -> Iterator[Fault]:
    for key in draft.names(("evidence",)) or ():
        path: Path = ("evidence", key, "range")
        ends = draft.value(path)
        readable = isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends))
        if readable and ends[0] > ends[1]:
            yield draft.fault(path, "run from low to high", "swap the two", shown(ends))


_RULES: tuple[Callable[[Draft], Iterator[Fault]], ...] = (
    _shares_sum_to_one,
    _floor_below_ceiling,
    _weights_sum_to_one,
    _people_alone_have_group_weights,
    _same_groups,
    _outreach_to_known_groups,
    _named_once,
    _somebody_pays,
    _choices_are_told_once,
    _choices_can_be_made,
    _choices_are_paid_for,
    _one_stream_from_the_formula,
    _streams_stand_in_the_plan_or_outside,
    _formula_pays_for_the_plan,
    _costs_do_not_rise,
    _keys_are_plain,
    _partnerships_can_be_told_apart,
    _evidence_names_assumptions,
    _ranges_run_upwards,
)
