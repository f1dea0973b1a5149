"""What is taken away: the command line's own bytes, real numbers, nothing that runs, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from simulator import exports
from simulator.cli import app
from simulator.errors import MissingExtra
from simulator.explanation import explain
from simulator.exports import about as about_module
from simulator.exports import again, archive, dictionary, sheets, whole
from simulator.exports.sheets import MISSING, MOST_PARTNERSHIPS
from simulator.measures import MEASURES
from simulator.outputs import RECORD, tables, write
from simulator.proposal import Proposal
from simulator.replicate import ALL, Comparison, Sample, compare
from simulator.report.sources import title_of
from simulator.scenario import as_dict, load
from simulator.scenario import write as write_scenario

COMPLETE = Path(__file__).parent / "broken" / "complete.yaml"
RUN = ("=", "+", "-", "@", "\t", "\r")
HOSTILE = '=HYPERLINK("http://evil.example","Click")'
SHEETS = [
    "About",
    "Summary by year",
    "Differences",
    "Why the money moved",
    "Inputs",
    "Assumptions",
    "Measures",
]


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """A plan as a file, and another that extends it, as the app writes them."""
    folder = tmp_path_factory.mktemp("plans")
    write_scenario(load(COMPLETE), folder / "ours.yaml")
    (folder / "push people out.yaml").write_text(
        "extends: ours.yaml\ntitle: Push people out\nquestion: And then?\ndescription: Worse.\n"
        "plan: {early_exit_rate_per_year: 1.0}\n",
        encoding="utf-8",
    )
    return [load(folder / name) for name in ("ours.yaml", "push people out.yaml")]


@pytest.fixture(scope="module")
def comparison(plans):
    return compare(plans, 3, 7, 1)


@pytest.fixture(scope="module")
def about():
    return exports.About(
        "Should we push?", "What happens to clients?", {"ours": "The board asked for it"}
    )


@pytest.fixture(scope="module")
def book(comparison, about):
    return openpyxl.load_workbook(io.BytesIO(exports.workbook(comparison, about)))


@pytest.fixture(scope="module")
def everything(comparison, about):
    return archive.unzipped(exports.everything(comparison, about))


def rows_of(page):
    """Rows of a sheet's table by its heads."""
    (table,) = page.tables.values()
    heads, *rows = page[table.ref]
    names = [cell.value for cell in heads]
    return [dict(zip(names, row, strict=True)) for row in rows]


def values_of(page):
    return [{name: cell.value for name, cell in row.items()} for row in rows_of(page)]


# The command line and the app say the same


def test_the_command_makes_the_same_bytes_from_the_files_that_are_taken_away(
    comparison, tmp_path, monkeypatch
):
    for name, content in exports.scenario_files(comparison).items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(exports.compare_command(comparison, out="out"))
    assert program == "treatment-sim"
    ran = CliRunner().invoke(app, [*words, "--workers", "1"])
    assert ran.exit_code == 0, ran.output
    made = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert made == exports.csv_files(comparison)
    assert {"measures.csv", "summary.csv", "streams.csv", "differences.csv", RECORD} == set(made)


@pytest.mark.slow
def test_the_unpacked_whole_makes_its_own_tables_again(everything, tmp_path, monkeypatch):
    for name, content in everything.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    told = everything["README.txt"].decode()
    commands = [line.strip() for line in told.splitlines() if "--out again" in line]
    assert len(commands) == 2
    for command in commands:
        ran = CliRunner().invoke(app, [*shlex.split(command)[1:], "--workers", "1"])
        assert ran.exit_code == 0, ran.output
        for file in (tmp_path / "again").iterdir():
            assert file.read_bytes() == everything[file.name], f"{file.name} of {command}"


def test_scenario_files_load_back_as_the_same_scenarios(comparison, tmp_path):
    for sample, (name, content) in zip(
        comparison.samples, exports.scenario_files(comparison).items(), strict=True
    ):
        (tmp_path / name).write_bytes(content)
        assert as_dict(load(tmp_path / name)) == as_dict(sample.scenario)


def named(comparison, *names):
    """The same comparison under other names."""
    samples = [
        Sample(
            sample.scenario.model_copy(update={"name": name}),
            sample.seed,
            sample.values,
            sample.inputs,
            sample.draws,
            sample.accounts,
        )
        for sample, name in zip(comparison.samples, names, strict=True)
    ]
    return Comparison(samples[0], tuple(samples[1:]))


