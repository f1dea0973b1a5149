"""An assumption as people read it: its value with the unit, its range, and what hangs on it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .. import wording
from .entries import NOT_MEASURED, with_borrowed_evidence
from .influence import CONFIDENCE, FIGURES, GAPS, LEVELS, MEASURED_IN, measured, model_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..scenario import Scenario
    from .entries import Assumption
    from .influence import Effect, Figure, Influence

NOTHING = "none"
NO_EFFECT = "no effect seen"
OUTSIDE = "outside it"
MOST_NAMED = 5
MEANING = {
    "unverified": "recalled, not checked against a source",
    "assumed": "chosen for the model",
    "derived": "worked out from published figures or from other assumptions",
    "published": "read in the source named",
}
"""What each grade says of a value, the least known first."""
_NAMES = {
    "allocation_gbp": "the allocation",
    "in_effective_treatment": "people in effective treatment",
    "in_recovery": "people in recovery",
    "new_presentations": "new presentations",
    "treatment_money_used_share": "the share of treatment money used",
}
"""Headline figures as they stand in a sentence."""
_UNITLESS = ("", "bands", "ratio")


def value_in_words(value: Any, unit: str = "") -> str:
    """A value as it stands in the scenario, exactly, with its unit; null and bands in words."""
    if value is None:
        return NOTHING
    if isinstance(value, list):
        return _list_in_words(value, unit)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    sign, size = wording.MINUS if value < 0 else "", abs(value)
    if unit.startswith("£"):
        return f"{sign}£{size:,.10g}{unit.removeprefix('£')}"
    if unit == "share":
        return f"{sign}{100 * size:,.8g}%"
    number = f"{sign}{size:,.10g}"
    return number if unit in _UNITLESS else f"{number} {unit}"


def _list_in_words(values: list[Any], unit: str) -> str:
    if any(isinstance(each, dict) for each in values):
        return f"{len(values)} bands"
    if len(set(values)) == 1:
        return f"{value_in_words(values[0], unit)} in every year"
    return ", ".join(value_in_words(each, unit) for each in values)


def range_in_words(told: Assumption) -> str:
    """The range without its unit, or why there is none."""
    if told.range is None:
        return f"no range: {told.no_range_because}" if told.no_range_because else wording.MISSING
    return _between(told.range, told.unit)


def _between(ends: tuple[float, float], unit: str) -> str:
    kept = unit if unit == "share" or unit.startswith("£") else ""
    return " to ".join(value_in_words(end, kept.partition(" ")[0]) for end in ends)


# Influence


def influence_in_words(told: Assumption) -> str:
    """Which headline figure the assumption moves most over its range, how far, and how sure that is."""
    known = told.influence
    if known is None:
        return NOT_MEASURED
    said = _moves(known, told) if known.size else NO_EFFECT
    return f"{said}{_mark(known, told)}"


def _moves(known: Influence, told: Assumption) -> str:
    """How far at each end; an end at which the value stands already is left out."""
    ends = [effect for effect in known.ends(known.figure) if effect.moved_to != told.value]
    seen = [_seen(effect, told.unit) for effect in ends if effect.seen]
    unseen = "".join(_unseen(effect, told.unit) for effect in ends if not effect.seen)
    return f"moves {figure_in_words(known.figure)} by {' and '.join(seen)}{unseen}"


def _unseen(effect: Effect, unit: str) -> str:
    little = "too little to see" if effect.low < effect.high else "nothing"
    return f"; {little} at {value_in_words(effect.moved_to, unit)}"


def _seen(effect: Effect, unit: str) -> str:
    reach = (effect.high - effect.low) / 2 / abs(effect.level)
    return f"{percent(effect.share)} (±{_size(reach)}) at {value_in_words(effect.moved_to, unit)}"


def percent(part: float) -> str:
    """A change as a percentage of what it changes, with its sign: ``−8.2%``, ``+61%``."""
    return wording.signed(part, lambda share: f"{wording.MINUS * (share < 0)}{_size(abs(share))}")


def _size(part: float) -> str:
    return f"{100 * part:,.0f}%" if part >= 0.0995 else f"{100 * part:.2g}%"


def figure_in_words(figure: Figure) -> str:
    """A headline figure, to stand in a sentence."""
    name = _NAMES[figure.measure]
    return f"what moving on does to {name}" if figure.is_gap else name


def _mark(known: Influence, told: Assumption) -> str:
    """Where the influence comes from, if not from this very scenario."""
    notes = []
    if known.state == "other numbers":
        notes.append(f"as of other numbers of {MEASURED_IN}")
    if known.state == "other version":
        notes.append(f"as of version {known.model} of the model")
    if known.state == "measured elsewhere":
        notes.append(f"in {MEASURED_IN}")
    if told.range is not None and not _inside(known.range, told.range):
        notes.append(f"over {_between(known.range, told.unit)}")
    return f" ({', '.join(notes)})" if notes else ""


def _inside(moved: tuple[float, float], plausible: tuple[float, float]) -> bool:
    """Whether it was moved within the range; less far where another cost stands in the way."""
    return plausible[0] <= moved[0] and moved[1] <= plausible[1]


# The whole register


def counts_in_words(told: Sequence[Assumption]) -> str:
    """How many assumptions there are, by grade, and how many lie outside their range."""
    grades = Counter(each.grade for each in told)
    by_grade = ", ".join(f"{grades[grade]} {grade}" for grade in MEANING if grades[grade])
    outside = sum(each.outside_range for each in told)
    return f"{wording.counted(len(told), 'assumption')}: {by_grade}; {outside} outside their plausible range"


def notes_in_words(scenario: Scenario, told: Sequence[Assumption]) -> list[str]:
    """What a reader of the register must know: how influence was measured, and what it does not hold."""
    notes = [_how_measured(), *_what_is_stale(told)]
    if changed := with_borrowed_evidence(scenario):
        values = "1 value differs" if len(changed) == 1 else f"{len(changed)} values differ"
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        names = ", ".join(each.path for each in changed[:MOST_NAMED]) + more
        notes.append(
            f"{values} from {MEASURED_IN} without a source of their own; the source is that of the "
            f"other value: {names}."
        )
    return notes


def turned_in_words(told: Sequence[Assumption]) -> Iterator[str]:
    """For each headline figure that a plan changes: which assumptions alone could turn its sign."""
    for figure in (each for each in FIGURES if each.is_gap):
        effects = [
            (each, end) for each in told if each.influence for end in each.influence.ends(figure)
        ]
        turning = {each.path for each, end in effects if end.may_turn}
        if not effects:
            continue
        what, level = figure_in_words(figure), effects[0][1].level
        shown = wording.show_difference(figure.measure, level)
        named = ", ".join(f"`{path}`" for path in sorted(turning)) or "none"
        yield f"Assumptions that alone, at an end of their range, may turn {what} ({shown}) the other way: {named}."


def _how_measured() -> str:
    known = next(iter(measured().values()), None)
    if known is None:
        return "Influence has not been measured: run python -m studies.influence."
    names = ", ".join(_NAMES[each] for each in LEVELS)
    gaps = " and ".join(_NAMES[each] for each in GAPS)
    return (
        f"Influence: how far the headline figure that moves most goes when the assumption alone stands at "
        f"either end of its range in {MEASURED_IN}, as a share of that figure in the fifth year. The headline "
        f"figures are {names}; and what moving ready clients on does to {gaps}, against keeping them for four "
        f"years more. Each effect is the mean of {known.replications} pairs of runs of the same people; the "
        f"intervals (±) hold all fourteen effects of an assumption together {CONFIDENCE:.0%} of the time, and "
        f"where zero lies inside no effect is seen. What none of these plans uses, such as support places, "
        f"outreach and early exits, has none here whatever it does elsewhere. Nothing is fitted anew, so day 0 no longer balances and a "
        f"part of an effect is the way to another balance; figures that would no longer fit the published ones "
        f"are not ruled out."
    )


def _what_is_stale(told: Sequence[Assumption]) -> list[str]:
    stale = next((each.influence for each in told if each.influence and each.influence.stale), None)
    if stale is None:
        return []
    of = (
        f"other numbers of {MEASURED_IN}"
        if stale.state == "other numbers"
        else f"version {stale.model} of the model, not {model_version()}"
    )
    return [f"The influence is stale, as of {of}: run python -m studies.influence."]
