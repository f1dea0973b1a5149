"""What a verb that runs scenarios was asked to do, checked whole before anything runs."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import KW_ONLY, asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import simulator as sim

from ..errors import BadInput, Fault, MissingExtra
from ..printing import PROGRAM, Asked, progress_on_stderr
from .door import noted, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from ..explanation import Explanation
    from ..incentives import Incentive
    from ..outputs import Settings
    from ..precision import Precision
    from ..replicate import Comparison, Sample
    from ..report.document import Document
    from ..scenario import Scenario

RECORD = "run.json"
NO_CHARTS = "The page has no charts: pip install 'treatment-funding-simulator[report]'"

R = TypeVar("R", "Sample", "Comparison", "Explanation", "Incentive")


@dataclass(frozen=True, slots=True)
class Job:
    """What a verb that runs scenarios was asked to do."""

    arguments: Sequence[str]
    _: KW_ONLY
    changes: Sequence[str]
    replications: int | None
    seed: int | None
    workers: int | None
    draws: str | None
    out: Path | None
    partnership: str | None
    formula: str | None = None
    precision: float | None = None
    measures: Sequence[str] = ()
    max_replications: int | None = None

    def prepared(self) -> tuple[tuple[Scenario, ...], Settings]:
        """The scenarios and how to run them, or every fault of all that was asked for."""
        from ..outputs import check_writable, settings
        from ..precision import PILOT
        from ..scenario.draws import find_draws

        faults: list[Fault] = []
        scenarios: tuple[Scenario, ...] = ()
        with noted(faults):
            scenarios = read(self.arguments, self.changes, self.formula)
        with noted(faults):
            _check_partnership(scenarios, self.partnership)
        with noted(faults):
            _ = self.wanted
        with noted(faults):
            if self.draws is not None and scenarios:
                find_draws(self.draws, scenarios[0])
        with noted(faults):
            if self.out is not None:
                check_writable(self.out)
        if faults:
            raise BadInput(faults)
        chosen = settings(
            self.arguments,
            self.seed,
            PILOT if self.wanted else self.replications,
            draws_given=self.draws is not None,
        )
        _tell_other_versions(self.arguments)
        return self._with_what_they_choose(scenarios), chosen

    def _with_what_they_choose(self, scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
        """The scenarios with the plans that partnerships choose, which is told on standard error."""
        from ..behaviour import resolved

        if all(own.behaviour == "hold" for each in scenarios for own in each.partnerships.values()):
            return tuple(scenarios)
        with progress_on_stderr("runs to see what partnerships choose") as progress:
            chosen = [resolved(each, workers=self.workers, progress=progress) for each in scenarios]
        for each in chosen:
            for sentence in each.told:
                tell(f"{each.scenario.name}: {sentence}")
        return tuple(each.scenario for each in chosen)

    def done(
        self, verb: Callable[..., R], scenarios: Scenario | Sequence[Scenario], how: Settings
    ) -> R:
        """The result of a verb, written where a folder was asked for."""
        from ..outputs import write

        wanted = self.wanted
        size = {"precision": wanted} if wanted else {"replications": how.replications}
        with progress_on_stderr() as progress:
            result = verb(
                scenarios,
                **size,
                seed=how.seed,
                workers=self.workers,
                draws=self.draws or how.draws,
                progress=progress,
            )
        if self.out is not None:
            files = [file.name for file in write(self.out, result)]
            tell(f"Wrote {', '.join(files[:-1])} and {files[-1]} to {self.out}")
        return result

    @property
    def wanted(self) -> Precision | None:
        """The precision that was asked for, or its faults."""
        from ..precision import asked

        most, place = self.max_replications, self.partnership
        return asked(self.precision, self.measures, most, place, self.replications)

    def command(self, verb: str, *options: str) -> str:
        """What makes a result again, in the folder in which its record stands."""
        named = ["--partnership", self.partnership] if self.partnership else []
        return shlex.join([PROGRAM, verb, RECORD, *options, *named])

    @property
    def asked(self) -> Asked:
        """What the printed answer says of how it was asked for."""
        paid_by = "" if self.formula is None else sim.load_formula(self.formula).title
        return Asked(self.arguments[0], self.changes, self.partnership, self.formula, paid_by)

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """Rows of a table for JSON: of the partnership asked for, or all."""
        from ..outputs import records

        wanted = self.partnership
        return records(table if wanted is None else table[table["partnership"] == wanted])

    def streams(self, *samples: Sample) -> list[dict[str, Any]]:
        """Means of funding streams for JSON, of the partnership asked for, or of all together."""
        from ..stream_means import stream_means

        return [
            {"scenario": sample.scenario.name, **asdict(each)}
            for sample in samples
            for each in stream_means(sample, self.partnership)
        ]


def read(
    arguments: Sequence[str], changes: Sequence[str], formula: str | None
) -> tuple[Scenario, ...]:
    """Scenarios as they were asked for, with all faults of them and of the formula told at once."""
    faults: list[Fault] = []
    scenarios: tuple[Scenario, ...] = ()
    with noted(faults):
        scenarios = sim.read(arguments, changes)
    with noted(faults):
        if formula is not None:
            rule = sim.load_formula(formula)
            scenarios = tuple(sim.with_formula(each, rule) for each in scenarios)
    if faults:
        raise BadInput(faults)
    return scenarios


def _check_partnership(scenarios: Sequence[Scenario], name: str | None) -> None:
    from ..scenario.tree import instead, shown

    known = [*scenarios[0].partnerships] if scenarios else []
    if name is not None and known and name not in known:
        option, rule = "--partnership", "be one of the scenario's"
        raise BadInput([Fault(option, "partnership", rule, shown(name), instead(name, known))])


def _tell_other_versions(arguments: Sequence[str]) -> None:
    from ..outputs import differing_versions, recorded

    for path, told in recorded(arguments).items():
        differing = differing_versions(told)
        for name, (then, now) in differing.items():
            tell(f"{path} was made with {name} {then}, this is {now}")
        if differing:
            tell("The digits of the results may differ from those made then.")


def only(scenarios: tuple[Scenario, ...], argument: str) -> Scenario:
    """The one scenario of an argument; a record of several is for `compare`."""
    if len(scenarios) == 1:
        return scenarios[0]
    names = ", ".join(each.name for each in scenarios)
    advice = "give it to compare, or name one of them"
    raise BadInput([Fault(argument, "scenarios", "hold one scenario", names, advice)])


def can_draw() -> bool:
    """Whether the optional part that draws charts is installed."""
    from ..report.drawings import check_installed

    try:
        check_installed()
    except MissingExtra:
        return False
    return True


def put_page(folder: Path, name: str, make: Callable[[bool], Document]) -> None:
    """Write a report into the folder of a result, with charts where they can be drawn.

    Parameters
    ----------
    make
        Makes the report, with or without charts.
    """
    from ..report.document import page
    from ..report.page import put

    with_charts = can_draw()
    put(folder / name, page(make(with_charts)).encode())
    tell(f"Wrote {name} to {folder}")
    if not with_charts:
        tell(NO_CHARTS)


def heading(verb: str, result: Sample | Comparison | Explanation | Incentive) -> dict[str, Any]:
    """What a JSON document says of how its numbers were made."""
    from ..outputs import evidence_records, made_of, precision_record

    made = made_of(result)
    scenario = made.scenarios[0]
    told = evidence_records(scenario)
    return {
        "verb": verb,
        "scenario": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "replications": made.replications,
        "seed": made.seed,
        "bands_hold": made.holds,
        **precision_record(result),
        "model": sim.__version__,
        "assumptions_by_grade": Counter(each["grade"] for each in told),
        "assumptions_outside_range": sum(each["outside_range"] for each in told),
    }