def test_a_scenario_of_the_library_goes_by_its_name_and_one_that_only_shares_it_by_its_file(
    comparison, monkeypatch
):
    park = load("park")
    assert again.in_library(park)
    assert not again.in_library(park.model_copy(update={"title": "Mine"}))
    told = exports.compare_command(named(comparison, "park", "our plan"))
    assert told == "treatment-sim compare park.yaml 'our plan.yaml' --replications 3 --seed 7"


@pytest.mark.parametrize("name", ["../../evil", "a/b", "-x", "", "a\nb", "..", "C:\\x", "x;rm"])
def test_a_name_of_no_file_leads_nowhere_and_is_made_again_from_the_record(comparison, name):
    strange = named(comparison, name, "second")
    assert exports.compare_command(strange) == "treatment-sim compare run.json"
    assert [*exports.scenario_files(strange)] == ["scenario_1.yaml", "second.yaml"]


def test_scenarios_that_nobody_has_run_yet_have_the_same_command():
    base = load("baseline_2008")
    plan = Proposal(title="Move on: sooner!").with_changes({"plan.stretch_share": 0.2}).scenario()
    assert again.as_given(plan) == "move_on_sooner.yaml"
    assert again.command([base, plan], 100, 1, out="results") == (
        "treatment-sim compare baseline_2008 move_on_sooner.yaml --replications 100 --seed 1 --out results"
    )
    assert again.command([plan], 20, 0) == (
        "treatment-sim run move_on_sooner.yaml --replications 20 --seed 0"
    )


def test_what_is_downloaded_is_what_the_command_line_writes(comparison, tmp_path):
    write(tmp_path, comparison)
    for name, content in exports.csv_files(comparison).items():
        assert (tmp_path / name).read_bytes() == content


# The workbook


def test_the_workbook_has_its_sheets_in_order_each_with_one_table_and_no_merged_cell(book):
    assert book.sheetnames == SHEETS
    for page in book:
        assert page["A1"].value
        assert not page.merged_cells.ranges
        (table,) = page.tables.values()
        head = int("".join(filter(str.isdigit, table.ref.partition(":")[0])))
        assert page.freeze_panes == f"A{head + 1}"
        assert page.print_title_rows == f"${head}:${head}"
        assert page.page_setup.paperSize == 9
        assert page.page_setup.orientation == "landscape"
        assert page.page_setup.fitToHeight == 0
        heads = [cell.value for cell in page[head]]
        assert [column.name for column in table.tableColumns] == heads
        assert len(set(heads)) == len(heads)
        for column in page.column_dimensions.values():
            assert 8 <= column.width <= 110


def test_numbers_of_the_summary_are_those_of_the_table_and_are_numbers(book, comparison):
    frames = pd.concat([sample.summary for sample in comparison.samples])
    told = values_of(book["Summary by year"])
    assert len(told) == len(frames)
    found = {
        (row["Scenario"], row["Partnership"], row["Year"], row["Group"], row["Measure"]): row
        for row in told
    }
    names = {each.measure: each.name for each in dictionary.measures_told("")}
    for row in frames.itertuples():
        mine = found[row.scenario, row.partnership, row.year, row.group, names[row.measure]]
        if math.isnan(row.mean):
            assert mine["Mean"] == MISSING
        else:
            assert mine["Mean"] == float(f"{row.mean:.10g}")
            assert mine["Low (lowest run)"] == float(f"{row.low:.10g}")
            assert mine["High (highest run)"] == float(f"{row.high:.10g}")


def words_of(comparison, about):
    """What is said of bands: in the workbook's first sheets, and in the file that explains all others."""
    told = [sheets._about(comparison, about), sheets._summary(comparison)]
    shown = [(each.notes, each.columns, each.rows) for each in told]
    return f"{shown} {whole._readme(comparison, about, ['summary.csv'], [])}"


def test_bands_are_called_nine_runs_in_ten_of_many_runs_alone(comparison, about):
    told = words_of(comparison, about)
    assert told.count("owest to highest of 3 runs") == 4
    assert "in 10" not in told
    assert "5% of runs" not in told
    samples = [
        replace(each, values=np.concatenate([each.values] * 7)) for each in comparison.samples
    ]
    told = words_of(Comparison(samples[0], tuple(samples[1:])), about)
    assert told.count("9 runs in 10") == 4
    assert told.count("5% of runs lie") == 2
    assert "owest" not in told


def test_pounds_shares_and_people_are_shown_as_such(book):
    for name, value in (("Summary by year", "Mean"), ("Differences", "Difference")):
        for row in rows_of(book[name]):
            unit, cell = row["Unit"].value, row[value]
            if cell.value == MISSING:
                continue
            assert isinstance(cell.value, int | float)
            assert ("£" in cell.number_format) == unit.startswith("£")
            assert ("%" in cell.number_format) == (unit in ("%", "percentage points"))
            if unit.startswith("£"):
                assert "prices of 2008-09" in unit


