"""Formulas side by side: what each makes one partnership do, where it leads when all do it, and who pays for it.

The same people and the same luck under every formula. Three scenarios are asked: an average partnership for what one
client is worth; types of partnership for what they do when they follow the money; and all partnerships for who gains
and who loses when the formula comes into force.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from .behaviour import OUTCOMES, follow_the_money
from .changeover import Changeover, changeover, unsteadiness
from .errors import BadInput, Fault
from .incentives import Estimate, Paid, incentive
from .incentives.estimate import MISSING
from .money import in_year
from .scenario.formulas import Preset, with_formula
from .years import year_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from .behaviour import FollowTheMoney, Option
    from .behaviour.seats import Profile
    from .scenario import Scenario
    from .workers import Progress

    Watch = Callable[[str], AbstractContextManager[Progress]]


When: TypeAlias = Literal["last", "sum"]
WORTH_TIMES = 4
"""How many times as many replications there are of one client's worth, which one partnership lives alone."""
PRICED: tuple[tuple[str, When], ...] = (
    ("in_recovery", "last"),
    ("in_treatment", "last"),
    ("unmet_need", "last"),
    ("deaths", "sum"),
    ("early_exits", "sum"),
    ("re_presentations", "sum"),
    ("spent_gbp", "sum"),
)
"""What the price is told in: on the last 31 March, or summed over the years."""


@dataclass(frozen=True)
class Side:
    """One formula.

    Attributes
    ----------
    paid
        What one client is worth to an average partnership.
    game
        Everybody following the money, and what comes of each plan if one does it and if all do.
    unsteady
        By how much a partnership's part of the pot changes a year where nobody changes anything, as a share.
    """

    preset: Preset
    paid: Paid
    game: FollowTheMoney
    changeover: Changeover
    unsteady: Estimate

    @cached_property
    def first(self) -> Profile:
        """Everybody puts clients first: moves ready clients on soonest, and pushes fewest out before they are ready.

        The same plan under every formula, so that formulas are held against one thing.
        """
        return tuple(soonest(options) for options in self.game.table.options)

    @property
    def now(self) -> Profile:
        """What everybody does now."""
        return self.game.table.as_it_is

    @property
    def shown(self) -> str:
        """The partnership of the most usual kind."""
        return self.game.table.players[self._player]

    @property
    def others(self) -> int:
        """How many others share its pot."""
        scenario = self.game.table.scenario
        own = sum(each.copies for each in scenario.partnerships.values())
        return own + scenario.formula.rest.partnerships - 1

    @property
    def alone(self) -> Estimate:
        """Pounds more in its last allocation if it alone puts clients first, the others doing what they do now."""
        return Estimate.of(self._pounds_alone)

    @property
    def _pounds_alone(self) -> NDArray[np.float64]:
        asked = self.game.clients.alone[self._player]
        pounds = asked.lived[:, :, OUTCOMES.index("allocation_gbp"), -1]
        found: NDArray[np.float64] = pounds[self.first[self._player]] - pounds[asked.present]
        return found

    @property
    def together(self) -> Estimate:
        """Pounds more in its last allocation if all put clients first, against what all do now.

        Missing where others share the pot who stand still whatever happens: then it is not all who do it.
        """
        return MISSING if self._others_stand_still else Estimate.of(self._pounds_together)

    @property
    def apart(self) -> Estimate:
        """Pounds more if all put clients first than if it alone does, run by run; missing as `together` is."""
        if self._others_stand_still:
            return MISSING
        return Estimate.of(self._pounds_together - self._pounds_alone)

    @property
    def _others_stand_still(self) -> bool:
        return bool(self.game.table.scenario.formula.rest.partnerships)

    @property
    def _pounds_together(self) -> NDArray[np.float64]:
        pounds = OUTCOMES.index("allocation_gbp")
        first, now = (
            self._lived(each)[:, self._place, pounds, -1] for each in (self.first, self.now)
        )
        return first - now

    def more(self, outcome: str, when: When, of: Profile, than: Profile) -> Estimate:
        """How much more of an outcome there is in all, where all do one thing than where all do another.

        Parameters
        ----------
        outcome
            One of `behaviour.OUTCOMES`.
        when
            ``last``: on the last 31 March; ``sum``: over the years.
        """
        partnerships = self.game.table.scenario.partnerships.values()
        copies = np.array([own.copies for own in partnerships], dtype=np.float64)
        yearly = (self._lived(of) - self._lived(than))[:, :, OUTCOMES.index(outcome)]
        return Estimate.of((yearly[..., -1] if when == "last" else yearly.sum(axis=-1)) @ copies)

    def price(self, outcome: str, when: When) -> Estimate:
        """Where all follow the money, less where all put clients first."""
        return self.more(outcome, when, self.game.end, self.first)

    @property
    def against_now(self) -> Estimate:
        """People in recovery more at the end where all follow the money than where all go on as now."""
        return self.more("in_recovery", "last", self.game.end, self.now)

    @property
    def first_against_now(self) -> Estimate:
        """People in recovery more at the end where all put clients first than where all go on as now."""
        return self.more("in_recovery", "last", self.first, self.now)

    def _lived(self, profile: Profile) -> NDArray[np.float64]:
        game = self.game
        if profile in game.lived:
            return game.lived[profile]
        found: NDArray[np.float64] = game.clients.together[game.clients.profiles.index(profile)]
        return found

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
    def _player(self) -> int:
        partnerships = self.game.table.scenario.partnerships
        return int(np.argmax([partnerships[name].copies for name in self.game.table.players]))

    @property
    def _place(self) -> int:
        return list(self.game.table.scenario.partnerships).index(self.shown)


