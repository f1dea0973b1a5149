"""A study as one HTML page: what stands in it, in which order."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .. import beside
from ..errors import BadInput, Fault, MissingExtra
from ..evidence import WORST_FIRST
from ..findings import (
    acting_together,
    alone_and_together,
    what_a_client_is_worth,
    what_moves_the_money,
)
from ..incentives import bands_told
from ..outputs import model_version
from ..outputs import versions as versions_of_packages
from ..wording import sentence_case
from . import drawings, money, results, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..explanation import Explanation
    from ..findings import Finding
    from ..replicate import Sample
    from ..scenario import Scenario
    from .study import Study
    from .table import Table

ILLUSTRATIVE = (
    "The partnerships are synthetic and average; none is a real place. Some assumptions are not"
    " verified. Read directions and sizes, not forecasts."
)
OWN_AREA = (
    "The partnership has an area's own figures, fitted to the structure of an average one: whatever the area did not"
    " give is the average's. Some assumptions are not verified. Read directions and sizes, not forecasts."
)
FOOT = "Illustrative: none of it is a real place"
FOOT_OWN_AREA = "Illustrative: an area's own figures fitted to an average"
AMOUNT = re.compile(r"\b\d{4}-\d{2}\b|[+−]?£[\d,.]*\d(?:m|bn)?|[+−][\d,.]*\d")
"""A financial year, or a number with its sign or its pound."""
DIFFERENCES_DRAWN = ("allocation_gbp", "in_recovery", "new_presentations")
BANDS_ARE_CHANCE = (
    "{bands}, and intervals say how well the mean of the runs is known. Both are about chance alone: they say nothing of"
    " assumptions that may be wrong."
)
KEPT = (
    "A client who could leave and is kept counts in the formula for one more year. Gross is what one"
    " client more adds to the partnership's entitlement, before any floor or ceiling; net is that less"
    " what the client costs. The money comes after the cost: the formula looks back on the twelve months"
    " that end some months before the year."
)
ONE_POT = "One pot is shared out, so what one partnership gains the others lose."
LIMITS = (
    (
        "It shows an average partnership that does not exist. No area's budget can be read off it, and"
        " nobody's care should be decided by it."
    ),
    "Adults with drug problems are in it; primary alcohol treatment and young people are not.",
    (
        "Every client of a group is alike but for chance: age, housing, prescriptions and staff are not"
        " modelled one by one."
    ),
    "Crime, health and the worth of recovery are not put into pounds here.",
    (
        "What a stable client costs, how fast people come back and what support does are assumptions;"
        " their ranges stand in the tables of this report."
    ),
)
LIMIT_OWN_AREA = (
    "It shows an area as large as its own figures say it is, and otherwise an average. No budget can be read off it, and"
    " nobody's care should be decided by it."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a section."""

    kind: Literal["heading", "text", "list", "command", "finding", "table", "chart"]
    text: str = ""
    items: tuple[str, ...] = ()
    table: Table | None = None
    svg: str = ""
    finding: Finding | None = None

    @property
    def verdict(self) -> str:
        """The verdict of a finding as it is read."""
        return sentence_case(self.finding.verdict) if self.finding else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with a heading of its own."""

    anchor: str
    title: str
    parts: tuple[Part, ...] = field(default=())


def html_of(study: Study) -> str:
    """The report as one HTML text that needs nothing else.

    Raises
    ------
    MissingExtra
        Where the part that draws and writes reports is not installed.
    """
    jinja2 = _jinja2()
    loader = jinja2.FunctionLoader(_text)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["whole"] = _whole
    html: str = environment.get_template("page.html").render(
        study=study,
        sections=sections(study),
        css=_text("page.css"),
        illustrative=illustrative(own_area=study.own_area),
        foot=FOOT_OWN_AREA if study.own_area else FOOT,
        model=model_version(),
    )
    return html


def illustrative(*, own_area: bool) -> str:
    """What a reader must know of the place that is shown."""
    return OWN_AREA if own_area else ILLUSTRATIVE


def limits(*, own_area: bool) -> tuple[str, ...]:
    """What a comparison cannot tell."""
    return (LIMIT_OWN_AREA, *LIMITS[1:]) if own_area else LIMITS


def write(study: Study, path: str | Path) -> Path:
    """Write the report as a file, which replaces an older one at once or not at all.

    Raises
    ------
    BadInput
        Where the file cannot be written.
    """
    return put(Path(path), html_of(study).encode())


def put(path: Path, content: bytes) -> Path:
    """Write a file beside its place and rename it, so that it is never half there.

    Raises
    ------
    BadInput
        Where it cannot be written.
    """
    try:
        return beside.put(path, content)
    except (OSError, ValueError) as error:
        got = getattr(error, "strerror", None) or str(error)
        advice = "check the folder and its permissions"
        raise BadInput([Fault(str(path), "the file", "be writable", got, advice)]) from error


def check_installed() -> None:
    """Say at once, before a long run, if the part that draws and writes reports is missing.

    Raises
    ------
    MissingExtra
        If it is.
    """
    _jinja2()
    drawings.check_installed()


def _jinja2() -> Any:
    try:
        import jinja2  # an optional part
    except ModuleNotFoundError as error:
        raise MissingExtra("writing a report", "report") from error
    return jinja2


def _whole(text: str) -> Any:
    """A text in HTML whose years and amounts do not break at the end of a line."""
    from markupsafe import Markup, escape  # comes with jinja2

    kept = AMOUNT.sub(r'<span class="n">\g<0></span>', str(escape(text)))
    return Markup(kept)  # noqa: S704 # escaped the line before


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


# What stands in the report


def sections(study: Study) -> list[Section]:
    """The sections of a report, in their order."""
    told = [
        Section("question", "The question", (Part("text", study.question),)),
        Section("findings", "What was found", tuple(_findings(study))),
        Section("years", "What happens year by year", tuple(_years(study))),
        Section("differences", "What differs, and how sure that is", tuple(_differences(study))),
        Section("support", "How far support places are taken up", tuple(_support(study))),
        Section("client", "What a client who is kept is worth", tuple(_client(study))),
        Section("together", "Alone and together", tuple(_together(study))),
        Section("reasons", "Why the money moved", tuple(_reasons(study))),
        Section("drift", "What moves the money if nothing changes", tuple(_drift(study))),
        Section("scenarios", "The scenarios", tuple(_scenarios(study))),
        Section("sure", "How sure this is", tuple(_sure(study))),
        Section("limits", "What this cannot tell", (Part("list", items=_limits(study)),)),
        Section("evidence", "What the results stand on", tuple(_evidence(study))),
        Section("again", "How to make this again", tuple(_again(study))),
        Section("all", "Every difference by year", tuple(_every_difference(study))),
    ]
    return [section for section in told if section.parts]


def _findings(study: Study) -> Iterator[Part]:
    for finding in study.findings:
        yield Part("finding", finding=finding, table=results.figures(finding, study.prices))


def _transition(study: Study) -> str:
    first = study.years[0]
    return (
        f"{first} is a year of transition: on its first day the same people stand there under every"
        f" plan, and those who were kept before may leave within months. Counts are of the year or of"
        f" its 31 March."
    )


def _years(study: Study) -> Iterator[Part]:
    yield Part("text", _transition(study))
    for measure in results.BY_YEAR:
        table = results.by_year(study, measure)
        yield Part("heading", table.caption.partition(":")[0])
        yield Part("chart", svg=drawings.lines(study, measure))
        yield Part("table", table=table)


def _differences(study: Study) -> Iterator[Part]:
    baseline = study.name(study.comparison.baseline)
    yield Part(
        "text",
        f"Each replication is the same people with the same luck under every plan, so differences from"
        f" “{baseline}” are known better than the plans themselves. Where an interval holds zero, the"
        f" sign is too close to call.",
    )
    for measure in DIFFERENCES_DRAWN:
        yield Part("chart", svg=drawings.differences(study, measure))
    for other in study.comparison.others:
        yield Part("table", table=results.differences(study, other, study.years[-1]))


def _support(study: Study) -> Iterator[Part]:
    for sample in study.samples:
        if results.has_support(sample):
            yield Part("table", table=results.support(study, sample))


def _prices(study: Study) -> str:
    return f"Pounds are in {study.prices}."


def _client(study: Study) -> Iterator[Part]:
    kept = study.kept
    if kept is None:
        return
    finding = what_a_client_is_worth(kept)
    yield Part("text", f"{KEPT} {_prices(study)}")
    yield Part("chart", svg=drawings.client_worth(kept, finding))
    yield Part("table", table=money.kept(kept))
    yield Part("table", table=sources.rests_on(kept))


def _together(study: Study) -> Iterator[Part]:
    if study.together is None:
        return
    finding = acting_together(study.together, study.acting)
    yield Part("text", f"{ONE_POT} {_prices(study)}")
    yield Part("chart", svg=drawings.alone_against_together(study.together, finding))
    yield Part("table", table=money.together(alone_and_together(study.together)))


def _reasons(study: Study) -> Iterator[Part]:
    yield Part("text", study.explanations[0].note)
    for explanation in study.explanations:
        yield from _reason(study, explanation)


def _reason(study: Study, explanation: Explanation) -> Iterator[Part]:
    yield Part("heading", study.name(explanation.sample))
    if len(explanation.partnerships) > 1:
        yield Part("text", f"Of {explanation.partnerships[0]}, the first of the partnerships.")
    yield Part("chart", svg=drawings.waterfall(study, explanation))
    yield Part("list", items=explanation.sentences_of(explanation.partnerships[0]))
    yield Part("table", table=money.steps(study, explanation))


def _drift(study: Study) -> Iterator[Part]:
    place = study.samples.index(study.reference_sample)
    finding = what_moves_the_money(study.explanations[place])
    yield Part("heading", finding.title)
    yield Part("text", f"{finding.sentence} {_prices(study)}")


def _scenarios(study: Study) -> Iterator[Part]:
    reference = study.reference_sample.scenario
    yield Part("text", _prices(study))
    for sample in _every_sample(study):
        scenario = sample.scenario
        yield Part("heading", scenario.title)
        yield Part("text", f"{scenario.question} {scenario.description}")
        table = sources.changes(scenario, reference)
        if table is not None:
            yield Part("table", table=table)
        else:
            yield Part("text", "This is what the other scenarios are told apart from.")


def _every_sample(study: Study) -> list[Sample]:
    """The reference first, then the others of the comparison, then those of acting together."""
    more = study.together.samples if study.together else ()
    found = {
        sample.scenario.name: sample for sample in (study.reference_sample, *study.samples, *more)
    }
    return list(found.values())


def what_is_sure(told: str, replications: int) -> str:
    """A sentence about bands and intervals, of so many runs."""
    return told.format(bands=sentence_case(bands_told(replications)))


def _sure(study: Study) -> Iterator[Part]:
    sample = study.comparison.baseline
    told = f"Each of the {len(study.samples)} plans was run {sample.replications} times, from seed {sample.seed}."
    if study.together is not None:
        eight = study.together.baseline
        told += f" Acting alone and together was run {eight.replications} times."
    yield Part("text", told)
    yield Part("text", what_is_sure(BANDS_ARE_CHANCE, sample.replications))
    yield Part(
        "text",
        "The Monte-Carlo error is the standard error of a mean difference over replications. Where many"
        " differences are looked at, about one in twenty that is really nothing looks clear by chance.",
    )


def _limits(study: Study) -> tuple[str, ...]:
    scenario = study.reference_sample.scenario
    rest = scenario.formula.rest.partnerships
    others = (
        f"The {rest} other partnerships that share the pot go on as they are, whatever this one does.",
    )
    pounds = (
        (
            f"Costs are in prices of {scenario.funding.price_year} and stay the same over the years; nothing"
            f" is corrected for inflation."
        ),
    )
    return (*limits(own_area=study.own_area), *(others if rest else ()), *pounds)


def _evidence(study: Study) -> Iterator[Part]:
    scenario = study.reference_sample.scenario
    yield Part("text", _prices(study))
    yield Part("table", table=sources.grades(scenario))
    for grade in WORST_FIRST:
        table = sources.evidence(scenario, grade)
        if table.rows:
            yield Part("heading", f"What is {grade}")
            yield Part("table", table=table)


def _again(study: Study) -> Iterator[Part]:
    yield Part(
        "text", "This command makes the report again, to the last digit on the same machine:"
    )
    yield Part("command", study.command)
    yield Part("table", table=sources.versions(_versions()))
    scenarios: list[Scenario] = [sample.scenario for sample in _every_sample(study)]
    yield Part("table", table=sources.fingerprints(scenarios))


def _versions() -> list[tuple[str, str]]:
    own = [("Treatment Funding Simulator", model_version()), ("Python", platform.python_version())]
    return [*own, *versions_of_packages().items()]


def _every_difference(study: Study) -> Iterator[Part]:
    for other in study.comparison.others:
        yield Part("table", table=results.every_difference(study, other))