def test_a_difference_whose_interval_holds_zero_is_too_close_to_call(book):
    seen = set()
    for row in values_of(book["Differences"]):
        low, high = row["Low (95% interval)"], row["High (95% interval)"]
        seen.add(row["Verdict"])
        if MISSING in (low, high):
            continue
        if low == high == 0:
            assert row["Verdict"] == "No difference"
        elif low <= 0 <= high:
            assert row["Verdict"] == "Too close to call"
        else:
            assert row["Verdict"] == ("More" if low > 0 else "Less")
    assert {"Too close to call", "More", "Less"} <= seen


def test_steps_add_up_to_the_change_of_the_allocation(book, comparison):
    told = values_of(book["Why the money moved"])
    for sample in comparison.samples:
        for name in sample.scenario.partnerships:
            paid = sample.of("allocation_gbp", name).mean(axis=0)
            for year, before, after in zip(sample.years[1:], paid, paid[1:], strict=False):
                mine = [
                    row["Change (£)"]
                    for row in told
                    if (row["Scenario"], row["Partnership"], row["Year"])
                    == (sample.scenario.name, name, year)
                ]
                assert sum(mine) == pytest.approx(after - before, abs=1e-3)


def test_inputs_say_what_differs_and_nothing_else(book):
    (row,) = [
        row
        for row in values_of(book["Inputs"])
        if not row["Where it stands in the scenario"].startswith("partnerships.")
    ]
    assert row["Where it stands in the scenario"] == "plan.early_exit_rate_per_year"
    assert row["Here"] == 1
    assert row["What differs"] == title_of(("plan", "early_exit_rate_per_year")) != ""
    assert "plan." not in row["What differs"]


def test_pounds_among_assumptions_say_their_price_year(book):
    pounds = [row["Unit"] for row in values_of(book["Assumptions"]) if "£" in row["Unit"]]
    assert pounds
    assert all("prices of 2008-09" in unit for unit in pounds)


def test_assumptions_and_measures_are_all_there(book, comparison):
    from simulator.evidence import register

    told = values_of(book["Assumptions"])
    known = register(comparison.baseline.scenario)
    assert [row["Where it stands in the scenario"] for row in told] == [x.path for x in known]
    assert [row["Name in the CSV files"] for row in values_of(book["Measures"])] == [*MEASURES]


def test_about_says_what_it_is_how_it_was_made_and_why(book, comparison, about):
    told = {}
    for row in values_of(book["About"]):
        told.setdefault(row["What"], []).append(row["What it says"])
    assert told["Replications"] == ["3"]
    assert told["Seed"] == ["7"]
    assert told["Why ours was made"] == ["The board asked for it"]
    assert told["Command that makes it again"] == [exports.compare_command(comparison)]
    assert "prices of 2008-09" in told["Prices"][0]
    assert "none is a real place" in told["Illustrative"][0]
    assert [line.partition(":")[0] for line in told["Sheet"]] == SHEETS[1:]


@pytest.mark.slow
def test_a_workbook_has_the_same_bytes_whenever_it_is_made(comparison, about, monkeypatch):
    import datetime as dt

    from openpyxl.writer import excel

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(2031, 5, 6, tzinfo=tz)

    first = exports.workbook(comparison, about)
    monkeypatch.setattr(excel.datetime, "datetime", Later)
    assert exports.workbook(comparison, about) == first
    with ZipFile(io.BytesIO(first)) as opened:
        assert {each.date_time for each in opened.infolist()} == {archive.FIRST_DAY}


@pytest.mark.slow
def test_no_text_of_a_user_is_run_by_a_spreadsheet(comparison):
    hostile = named(comparison, HOSTILE, "@second")
    for sample in hostile.samples:
        object.__setattr__(
            sample,
            "scenario",
            sample.scenario.model_copy(update={"title": HOSTILE, "question": "-1+1"}),
        )
    about = exports.About(HOSTILE, "+1+1", {"@second": "\t=1+1\x07"})
    files = archive.unzipped(exports.everything(hostile, about))
    opened = openpyxl.load_workbook(io.BytesIO(files["workbook.xlsx"]))
    for page in opened:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), f"{page.title} {cell.coordinate}"
                assert cell.data_type == "n" or not cell.value.startswith(RUN)
    for name, content in files.items():
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(content.decode(), newline="")):
                for text in row:
                    if text.startswith(RUN):
                        float(text)
    assert "<script" not in files["report.html"].decode()


