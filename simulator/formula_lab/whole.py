"""A search from beginning to end: worlds are drawn and lived, formulas are tried, some of them are run whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .asked import check, check_numbers
from .confirm import confirm
from .plans import check_nobody_chooses, check_partnership
from .recorded import record
from .search import TRIALS, Search, check_installed, search
from .variables import space
from .worlds import RANGES, sampled, with_types

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..scenario import Scenario
    from ..scenario.draws import Draws
    from ..workers import Progress
    from .search import Point

WORLDS = 10
CONFIRMED_WORLDS = 3


def find(
    scenario: Scenario,
    *,
    terms: Sequence[str] = (),
    trials: int = TRIALS,
    worlds: int = WORLDS,
    confirmed_worlds: int = CONFIRMED_WORLDS,
    seed: int = 1,
    workers: int = 1,
    draws: Draws | None = None,
    partnership: str | None = None,
    file: Path | None = None,
    progress: Progress | None = None,
) -> Search:
    """Look for formulas that serve better than the scenario's own, and run some of them whole.

    Parameters
    ----------
    terms
        Names (`variables.TERMS`); by default all.
    worlds
        How many worlds are lived. Each has its own luck and assumptions.
    confirmed_worlds
        In how many of them some formulas are run whole; 0 for none.
    draws
        Assumptions of each world; by default drawn from the ranges of the evidence.
    partnership
        Who acts; by default the first.
    file
        Where worlds are kept, so that a search that is killed goes on.
    """
    check_installed()
    check(
        lambda: check_nobody_chooses(scenario),
        lambda: check_partnership(scenario, partnership),
        lambda: space(scenario, terms),
        lambda: check_numbers(
            ("trials", trials, 1),
            ("worlds", worlds, 1),
            ("confirmed_worlds", confirmed_worlds, 0),
            ("seed", seed, 0),
        ),
    )
    whole = with_types(scenario)
    among = space(whole, terms)
    drawn = draws or sampled(scenario, worlds, seed)
    recorded = record(
        whole,
        worlds,
        seed,
        workers,
        draws=drawn,
        partnership=partnership,
        file=file,
        progress=progress,
    )
    holds = f"luck and assumptions ({RANGES if draws is None else draws.name})"
    found = search(recorded, among, trials=trials, seed=seed, holds=holds)
    if not confirmed_worlds:
        return found
    points = to_confirm(found)
    run = confirm(recorded, points, confirmed_worlds, seed, workers, draws=drawn, progress=progress)
    return replace(found, confirmed=run)


def to_confirm(found: Search) -> tuple[Point, ...]:
    """The formula with the smallest gap, that in the middle of those shown, and the scenario's own."""
    shown = found.shown
    chosen = (shown[0], shown[len(shown) // 2], found.own)
    return tuple({point.name: point for point in chosen}.values())