def soonest(options: Sequence[Option]) -> int:
    """The place of the option that pushes fewest out early and, of these, moves ready clients on soonest."""
    levers = [option.of_levers for option in options]
    wanted = [
        (each.get("early_exit_rate_per_year", 0.0), each.get("move_on_delay_days", 0.0))
        for each in levers
    ]
    return wanted.index(min(wanted))


@dataclass(frozen=True)
class SideBySide:
    """Formulas side by side, and what was asked of which scenario."""

    sides: tuple[Side, ...]
    one: Scenario
    types: Scenario
    areas: Scenario
    replications: int
    seed: int

    @property
    def years(self) -> tuple[str, ...]:
        """Names of the years."""
        return year_names(self.types.first_year, self.types.years)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each formula and quantity, with its interval where it has one."""
        import pandas as pd

        return pd.DataFrame(
            {"formula": record["name"], "quantity": name, **told}
            for record in as_records(self)
            for name, told in _rows(record)
        )


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
        head = f"for {preset.name}, formula {number} of {len(presets)}"
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
    with watch(f"runs of one client's worth {head}") as progress:
        told = incentive(
            one,
            [(preset.name, preset.title, one)],
            groups=asked.groups,
            replications=WORTH_TIMES * replications,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    with watch(f"runs of following the money {head}") as progress:
        game = follow_the_money(
            types,
            everybody=True,
            replications=replications,
            seed=seed,
            workers=workers,
            folder=folder,
            progress=progress,
        )
    return Side(preset, told.paid[0], game, changeover(areas), steadiness(types, game))


def steadiness(types: Scenario, game: FollowTheMoney) -> Estimate:
    """By how much a part of the pot changes in a year where everybody does what is done now."""
    names = list(game.table.scenario.partnerships.values())
    paid: NDArray[np.float64] = game.clients.as_it_is[:, :, OUTCOMES.index("allocation_gbp")]
    pots = [in_year(types.formula.pot_gbp, year) for year in range(types.years)]
    return unsteadiness(paid, pots, [own.copies for own in names])


def as_records(told: SideBySide) -> list[dict[str, Any]]:
    """Every formula's answers in plain values that JSON can hold."""
    return [as_record(side) for side in told.sides]


def as_record(side: Side) -> dict[str, Any]:
    """One formula's answers in plain values."""
    change, game = side.changeover, side.game
    return {
        "name": side.preset.name,
        "title": side.preset.title,
        "meters": {
            group.group: {
                "says": group.meter.says,
                "read_off": group.meter.move,
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
        "clients_first_alone_gbp": _plain(side.alone),
        "clients_first_all_gbp": _plain(side.together),
        "following_the_money": {
            "verdict": game.verdict,
            "rounds": len(game.main.path) - 1,
            "ends": side.chosen(game.end),
            "best_found_for_clients": side.chosen(game.clients.best),
            "in_recovery_against_now": _plain(side.against_now),
        },
        "clients_first": side.chosen(side.first),
        "clients_first_in_recovery_against_now": _plain(side.first_against_now),
        "price": {
            f"{outcome}, {when}": _plain(side.price(outcome, when)) for outcome, when in PRICED
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


def _rows(record: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every number in a record, by the names that lead to it."""
    for name, told in record.items():
        place = f"{head}{name}"
        if isinstance(told, dict) and set(told) == {"mean", "low", "high"}:
            yield place, told
        elif isinstance(told, dict):
            yield from _rows(told, f"{place}: ")
        elif isinstance(told, int | float) and not isinstance(told, bool):
            yield place, {"mean": told, "low": None, "high": None}


def _plain(estimate: Estimate) -> dict[str, float | None]:
    return {
        name: float(f"{value:.10g}") if math.isfinite(value) else None
        for name, value in (
            ("mean", estimate.mean),
            ("low", estimate.low),
            ("high", estimate.high),
        )
    }
