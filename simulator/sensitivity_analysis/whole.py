"""The whole of a sensitivity analysis: every method that was asked for, on the same worlds with the same luck."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadInput, Fault
from ..precision import Precision
from ..scenario.tree import instead
from ..sweeps import bench_of
from ..sweeps.progress import shown
from .ahead import WhoIsAhead, who_is_ahead
from .asked import METHODS, Decision, Wanted, check
from .cube import Worlds, draw_worlds, how_drawn, world_points
from .curves import switch_points
from .installed import check_installed
from .knowing import ValueOfKnowing, value_of_knowing
from .luck import ChanceSplit, chance_split
from .morris import Morris, morris, walks
from .question import Question, failed, with_net
from .sobol import Sobol, samples, sobol
from .switches import Switches, switches
from .tornado import Tornado, tornado, tornado_points
from .words import sentences
from .written import as_record, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from ..cluster import Cluster
    from ..study import Checked, Study, Written
    from ..sweeps import Bench
    from ..workers import Progress
    from .question import Floats

NEEDS_SALIB = ("morris", "sobol")
RANDOM = ("latin_hypercube", "sobol")
"""Kinds of design whose points are a sample of worlds."""


@dataclass(frozen=True)
class Sensitivity:
    """Which assumptions matter, by every method that was asked for.

    Parameters
    ----------
    title
        That of the study.
    question
        What was asked, of which scenarios.
    worlds
        The sample of worlds; None where none was drawn.
    split, ahead, knowing
        What is told from them: chance against assumptions, who is ahead, the value of knowing.
    switches
        Where the decision would change; None where there is one scenario.
    """

    title: str
    question: Question = field(repr=False)
    wanted: Wanted
    decision: Decision
    tornado: Tornado | None = None
    morris: Morris | None = None
    sobol: Sobol | None = None
    worlds: Worlds | None = field(default=None, repr=False)
    split: ChanceSplit | None = None
    ahead: WhoIsAhead | None = None
    switches: Switches | None = None
    knowing: ValueOfKnowing | None = None

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table that there is, by name; what its columns mean stands beside the table's class."""
        parts: dict[str, Any] = {
            "tornado": self.tornado,
            "morris": self.morris,
            "sobol": self.sobol,
            "chance": self.split,
            "ahead": self.ahead,
            "switches": self.switches,
            "knowing": self.knowing,
        }
        told = {name: part.table for name, part in parts.items() if part is not None}
        return told | ({"curves": self.switches.curve_table} if self.switches else {})

    @property
    def left_out(self) -> int:
        """Points, walks and base samples that were left out because a cell failed."""
        told = (self.tornado, self.morris, self.sobol, self.switches)
        drawn = int(failed(self.worlds.outcomes).sum()) if self.worlds and not self.sobol else 0
        return drawn + sum(method.left_out for method in told if method is not None)

    def as_record(self) -> dict[str, Any]:
        """All of it in plain values that JSON can hold."""
        return as_record(self)

    def sentences(self) -> list[str]:
        """What was found, in plain English."""
        return sentences(self)


def analyse(
    question: Question,
    wanted: Wanted,
    decision: Decision,
    *,
    title: str = "",
    worlds: Worlds | None = None,
) -> Sensitivity:
    """Answer a question by every method that is wanted.

    Parameters
    ----------
    worlds
        A sample of worlds that was lived already, to be used instead of drawing one. Where the net benefit is
        asked for it must hold that as well.
    """
    asked = with_net(question, decision)
    several = len(question.scenarios) > 1
    moved = tornado(asked) if "tornado" in wanted.methods else None
    walked = morris(asked, wanted.trajectories) if "morris" in wanted.methods else None
    split = _sobol(asked, wanted) if "sobol" in wanted.methods else None
    lived = worlds or (split.worlds if split else None)
    if lived is None and wanted.worlds != 0:
        lived = draw_worlds(asked, wanted.worlds)
    return Sensitivity(
        title=title,
        question=asked,
        wanted=wanted,
        decision=decision,
        tornado=moved,
        morris=walked,
        sobol=split,
        worlds=lived,
        split=chance_split(asked, lived) if lived else None,
        ahead=who_is_ahead(asked, lived, decision) if lived and several else None,
        switches=switches(asked, decision, grid=wanted.grid, worlds=lived) if several else None,
        knowing=value_of_knowing(asked, lived, decision) if lived and several else None,
    )


def _sobol(question: Question, wanted: Wanted) -> Sobol:
    return sobol(question, wanted.base_samples, second_order=wanted.second_order)


