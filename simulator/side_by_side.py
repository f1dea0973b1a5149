"""Formulas side by side: what each makes one partnership do, where it leads when all do it, and who pays for it.

The same people and the same luck under every formula. Three scenarios are asked: an average partnership for what one
client is worth; types of partnership for what they do when they follow the money; and all partnerships for who gains
and who loses when the formula comes into force.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .behaviour import OUTCOMES, AloneAndTogether, alone_and_together, follow_the_money, price
from .changeover import Changeover, changeover, unsteadiness
from .errors import BadInput, Fault
from .incentive import Estimate, Paid, incentive
from .money import in_year
from .scenario.formulas import Preset, with_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray

    from .behaviour import FollowTheMoney, Price
    from .behaviour.seats import Profile
    from .scenario import Scenario
    from .workers import Progress

    Watch = Callable[[str], AbstractContextManager[Progress]]


@dataclass(frozen=True)
class Side:
    """One formula.

    Attributes
    ----------
    paid
        What one client is worth to an average partnership.
    game
        Everybody following the money, and everybody putting clients first.
    unsteady
        By how much a partnership's part of the pot changes a year where nobody changes anything, as a share.
    """

    preset: Preset
    paid: Paid
    game: FollowTheMoney
    changeover: Changeover
    unsteady: Estimate

    @property
    def price(self) -> Price:
        """What following the money costs against everybody putting clients first."""
        return price(self.game)

    @property
    def together(self) -> AloneAndTogether:
        """What the most usual partnership loses by putting clients first: alone, and when all do."""
        copies = [own.copies for own in self.game.table.scenario.partnerships.values()]
        return alone_and_together(self.game, int(np.argmax(copies)))

    def moved(self, which: str) -> Estimate:
        """Pounds that it gains in the last year by putting clients first.

        Parameters
        ----------
        which
            ``from_now``: alone, while the others do what they do now. ``all``: when all do, against what is
            done now.
        """
        if which == "from_now":
            return Estimate.of(self.together.of("from_now", "allocation_gbp")[:, -1])
        game, place = self.game, self._place
        pounds = OUTCOMES.index("allocation_gbp")
        both = (game.lived[game.clients.best], game.clients.as_it_is)
        first, now = (values[:, place, pounds, -1] for values in both)
        return Estimate.of(first - now)

    def chosen(self, profile: Profile) -> str:
        """How many partnerships do what, the most usual first."""
        partnerships = self.game.table.scenario.partnerships
        many: Counter[str] = Counter()
        for player, name in enumerate(self.game.table.players):
            many[self.game.option(player, profile).name] += partnerships[name].copies
        if len(many) == 1:
            return f"all {next(iter(many))}"
        return "; ".join(f"{number} {what}" for what, number in many.most_common())

    @property
    def against_now(self) -> Estimate:
        """People in recovery more at the end where all follow the money than where all go on as now."""
        return self._recovery(self.game.end, self.game.clients.as_it_is)

    @property
    def best_against_now(self) -> Estimate:
        """People in recovery more at the end where all put clients first than where all go on as now."""
        return self._recovery(self.game.clients.best, self.game.clients.as_it_is)

    def _recovery(self, profile: Profile, now: NDArray[np.float64]) -> Estimate:
        partnerships = self.game.table.scenario.partnerships.values()
        copies = np.array([own.copies for own in partnerships], dtype=np.float64)
        more = (self.game.lived[profile] - now)[:, :, OUTCOMES.index("in_recovery"), -1]
        return Estimate.of(more @ copies)

    @property
    def _place(self) -> int:
        return list(self.game.table.scenario.partnerships).index(self.together.partnership)


@dataclass(frozen=True)
class SideBySide:
    """Formulas side by side, and what was asked of which scenario."""

    sides: tuple[Side, ...]
    one: Scenario
    types: Scenario
    areas: Scenario
    replications: int
    seed: int


@dataclass(frozen=True)
class Asked:
    """What formulas are compared on.

    Attributes
    ----------
    one
        A scenario whose first partnership is asked what a client is worth.
    types
        Partnerships that follow the money, at most `behaviour.MOST_TYPES` kinds of them.
    areas
        All partnerships, for who gains and who loses.
    groups
        Substance groups whose clients are asked about; by default all.
    """

    one: Scenario
    types: Scenario
    areas: Scenario
    groups: Sequence[str] = ()


def side_by_side(
    presets: Sequence[Preset],
    asked: Asked,
    *,
    replications: int,
    seed: int,
    workers: int,
    folder: Path | None,
    watch: Watch,
) -> SideBySide:
    """Ask the same questions of every formula.

    Parameters
    ----------
    replications
        Of each plan that is tried; the worth of a client is read off four times as many.
    folder
        Where results are kept as they come, so that a job that is killed goes on.
    watch
        Shows the progress of one formula.

    Raises
    ------
    BadInput
        Where there is no formula, or one comes twice, or a scenario cannot be asked.
    """
    _check(presets)
    sides = []
    for number, preset in enumerate(presets, 1):
        head = f"{number} of {len(presets)}, {preset.name}"
        sides.append(_side(preset, asked, replications, seed, workers, folder, watch, head))
    return SideBySide(tuple(sides), asked.one, asked.types, asked.areas, replications, seed)


def _check(presets: Sequence[Preset]) -> None:
    names = [preset.name for preset in presets]
    again = sorted({name for name in names if names.count(name) > 1})
    if again or not names:
        rule = "be one or more, each of its own name"
        got = ", ".join(again) or "none"
        raise BadInput([Fault("formula compare", "formulas", rule, got, "name each once")])


def _side(
    preset: Preset,
    asked: Asked,
    replications: int,
    seed: int,
    workers: int,
    folder: Path | None,
    watch: Watch,
    head: str,
) -> Side:
    one, types, areas = (
        with_formula(each, preset) for each in (asked.one, asked.types, asked.areas)
    )
    with watch(f"{head}: runs of one client's worth") as progress:
        told = incentive(
            one,
            [(preset.name, preset.title, one)],
            groups=asked.groups,
            replications=4 * replications,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    with watch(f"{head}: runs of following the money") as progress:
        game = follow_the_money(
            types,
            everybody=True,
            replications=replications,
            seed=seed,
            workers=workers,
            folder=folder,
            progress=progress,
        )
    return Side(preset, told.paid[0], game, changeover(areas), _unsteady(types, game))


def _unsteady(types: Scenario, game: FollowTheMoney) -> Estimate:
    """Where everybody does what is done now."""
    names = list(game.table.scenario.partnerships.values())
    paid: NDArray[np.float64] = game.clients.as_it_is[:, :, OUTCOMES.index("allocation_gbp")]
    pots = [in_year(types.formula.pot_gbp, year) for year in range(types.years)]
    return unsteadiness(paid, pots, [own.copies for own in names])


def as_records(told: SideBySide) -> list[dict[str, Any]]:
    """Every formula's answers in plain values that JSON can hold."""
    return [_record(side) for side in told.sides]


