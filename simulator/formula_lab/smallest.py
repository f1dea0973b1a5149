"""The smallest scenario that still shows a harm: leave something out, look again, keep what still shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import replicate
from ..scenario import people_expected
from .simpler import simpler, simplifications

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ..scenario import Scenario
    from .harms import Harm, Pair, Read
    from .simpler import Simplification

FEW_PEOPLE = 2000
"""With fewer to follow, starting another process takes longer than the run."""
MOST_ROUNDS = 3
"""Passes over the list; the last finds nothing more to leave out, as a rule."""


@dataclass(frozen=True, slots=True)
class Smallest:
    """A pair of scenarios from which nothing on the list can be left out.

    Attributes
    ----------
    left_out
        What was left out, in order.
    tests
        How many scenarios were tried.
    """

    pair: Pair
    read: Read
    left_out: tuple[str, ...]
    tests: int

    @property
    def size(self) -> str:
        """Partnerships, years, groups, terms and people, in words."""
        scenario = self.pair.with_it
        people = sum(past.in_treatment.people for past in scenario.history.groups.values())
        return (
            f"{1 + scenario.formula.rest.partnerships} partnerships, {scenario.years} years,"
            f" {len(scenario.world.groups)} group(s), {len(scenario.formula.terms)} term(s),"
            f" {people} people in treatment on day 0"
        )


def look(
    harm: Harm, pair: Pair, replications: int, seed: int, workers: int, *, first: int = 0
) -> Read:
    """What is read off a pair."""
    few = workers if people_expected(pair.without) >= FEW_PEOPLE else 1
    without, with_it = replicate.run(
        [pair.without, pair.with_it], replications, seed, few, first=first
    )
    return harm.read(*_paid(without, with_it), pair)


def _paid(
    without: replicate.Sample, with_it: replicate.Sample
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    before = without.of("allocation_gbp")
    return with_it.of("allocation_gbp") - before, before


def smallest(
    harm: Harm,
    base: Scenario,
    pair: Pair,
    replications: int,
    seed: int,
    workers: int,
    say: Callable[[str], None] = lambda _: None,
) -> Smallest:
    """Leave out whatever can be left out, each tried with the same seed and looked at by the same detector."""
    found = look(harm, pair, replications, seed, workers)
    left_out: list[str] = []
    tests = 0
    for _ in range(MOST_ROUNDS):
        before = len(left_out)
        for step in simplifications(base, harm.least_years):
            tried = _tried(harm, base, pair, step)
            if tried is None:
                continue
            candidate, same = tried
            tests += 1
            seen = look(harm, same, replications, seed, workers)
            if seen.verdict == "found":
                base, pair, found = candidate, same, seen
                left_out.append(step.told)
                say(f"{harm.title}: {step.told}")
        if len(left_out) == before:
            break
    return Smallest(pair, found, tuple(left_out), tests)


def _tried(
    harm: Harm, base: Scenario, pair: Pair, step: Simplification
) -> tuple[Scenario, Pair] | None:
    """The scenario without something, and the same pair of it; None where there is no such thing."""
    candidate = simpler(base, step)
    if candidate is None or candidate.years > base.years:
        return None
    same = [each for each in harm.pairs(candidate) if _alike(each, pair)]
    return (candidate, same[0]) if same else None


def _alike(one: Pair, other: Pair) -> bool:
    return (one.told, one.where) == (other.told, other.where)