def planned(question: Question, wanted: Wanted) -> dict[str, Floats]:
    """The points that each method will run, by its name; closer looks at switches come on top."""
    told: dict[str, Floats] = {}
    if "tornado" in wanted.methods:
        told["tornado"] = tornado_points(question)
    if "morris" in wanted.methods:
        told["morris"] = walks(question, wanted.trajectories)[1]
    if "sobol" in wanted.methods:
        many = wanted.base_samples
        told["sobol"] = samples(question, many, second_order=wanted.second_order)[1]
    elif wanted.worlds != 0:
        told["worlds"] = world_points(question, wanted.worlds)
    if len(question.scenarios) > 1:
        told["switches"] = switch_points(question, wanted.grid)
    return told


def worlds_from(question: Question, wanted: Wanted) -> str:
    """Where the worlds come from, in words; empty where there are none."""
    if "sobol" in wanted.methods:
        return "the independent points of the Sobol samples"
    return "" if wanted.worlds == 0 else how_drawn(question, wanted.worlds)


# A study


def question_of(bench: Bench) -> Question:
    """A study as a question, its points run on a bench."""
    checked = bench.checked
    design = checked.study.design
    return Question(
        dimensions=checked.dimensions,
        outcomes=checked.outcomes,
        scenarios=tuple(each.name for each in checked.scenarios),
        evaluate=bench.evaluate,
        titles=tuple(each.title for each in checked.scenarios),
        seed=checked.seed,
        random=checked.points() if design and design.kind in RANDOM else None,
    )


def sections(checked: Checked) -> tuple[Wanted, Decision]:
    """What a study says under `sensitivity` and `decision`, checked against all of it.

    Raises
    ------
    BadInput
        With every fault of both; or if nothing is assumed, or cells may differ in their replications.
    """
    faults: list[Fault] = []
    wanted, decision = Wanted(), Decision()
    try:
        wanted = checked.written.section("sensitivity", Wanted)
    except BadInput as wrong:
        faults += wrong.faults
    try:
        decision = checked.written.section("decision", Decision)
        check(decision, checked.outcomes, checked.dimensions, checked.written.tree)
    except BadInput as wrong:
        faults += wrong.faults
    if all(each.is_lever for each in checked.dimensions):
        rule, advice = "hold an assumption", "add one that is no lever, or assumptions: {}"
        faults.append(checked.written.fault(("factors",), rule, "none", advice))
    if isinstance(checked.size, Precision):
        rule = "be left out, as worlds are compared luck by luck and need as many replications each"
        advice = "write replications: 20, or give --replications"
        faults.append(checked.written.fault(("precision",), rule, "", advice))
    if faults:
        raise BadInput(faults)
    return wanted, decision


def sensitivity(
    study: str | Path | Mapping[str, Any] | Study | Written | Checked,
    *,
    methods: Sequence[str] | None = None,
    out: str | Path | None = None,
    cells: str | Path | None = None,
    workers: int | None = 1,
    cluster: str | Cluster | None = None,
    changes: Sequence[str] = (),
    progress: Progress | bool | None = None,
) -> Sensitivity:
    """Which assumptions of a study matter, to what happens and to the choice between its scenarios.

    Parameters
    ----------
    study
        A path to a ``.yaml`` file, the same as a mapping, or a study that was read or checked.
    methods
        `tornado`, `morris`, `sobol`, instead of those that the study names.
    out
        A folder for the tables; without it nothing is written.
    cells, workers, cluster, changes, progress
        As of `sweep`.

    Raises
    ------
    BadInput
        With every fault of the study.
    MissingExtra
        Where the methods of Morris or Sobol are asked for and SALib is not installed.

    Examples
    --------
    >>> import simulator as sim
    >>> result = sim.sensitivity("study.yaml", out="results/study", workers=None, progress=True)
    >>> told = result.sentences()
    """
    with shown(progress) as told:
        bench = bench_of(
            study,
            out=out,
            cells=cells,
            workers=workers,
            cluster=cluster,
            changes=changes,
            progress=told,
        )
        wanted, decision = sections(bench.checked)
        result = of_bench(bench, with_methods(wanted, methods), decision)
    if out is not None:
        write(result, Path(out))
    return result


def with_methods(wanted: Wanted, methods: Sequence[str] | None) -> Wanted:
    """What is wanted, by other methods; and a word now if what they need is missing.

    Raises
    ------
    BadInput
        With every method that is not known.
    MissingExtra
        If what they need is not installed.
    """
    unknown = [each for each in methods or () if each not in METHODS]
    if unknown:
        rule = f"be of {', '.join(METHODS)}"
        raise BadInput(
            [Fault("methods", each, rule, repr(each), instead(each, METHODS)) for each in unknown]
        )
    chosen = wanted.model_copy(update={"methods": tuple(methods)}) if methods else wanted
    if set(chosen.methods) & set(NEEDS_SALIB):
        check_installed()
    return chosen


def of_bench(bench: Bench, wanted: Wanted, decision: Decision) -> Sensitivity:
    """The analysis of a study that stands on a bench."""
    return analyse(question_of(bench), wanted, decision, title=bench.checked.title)