def _record(side: Side) -> dict[str, Any]:
    change, game = side.changeover, side.game
    return {
        "name": side.preset.name,
        "title": side.preset.title,
        "meters": {
            group.group: {
                "says": group.meter.says,
                "lost_gbp": _plain(group.meter.lost_gbp),
                "saved_gbp": _plain(group.meter.saved_gbp),
                "net_gbp": _plain(group.meter.net_gbp),
                "gross_gbp_per_year": _plain(group.meter.gross_gbp_per_year),
                "cost_gbp_per_year": group.meter.cost_gbp_per_year,
                "break_even_weight": group.meter.break_even_weight,
            }
            for group in side.paid.groups
            if group.meter
        },
        "clients_first_alone_gbp": _plain(side.moved("from_now")),
        "clients_first_all_gbp": _plain(side.moved("all")),
        "following_the_money": {
            "verdict": game.verdict,
            "rounds": len(game.main.path) - 1,
            "ends": side.chosen(game.end),
            "best_for_clients": side.chosen(game.clients.best),
            "in_recovery_against_now": _plain(side.against_now),
        },
        "clients_first_in_recovery_against_now": _plain(side.best_against_now),
        "price": {
            f"{line.outcome}, {line.when}": _plain(line.difference) for line in side.price.lines()
        },
        "changeover": {
            "partnerships": change.partnerships,
            "winners": change.winners,
            "losers": change.losers,
            "moved_share": change.moved_share,
            "best_share": change.best.change_share,
            "worst_share": change.worst.change_share,
        },
        "unsteadiness_share": _plain(side.unsteady),
    }


def _plain(estimate: Estimate) -> dict[str, float | None]:
    return {
        name: float(f"{value:.10g}") if math.isfinite(value) else None
        for name, value in (
            ("mean", estimate.mean),
            ("low", estimate.low),
            ("high", estimate.high),
        )
    }
