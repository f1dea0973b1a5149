"""Why one partnership's sum changed, whatever the order in which the reasons are counted.

`explain` counts one reason after the other, so a reason's pounds hang on its place. Here each reason has the mean of
what it moves over all orders: its Shapley value. It is a check on the steps, not another truth.

References
----------
Shapley, 1953, A value for n-person games.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

from .explain import EXPLAIN_STEPS, Stage, share_out, without_unweighed

if TYPE_CHECKING:
    from .explain import Inputs


def shapley(previous: Inputs, current: Inputs, name: str) -> dict[str, Fraction]:
    """The mean over all orders of what each of `EXPLAIN_STEPS` moves of one member's whole pounds.

    What is the same in both years, or is counted and not weighed, moves nothing in any order and is left out of the
    orders; the allocation is worked out once for each set of the others.

    Returns
    -------
    Pounds by step, in order. They sum exactly to this year's less last year's.
    """
    old, new = without_unweighed(previous, current)
    players = [step for step in EXPLAIN_STEPS if Stage((step,)).inputs(old, new, name) != old]
    pounds = {
        done: share_out(Stage(done).inputs(old, new, name)).least(name)
        for size in range(len(players) + 1)
        for done in combinations(players, size)
    }
    return {
        step: _mean_over_orders(step, players, pounds) if step in players else Fraction(0)
        for step in EXPLAIN_STEPS
    }


def _mean_over_orders(
    step: str, players: list[str], pounds: dict[tuple[str, ...], int]
) -> Fraction:
    n = len(players)
    moved = Fraction(0)
    for done, before in pounds.items():
        if step in done:
            continue
        with_it = tuple(each for each in players if each in done or each == step)
        orders = Fraction(factorial(len(done)) * factorial(n - len(done) - 1), factorial(n))
        moved += orders * (pounds[with_it] - before)
    return moved
