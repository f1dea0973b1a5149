"""The first page: choose a scenario, run it, see what it says and how sure it is."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import streamlit as st

from .. import replicate, scenario, wording
from ..charts import lines_by_year
from ..csv_text import as_csv
from ..errors import SimulatorError
from ..outputs import identity

if TYPE_CHECKING:
    from ..replicate import Sample
    from ..scenario import Scenario

FIGURES = ("allocation_gbp", "in_treatment", "successful_completions", "in_recovery")
CHARTS = ("allocation_gbp", "in_treatment", "planned_exits", "in_recovery")
CHOICES_OF_REPLICATIONS = (10, 20, 50, 100, 200)
STORED_RUNS = 50

ILLUSTRATIVE = (
    "Illustrative. The partnership is a made-up average of England, and several assumptions about it are not "
    "verified. Bands show chance alone, with assumptions held still."
)


@st.cache_data(show_spinner=False, max_entries=1)
def _library() -> dict[str, Scenario]:
    return {name: scenario.load(name) for name in scenario.names()}


@st.cache_resource(show_spinner=False, max_entries=STORED_RUNS)
def _stored_runs() -> dict[str, Sample]:
    return {}


def show() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Treatment Funding Simulator", page_icon="📊", layout="wide")
    st.title("Treatment Funding Simulator")
    st.write(
        "How money for drug treatment is shared out in England, and what that does to people. "
        "Choose a scenario and run it: many times over, with the same people and different luck."
    )
    st.warning(ILLUSTRATIVE, icon="⚠️")
    chosen = _choose()
    replications, seed = _how_many()
    key = identity([chosen], seed, replications)
    if st.button("Run the scenario", type="primary"):
        _run(chosen, replications, seed, key)
    sample = _stored_runs().get(key)
    if sample is None:
        st.info("Nothing has been run yet with these choices.")
    else:
        _tell(sample)


def _choose() -> Scenario:
    library = _library()
    name = st.selectbox(
        "Scenario",
        list(library),
        format_func=lambda each: library[each].title,
        key="scenario",
        bind="query-params",
    )
    chosen = library[name]
    st.header(chosen.question)
    st.write(chosen.description)
    return chosen


def _how_many() -> tuple[int, int]:
    left, right = st.columns(2)
    replications = left.select_slider(
        "Replications: more of them give a surer mean and take longer",
        CHOICES_OF_REPLICATIONS,
        value=20,
        key="replications",
    )
    seed = right.number_input(
        "Seed: the same seed gives the same people", min_value=0, value=1, step=1, key="seed"
    )
    return int(replications), int(seed)


def _run(chosen: Scenario, replications: int, seed: int, key: str) -> None:
    bar = st.progress(0.0, text="Starting…")

    def tell(done: int, of: int) -> None:
        bar.progress(done / of, text=f"{done} of {of} replications")

    try:
        _stored_runs()[key] = replicate.run([chosen], replications, seed, progress=tell)[0]
    except SimulatorError as error:
        st.error(str(error))
    finally:
        bar.empty()


def _tell(sample: Sample) -> None:
    st.header("What it says")
    _figures(sample)
    columns = st.columns(2)
    for place, measure in enumerate(CHARTS):
        title = wording.sentence_case(wording.measure_name(measure))
        chart = lines_by_year(
            [sample], measure, title, names={sample.scenario.name: "Mean"}, brief=True
        )
        columns[place % 2].altair_chart(chart, theme=None)  # it carries its text alternative
    st.subheader("The same in numbers")
    st.table(
        _rows(sample), alt="Main measures by year: the mean, and the band that holds 9 runs in 10"
    )
    _download(sample)


def _figures(sample: Sample) -> None:
    year = sample.years[-1]
    for column, measure in zip(st.columns(len(FIGURES)), FIGURES, strict=True):
        row = _of(sample, measure, year)
        low, high = (wording.show(measure, row[end]) for end in ("low", "high"))
        label = wording.sentence_case(wording.measure_name(measure))
        column.metric(f"{label}, {year}", wording.show(measure, row["mean"]))
        column.write(f"9 runs in 10: {low} to {high}")


def _of(sample: Sample, measure: str, year: str) -> dict[str, float]:
    told = sample.summary
    rows = told[
        (told["measure"] == measure)
        & (told["year"] == year)
        & (told["group"] == replicate.ALL)
        & (told["partnership"] == sample.partnerships[-1])
    ]
    return {name: float(rows.iloc[0][name]) for name in ("mean", "low", "high")}


def _rows(sample: Sample) -> dict[str, list[str]]:
    measures = [
        *dict.fromkeys((*FIGURES, *CHARTS, "new_presentations", "mean_wait_days", "deaths"))
    ]
    table: dict[str, list[str]] = {
        "Measure": [wording.measure_label(measure) for measure in measures]
    }
    for year in sample.years:
        table[year] = [_cell(_of(sample, measure, year), measure) for measure in measures]
    return table


def _cell(row: dict[str, float], measure: str) -> str:
    low, high = (wording.show(measure, row[end]) for end in ("low", "high"))
    return f"{wording.show(measure, row['mean'])} ({low} to {high})"


def _download(sample: Sample) -> None:
    name = sample.scenario.name
    st.download_button(
        "Download the summary as CSV",
        as_csv(sample.summary),
        file_name=f"{name}_summary.csv",
        mime="text/csv",
    )
    st.write("The same numbers from the command line:")
    st.code(
        f"treatment-sim run {shlex.quote(name)} --replications {sample.replications} --seed {sample.seed}",
        language="bash",
    )
