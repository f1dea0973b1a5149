"""Everything about a comparison in one ZIP, and the report that is part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import MissingExtra
from ..findings import of_comparison
from ..incentives import the_band
from ..outputs import RECORD
from ..report import Study, html_of
from ..report import check_installed as check_report
from .about import NOT_A_FORECAST, WHAT_IT_IS, prices
from .again import PROGRAM, compare_command, scenario_files
from .archive import zipped
from .data import (
    DICTIONARY,
    EXPLANATION,
    check_parquet,
    csv_files,
    data_package,
    dictionary_csv,
    explained,
    explanation_csv,
    parquet_files,
)
from .workbook import check_installed as check_workbook
from .workbook import workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ..explanation import Explanation
    from ..replicate import Comparison
    from ..workers import Progress
    from .about import About

SCENARIOS, PARQUET = "scenarios", "parquet"
REPORT, WORKBOOK, PACKAGE, README = (
    "report.html",
    "workbook.xlsx",
    "datapackage.json",
    "README.txt",
)
_HOLDS = {
    README: "this file",
    REPORT: "the report: opens in any browser, prints on A4",
    WORKBOOK: "the same as sheets, with what is assumed and what each measure counts",
    "summary.csv": "each measure by year: mean, median, {band}",
    "differences.csv": "paired differences from the first scenario, with 95% intervals",
    EXPLANATION: "why each allocation changed from year to year, step by step",
    "measures.csv": "every replication of every scenario",
    "streams.csv": "which funding stream paid for what, by replication",
    DICTIONARY: "what each measure counts, its unit, the price year of pounds",
    RECORD: "scenarios, seed and versions: what the results can be made from again",
    PACKAGE: "what each column of the CSV files is, for programs",
}
STEPS = 6
"""Parts that are told of as progress: tables, reasons, report, workbook, Parquet, and the whole."""
MAKERS = ((REPORT, check_report), (WORKBOOK, check_workbook), (PARQUET, check_parquet))
"""What needs a part that is installed separately, and what says whether it is."""


def report_html(
    comparison: Comparison, about: About, explanations: Sequence[Explanation] = ()
) -> str:
    """The report of a comparison as one HTML page that needs nothing else.

    Parameters
    ----------
    explanations
        Why the money moved under each scenario, where that has been worked out already.

    Raises
    ------
    MissingExtra
        Where the part that draws and writes reports is not installed.
    """
    return html_of(
        Study(
            title=about.title,
            question=_asked(comparison, about),
            comparison=comparison,
            findings=of_comparison(comparison),
            command=compare_command(comparison),
            names=about.names,
            explained=tuple(explanations),
            own_area=about.own_area,
        )
    )


def _asked(comparison: Comparison, about: About) -> str:
    """The question, and why scenarios were made."""
    question = about.question or comparison.baseline.scenario.question
    return " ".join([question, *_reasons(comparison, about)])


def _reasons(comparison: Comparison, about: About) -> list[str]:
    titles = {sample.scenario.name: sample.scenario.title for sample in comparison.samples}
    return [
        f"Why “{titles.get(name, name)}” was made: {reason}"
        for name, reason in about.reasons.items()
    ]


def missing_parts(of: Collection[str] = (REPORT, WORKBOOK, PARQUET)) -> dict[str, str]:
    """What cannot be made here since a part is not installed, and how to install it.

    Parameters
    ----------
    of
        What is asked about. To find a part it is loaded, which takes a while.
    """
    missing = {}
    for name, check in MAKERS:
        try:
            if name in of:
                check()
        except MissingExtra as error:
            missing[name] = str(error)
    return missing


def everything(
    comparison: Comparison,
    about: About,
    progress: Progress | None = None,
    explanations: Sequence[Explanation] = (),
) -> bytes:
    """All there is about a comparison in one ZIP, with the same bytes whenever it is made.

    What needs a part that is not installed is left out, and README.txt says so.

    Parameters
    ----------
    progress
        Told how many of the steps are done.
    explanations
        Why the money moved under each scenario, where that has been worked out already.
    """
    tell = progress or (lambda _done, _of: None)
    tables = csv_files(comparison)
    tell(1, STEPS)
    reasons = tuple(explanations) or explained(comparison)
    tables |= {EXPLANATION: explanation_csv(reasons), DICTIONARY: dictionary_csv(comparison)}
    tell(2, STEPS)
    pages: dict[str, bytes] = {}
    missing = missing_parts()
    makers: dict[str, Callable[[], dict[str, bytes]]] = {
        REPORT: lambda: {REPORT: report_html(comparison, about, reasons).encode()},
        WORKBOOK: lambda: {WORKBOOK: workbook(comparison, about, reasons)},
        PARQUET: lambda: _in(PARQUET, parquet_files(comparison, about)),
    }
    for done, (name, make) in enumerate(makers.items(), 3):
        pages |= {} if name in missing else make()
        tell(done, STEPS)
    scenarios = _in(SCENARIOS, scenario_files(comparison))
    package = {PACKAGE: data_package(comparison, about, tables)}
    files = pages | tables | package | scenarios
    not_here = [f"{name} is not here: {told}" for name, told in missing.items()]
    readme = _readme(comparison, about, [*files], not_here)
    whole = zipped({README: readme.encode(), **files})
    tell(STEPS, STEPS)
    return whole


def _in(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def work(
    progress: Progress,
    comparison: Comparison,
    about: About,
    explanations: Sequence[Explanation] = (),
) -> bytes:
    """The same for a process of its own: `everything`, whose progress is told first."""
    return everything(comparison, about, progress, explanations)


def _readme(
    comparison: Comparison, about: About, files: Sequence[str], missing: Sequence[str]
) -> str:
    scenarios = [name for name in files if name.startswith(f"{SCENARIOS}/")]
    parquet = [name for name in files if name.startswith(f"{PARQUET}/")]
    again = compare_command(comparison, folder=SCENARIOS, out="again")
    from_record = f"{PROGRAM} compare {RECORD} --out again"
    band = the_band(comparison.baseline.replications)
    lines = [
        about.title,
        *([about.question] if about.question else []),
        "",
        f"{WHAT_IT_IS} {about.illustrative} {NOT_A_FORECAST}",
        f"Every pound is in {prices(comparison)}.",
        *_reasons(comparison, about),
        "",
        "What is here",
        *(
            f"  {name}: {told.format(band=band)}"
            for name, told in _HOLDS.items()
            if name in {*files, README}
        ),
        *(
            f"  {name}: the same as the CSV file, for programs that read Parquet"
            for name in parquet
        ),
        *(f"  {name}: the whole scenario, to run or to change" for name in scenarios),
        *(f"  {line}" for line in missing),
        "",
        "How to make the tables again, to the last byte with the same versions, in this folder",
        f"  {again}",
        *([f"  {from_record}"] if from_record != again else []),
        "",
        "In CSV files and the workbook a text that begins with =, +, - or @ has an apostrophe in front, so that",
        "no spreadsheet runs it. Numbers have none.",
    ]
    return "\n".join(lines) + "\n"