def test_negative_numbers_are_numbers(book):
    told = [row["Difference"] for row in values_of(book["Differences"])]
    assert any(isinstance(each, int | float) and each < 0 for each in told)


@pytest.mark.slow
def test_of_many_partnerships_the_workbook_tells_all_together(comparison):
    first = comparison.baseline.scenario
    own = next(iter(first.partnerships.values()))
    many = {f"Area {place}": own for place in range(MOST_PARTNERSHIPS + 1)}
    scenario = first.model_copy(update={"partnerships": many})
    other = scenario.model_copy(update={"name": "other"})
    book = openpyxl.load_workbook(
        io.BytesIO(
            exports.workbook(compare([scenario, other], 1, 1, 1), exports.About("Many areas"))
        )
    )
    page = book["Summary by year"]
    assert {row["Partnership"] for row in values_of(page)} == {ALL}
    assert any("told together" in str(page.cell(row, 1).value) for row in range(1, 6))


# Parquet, the package, the whole


def test_parquet_has_the_same_numbers_and_says_what_they_are(comparison):
    for name, content in exports.parquet_files(comparison).items():
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        plain = tables(comparison)[name.replace(".parquet", ".csv")]
        pd.testing.assert_frame_equal(table.to_pandas(), plain, check_dtype=False)
        assert table.schema.metadata[b"prices"] == b"prices of 2008-09"
        for field in table.schema:
            assert field.metadata[b"description"]
            if field.name.endswith("_gbp"):
                assert "prices of 2008-09" in field.metadata[b"unit"].decode()


def test_parquet_without_its_part_says_what_to_install(comparison, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match="parquet"):
        exports.parquet_files(comparison)


@pytest.mark.slow
def test_the_package_tells_every_column_of_every_file(everything):
    package = json.loads(everything["datapackage.json"])
    told = {each["path"]: each for each in package["resources"]}
    assert set(told) == {name for name in everything if name.endswith(".csv")}
    for name, resource in told.items():
        heads = next(csv.reader(io.StringIO(everything[name].decode())))
        assert [each["name"] for each in resource["schema"]["fields"]] == heads
        assert resource["bytes"] == len(everything[name])
    assert package["prices"] == "prices of 2008-09"
    assert [each["measure"] for each in package["measures"]] == [*MEASURES]


def test_every_measure_has_a_meaning():
    assert list(dictionary.MEANINGS) == list(MEASURES)


@pytest.mark.slow
def test_the_whole_has_everything_and_its_readme_says_what_each_is(everything, comparison):
    readme = everything["README.txt"].decode()
    for name in everything:
        assert f"  {name}: " in readme
    for name in ("report.html", "workbook.xlsx", "explanation.csv", "scenarios/ours.yaml"):
        assert name in everything
    for name, content in exports.csv_files(comparison).items():
        assert everything[name] == content
    assert "Every pound is in prices of 2008-09." in readme
    assert "The board asked for it" in readme
    assert "The board asked for it" in everything["report.html"].decode()


@pytest.mark.slow
def test_the_whole_has_the_same_bytes_in_a_process_of_its_own(comparison, about):
    told = []
    arguments = pickle.loads(pickle.dumps((comparison, about)))
    made = exports.work(lambda done, of: told.append((done, of)), *arguments)
    assert made == exports.everything(comparison, about)
    assert told == [(done, whole.STEPS) for done in range(1, whole.STEPS + 1)]
    assert pickle.loads(pickle.dumps(made)) == made


def test_what_cannot_be_made_is_left_out_and_said(comparison, about, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra, match="excel"):
        exports.workbook(comparison, about)
    monkeypatch.setattr(whole, "report_html", lambda *_: "")
    files = archive.unzipped(exports.everything(comparison, about))
    assert "workbook.xlsx" not in files
    assert "workbook.xlsx is not here" in files["README.txt"].decode()


@pytest.mark.slow
def test_the_explanation_is_that_of_each_scenario(everything, comparison):
    rows = [*csv.DictReader(io.StringIO(everything["explanation.csv"].decode()))]
    assert len(rows) == sum(len(explain(sample).table) for sample in comparison.samples)


def test_prices_of_scenarios_that_differ_are_both_told(comparison):
    other = comparison.others[0]
    funding = other.scenario.funding.model_copy(update={"price_year": "2010-11"})
    moved = Sample(
        other.scenario.model_copy(update={"funding": funding}),
        other.seed,
        other.values,
        other.inputs,
    )
    told = about_module.prices(Comparison(comparison.baseline, (moved,)))
    assert told == "prices of 2008-09 and 2010-11"
