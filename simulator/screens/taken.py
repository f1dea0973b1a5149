"""What a comparison gives to take away: what the report says first, tables at once, and the rest as a job."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from .. import exports
from ..csv_text import as_csv
from ..exports.about import prices
from ..exports.archive import names, unzipped, zipped
from ..exports.whole import PARQUET, REPORT, WORKBOOK
from ..findings import of_comparison
from ..wording import sentence_case
from . import desk, pieces, state
from .lab_pieces import about as about_time

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ..explanation import Explanation
    from ..exports import About
    from ..findings import Finding
    from ..replicate import Comparison

SECONDS, SECONDS_A_RUN = 15.0, 0.03
"""What it takes to make everything on a machine that is free, and more for each run of each scenario."""
MIME_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Taken:
    """What is there to be taken away.

    Parameters
    ----------
    key
        What names it: the scenarios, their runs, and what is said of them.
    """

    comparison: Comparison
    explanations: tuple[Explanation, ...]
    about: About
    key: str

    @property
    def stem(self) -> str:
        """How the names of its files begin."""
        return self.comparison.samples[-1].scenario.name


def show(taken: Taken) -> None:
    """Draw it."""
    _preview(taken)
    _tables(taken)
    _rest(taken)


@st.cache_resource(show_spinner=False, max_entries=100)
def _found(key: str, _comparison: Comparison) -> tuple[Finding, ...]:  # noqa: ARG001 # the key stands for the comparison
    return of_comparison(_comparison)


def _preview(taken: Taken) -> None:
    st.subheader(pieces.safe(taken.about.title))
    st.write(pieces.safe(taken.about.question))
    for place, finding in enumerate(_found(taken.key, taken.comparison)):
        st.markdown(f"**{pieces.safe(finding.title)}**")
        st.write(f"{sentence_case(finding.verdict)}. {pieces.safe(finding.sentence)}")
        told = f"What finding {place + 1} stands on: in numbers"
        pieces.drawer(told, partial(_stands_on, finding), f"finding {place}")
    st.caption(pieces.chance_alone(taken.comparison.baseline.replications))


def _stands_on(finding: Finding) -> None:
    pieces.read(_figures(finding), finding.title)


def _figures(finding: Finding) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "What": [sentence_case(each.name) for each in finding.figures],
            "Mean": [each.text for each in finding.figures],
            "95% interval": [each.interval for each in finding.figures],
        }
    )


def _tables(taken: Taken) -> None:
    """Tables that are made when they are asked for."""
    st.subheader("Tables at once")
    told = prices(taken.comparison)
    st.write(
        f"Pounds are in {told}, shares run from 0 to 1, and each number stands with its band or interval."
    )
    left, middle, right = st.columns(3)
    differences = partial(_differences, taken.comparison)
    _file(left, "Differences (CSV)", differences, f"{taken.stem}_differences.csv", "text/csv")
    summary = partial(_summary, taken.comparison)
    _file(middle, "Summary by year (CSV)", summary, f"{taken.stem}_summary.csv", "text/csv")
    tables = partial(_all_tables, taken.comparison)
    _file(right, "All tables (CSV in a ZIP)", tables, f"{taken.stem}_tables.zip", "application/zip")


def _file(place: Any, label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    place.download_button(
        label,
        make,
        file_name=name,
        mime=mime,
        key=f"take {name}",
        on_click="ignore",
        width="stretch",
    )


def _differences(comparison: Comparison) -> bytes:
    return as_csv(comparison.differences).encode()


def _summary(comparison: Comparison) -> bytes:
    import pandas as pd

    rows = pd.concat([each.summary for each in comparison.samples], ignore_index=True)
    return as_csv(rows).encode()


def _all_tables(comparison: Comparison) -> bytes:
    return zipped(exports.csv_files(comparison))


def _rest(taken: Taken) -> None:
    """What takes a while: a button, how far it is, or what came of it."""
    st.subheader("Report, workbook and all the rest")
    tasks = desk.tasks()
    task = tasks.look(taken.key)
    if task.state == "done":
        _files(taken, task.result)
        return
    what, cancel = "Making the files", partial(tasks.cancel, taken.key)
    if task.moves:
        pieces.moving(partial(tasks.look, taken.key), what, cancel, "reports")
    else:
        if task.state != "none":
            pieces.job(task, what, cancel, "reports")
        runs = sum(each.replications for each in taken.comparison.samples)
        st.button(
            f"Make report, workbook and the rest ({about_time(SECONDS + SECONDS_A_RUN * runs)})",
            type="primary",
            key="reports make",
            on_click=partial(_make, taken),
        )


def _make(taken: Taken) -> None:
    desk.desk().leave(state.who())  # the job has the cores
    told = (taken.comparison, taken.about, taken.explanations)
    desk.tasks().start(taken.key, exports.work, *told)


def _files(taken: Taken, whole: bytes) -> None:
    there = {name.partition("/")[0] for name in names(whole)}
    missing = exports.missing_parts({REPORT, WORKBOOK, PARQUET} - there)
    for told in missing.values():
        st.info(pieces.safe(f"Not on this server: {told}"))
    left, right = st.columns(2)
    if REPORT not in missing:
        make = partial(_part, whole, REPORT)
        _file(left, "Report (HTML, prints on A4)", make, f"{taken.stem}_report.html", "text/html")
    if WORKBOOK not in missing:
        make = partial(_part, whole, WORKBOOK)
        _file(right, "Workbook (Excel)", make, f"{taken.stem}_workbook.xlsx", MIME_WORKBOOK)
    if PARQUET not in missing:
        make = partial(_parquet, whole)
        _file(
            left, "Tables (Parquet in a ZIP)", make, f"{taken.stem}_parquet.zip", "application/zip"
        )
    everything = partial(bytes, whole)
    _file(right, "Everything (ZIP)", everything, f"{taken.stem}_everything.zip", "application/zip")
    st.caption(
        "Everything holds all of these, the scenario files, what each column means, and README.txt, which says what is"
        " what and how to make it again."
    )


def _part(whole: bytes, name: str) -> bytes:
    return unzipped(whole)[name]


def _parquet(whole: bytes) -> bytes:
    files = unzipped(whole)
    begin = f"{PARQUET}/"
    return zipped(
        {name.removeprefix(begin): each for name, each in files.items() if name.startswith(begin)}
    )
