"""Where an edited formula leads: run for it, in minutes, as a job that tells its progress.

Two sizes. *Quick* takes all partnerships to be alike: one kind that stands for all, so a part of the pot cannot move when
all do the same, and nobody gains by being unlike the others. *Thorough* asks the kinds of a scenario such as
``england_2008_types``, as the study of the library's formulas does, with fewer runs than it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..behaviour import follow_the_money, options_of
from ..changeover import changeover
from ..errors import BadInput, Fault
from ..incentives import Paid
from ..scenario.tree import shown
from ..side_by_side import Side, as_record, steadiness
from ..years import year_names
from .leads import Asked, WhereItLeads, of_record

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..workers import Progress
    from .edited import EditedFormula

Size: TypeAlias = Literal["quick", "thorough"]
REPLICATIONS: dict[Size, int] = {"quick": 6, "thorough": 3}
SECONDS_A_LIFE = 0.2
"""Of five years of an average partnership on a core of 2026."""
ROUNDS_USUAL = 2
"""Rounds that are asked before it settles, usually: one that changes something, one that does not."""
MOST_ROUNDS = 6
"""After so many the job ends and says that it has not settled."""
SEED = 1


def work(
    progress: Progress,
    scenario: Scenario,
    edited: EditedFormula,
    size: Size = "quick",
    replications: int | None = None,
    seed: int = SEED,
) -> WhereItLeads:
    """Run what putting clients first costs alone and together under an edited formula, and where following the money ends.

    Parameters
    ----------
    progress
        Told how many partnership lives are done, of about how many; at the end, all.
    scenario
        In which partnerships live. Quick, all that share its pot live as its first one does.
    replications
        Of each plan that is tried, at least 2; by default `REPLICATIONS`.

    Raises
    ------
    BadInput
        Where the formula or the size cannot be, with every fault.
    """
    asked = _asked(scenario, size)
    world = edited.laid_over(asked)
    runs = REPLICATIONS[size] if replications is None else replications
    steps = _Steps(progress, world, runs)
    game = follow_the_money(
        world,
        everybody=True,
        most_rounds=MOST_ROUNDS,
        replications=runs,
        seed=seed,
        workers=1,
        progress=steps,
    )
    preset = edited.preset()
    paid = Paid(preset.name, preset.title, world, ())
    side = Side(preset, paid, game, changeover(world), steadiness(world, game))
    steps.finish()
    partnerships = world.partnerships
    told = Asked(
        scenario=asked.title,
        partnerships=side.others + 1,
        one=side.shown,
        years=year_names(world.first_year, world.years),
        price_year=world.funding.price_year,
        replications=runs,
        seed=seed,
        types=len(partnerships),
    )
    return replace(of_record(as_record(side), told, "run"), apart=side.apart)


def seconds(scenario: Scenario, size: Size, replications: int | None = None) -> float:
    """About how long the job takes on one core, so that nobody waits for what they take for a fault."""
    runs = REPLICATIONS[size] if replications is None else replications
    world = _asked(scenario, size)
    return SECONDS_A_LIFE * _lives(world, runs)


def _asked(scenario: Scenario, size: Size) -> Scenario:
    if size not in REPLICATIONS:
        rule, advice = f"be one of {', '.join(REPLICATIONS)}", "choose one of them"
        raise BadInput([Fault("following the money", "size", rule, shown(size), advice)])
    return everybody_alike(scenario) if size == "quick" else scenario


def _options(scenario: Scenario) -> int:
    return len(options_of(scenario, next(iter(scenario.partnerships))))


def _lives(scenario: Scenario, replications: int) -> int:
    """About how many lives of one partnership it takes: all doing each thing, and each kind doing it alone."""
    options = _options(scenario)
    together, alone = options / 2 + ROUNDS_USUAL, options * ROUNDS_USUAL
    return round(len(scenario.partnerships) * replications * (together + alone))


class _Steps:
    """Tells progress in lives of one partnership, through batches of unlike tasks; never done before the end.

    Nobody knows how many rounds it takes. Where it takes more than usual, what there is to do grows by a round.
    """

    def __init__(self, progress: Progress, scenario: Scenario, replications: int):
        self._progress, self._replications = progress, replications
        self._kinds = len(scenario.partnerships)
        self._alone = self._kinds * _options(scenario)
        self._of, self._done = _lives(scenario, replications), 0
        self._round = replications * (self._kinds + self._alone)
        self._progress(0, self._of)

    def __call__(self, _done: int, of: int) -> None:
        """One task of a batch is done: one partnership's runs alone, or one run of all."""
        self._done += self._replications if of == self._alone else self._kinds
        if self._done >= self._of:
            self._of += self._round
        self._progress(self._done, self._of)

    def finish(self) -> None:
        """All is done."""
        self._progress(self._of, self._of)


def everybody_alike(scenario: Scenario) -> Scenario:
    """The scenario in which all that share the pot live as its first partnership does; one stands for all of them."""
    name, first = next(iter(scenario.partnerships.items()))
    own = sum(each.copies for each in scenario.partnerships.values())
    rest = scenario.formula.rest.partnerships
    formula = scenario.formula.model_copy(
        update={"rest": scenario.formula.rest.model_copy(update={"partnerships": 0})}
    )
    return scenario.model_copy(
        update={
            "title": f"{own + rest} partnerships alike: {scenario.title}",
            "partnerships": {name: first.model_copy(update={"copies": own + rest})},
            "formula": formula,
        }
    )
