"""What was found, in sentences that numbers decide."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..wording import MISSING, NO_INTERVAL, TOO_CLOSE, counted, gbp, interval, sentence_case, signed
from .objectives import OBJECTIVES, number_of_losers
from .search import SUGGESTED
from .variables import in_words
from .worlds import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..incentives import Estimate
    from .confirm import Confirmed
    from .objectives import Objective
    from .search import Point, Search
    from .stress import Stress, Stressed

PER_YEAR, FOR_ONE, SWINGS, A_CLIENT = "£ a year", "£ for £1", "swings", "£ a client"


def percent(part: float) -> str:
    """A share with one decimal, which is what tells formulas apart."""
    return MISSING if math.isnan(part) else f"{100 * part:.1f}%".replace("-", "−")


def _ratio(amount: float) -> str:
    return f"£{amount:.2f}".replace("£-", "−£")


def _whole(amount: float) -> str:
    return f"{amount:.0f}".replace("-", "−")


def _signed_gbp(amount: float) -> str:
    return signed(amount, gbp)


_SHOW: dict[str, Callable[[float], str]] = {
    PER_YEAR: _signed_gbp,
    FOR_ONE: _ratio,
    SWINGS: _whole,
    A_CLIENT: gbp,
}
_AFTER = {PER_YEAR: " a year", FOR_ONE: " for £1", SWINGS: " swings", A_CLIENT: " a client"}


def size(harm: Stressed) -> str:
    """How large a harm is, with its unit."""
    return f"{_SHOW[harm.unit](harm.size.mean)}{_AFTER[harm.unit]}" if harm.searched else MISSING


def size_interval(harm: Stressed) -> str:
    """Its 95% interval."""
    return _between(harm.size, _SHOW[harm.unit]) if harm.searched else MISSING


def _between(estimate: Estimate, show: Callable[[float], str]) -> str:
    return NO_INTERVAL if math.isnan(estimate.low) else interval(estimate.low, estimate.high, show)


def stressed(harm: Stressed) -> str:
    """One harm in a sentence."""
    if not harm.searched:
        return f"{harm.title}: nothing to look for, {harm.told}."
    verdict = {"found": "found", "not found": "not found", "too close to call": TOO_CLOSE}
    where = "all groups" if harm.where == "all" else harm.where.lower()
    largest = "" if harm.verdict == "found" else "; the largest that was seen"
    told = (
        f"{harm.title}: {verdict[harm.verdict]}{largest}. {sentence_case(harm.told)} ({where}): {size(harm)}"
        f" ({size_interval(harm)}); a harm above {_SHOW[harm.unit](harm.threshold).lstrip('+')}."
    )
    if harm.also:
        told += f" {sentence_case(harm.also)}."
    if harm.smallest:
        told += f" The smallest scenario that shows it: {harm.smallest.size}."
    return told


def stress_sentences(result: Stress) -> list[str]:
    """All harms, those that were found first."""
    order = {"found": 0, "too close to call": 1, "not found": 2}
    return [stressed(each) for each in sorted(result.harms, key=lambda h: order[h.verdict])]


# A search


def shown(objective: Objective, amount: float) -> str:
    """An objective's value as it is read."""
    return gbp(amount) if objective.unit == "£" else percent(amount)


def objective_interval(point: Point, objective: Objective) -> str:
    """Its 95% interval over the worlds; a size, which is never below nothing, is cut there."""
    told = point.estimate(objective.name)
    if objective.unit == "%":
        told = replace(told, low=told.low if math.isnan(told.low) else max(told.low, 0.0))
    return _between(told, lambda amount: shown(objective, amount))


def worst_loser(point: Point) -> tuple[str, float]:
    """The kind of partnership that has lost most in the third year, and its change."""
    change = {each.name: float(each.change_share.mean()) for each in point.losers}
    name = min(change, key=lambda each: change[each])
    return name, change[name]


def losses(point: Point) -> str:
    """Who loses on the change-over, in a line."""
    losers = number_of_losers(point.losers)
    if not losers:
        return "nobody loses a hundredth or more"
    name, change = worst_loser(point)
    return f"{counted(losers, 'partnership')} {'loses' if losers == 1 else 'lose'}; most: {name} ({percent(change)})"


def plain_name(name: str) -> str:
    """What a formula is called, as it is read: ``suggested 02``."""
    return name.replace("_", " ")


def same_as(result: Search) -> Point | None:
    """The formula of the library that the scenario's own is, if one reads alike and pays alike in every world."""
    told, own = in_words(result.own.rule), result.own.measured
    alike = (
        point
        for point in result.library
        if in_words(point.rule) == told and np.array_equal(point.measured, own)
    )
    return next(alike, None)


def known_points(result: Search) -> tuple[Point, ...]:
    """The library's formulas and the scenario's own, each rule once."""
    same = same_as(result)
    return (*(point for point in result.library if point is not same), result.own)


def point_sentences(result: Search, points: Sequence[Point]) -> list[str]:
    """What each formula is in words, and who loses on its change-over."""
    same = same_as(result)
    also = f", the same as {plain_name(same.name)}" if same else ""
    return [
        f"{plain_name(each.name)}{also if each is result.own else ''}: {in_words(each.rule)};"
        f" {losses(each)}."
        for each in points
    ]


def _files(result: Search) -> list[str]:
    """Why some of the frontier have no file."""
    if len(result.shown) == len(result.frontier):
        return []
    return [
        (
            f"Only formulas that are shown have a file ({len(result.shown)}, chosen to lie far apart); all"
            f" {len(result.frontier):,} stand in frontier.csv."
        )
    ]


def _kinds(result: Search) -> list[str]:
    """Who those are that lose, where the scenario has not so many partnerships."""
    if not set(TYPES) <= set(result.scenario.partnerships):
        return []
    return [
        (
            f"Beside {result.partnership}, a made-up set of {len(TYPES)} kinds of partnership stands for England; who loses"
            " is counted among them (what they are: docs/model.md)."
        )
    ]


def search_sentences(result: Search) -> list[str]:
    """What the search found, by the numbers; nothing of it is decided."""
    own = result.own
    gap = OBJECTIVES[0]
    told = [
        (
            f"{SUGGESTED.capitalize()}: {counted(len(result.frontier), 'formula')} of"
            f" {result.tried:,} that were tried are beaten by no other in everything that is asked."
        ),
        *_files(result),
        *_kinds(result),
        (
            f"Under the scenario's own formula ({in_words(own.rule)}) the incentive gap is"
            f" {gbp(own.estimate(gap.name).mean)} a year ({objective_interval(own, gap)})."
        ),
    ]
    told += [_better(result, each) for each in result.shown[:1]]
    closed = [p for p in result.frontier if p.worst(gap.name) < gap.step / 2]
    if closed:
        plain = min(closed, key=lambda p: (p.mean("mismatch_share"), p.name))
        told.append(
            f"Of {counted(len(closed), 'formula')} without a gap even in the worst tenth of the worlds, the one that"
            f" keeps money nearest to need is"
            f" {plain_name(plain.name)}{_no_file(result, plain)}: {in_words(plain.rule)}; {percent(plain.mean('mismatch_share'))} of the pot lies away from need,"
            f" and {losses(plain)}."
        )
    return told + [_confirmed(each) for each in result.confirmed]


def _no_file(result: Search, point: Point) -> str:
    return (
        ""
        if any(point is each for each in result.shown)
        else " (which is not shown and so has no file)"
    )


def _better(result: Search, point: Point) -> str:
    parts = []
    for each in OBJECTIVES:
        change = point.against(result.own, each.name)
        if change.low > 0 or change.high < 0:
            verdict = "less" if change.mean < 0 else "more"
        else:
            verdict = TOO_CLOSE
        parts.append(
            f"{each.title.lower()} {shown(each, point.estimate(each.name).mean)} ({verdict})"
        )
    return f"{plain_name(point.name)}: {in_words(point.rule)}. Against the own formula: {'; '.join(parts)}."


def _confirmed(each: Confirmed) -> str:
    return (
        f"By whole runs the gap of {plain_name(each.name)} is {gbp(each.gap.mean)} a year"
        f" ({_between(each.gap, gbp)}), {signed(each.difference.mean, gbp)} from the recorded worlds"
        f" ({_between(each.difference, _signed_gbp)})."
    )
