"""CSV that no spreadsheet runs, and that reads back as what was written."""

import ast
import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator
from simulator.csv_text import as_csv, escaped, exact_csv, rows_as_csv, unescaped
from simulator.outputs import tables
from simulator.replicate import run
from simulator.sweeps.tables import read_columns, table_bytes

RUN = ("=", "+", "-", "@", "\t", "\r")
HOSTILE = (
    '=cmd|"/c calc"!A1',
    '=HYPERLINK("http://evil.example","Click")',
    "+1+cmd",
    "-1+1",
    "-North",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "'=1+1",
)
PLAIN = ("Hertfordshire", "2008-09", "Barking & Dagenham", "North-East", "a=b", "", "'quoted'")
NUMBERS = ("-1", "+1", "-1.5e-7", "-.5", "-0")


def read(text):
    return [*csv.reader(io.StringIO(text, newline=""))]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert escaped(text) == f"'{text}"
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("text", [*PLAIN, *NUMBERS])
def test_ordinary_names_and_numbers_stay_as_they_are(text):
    assert escaped(text) == text == unescaped(text)


@given(st.text(alphabet="'=+-@\t\r\n1.eax ", max_size=6))
def test_every_text_reads_back_and_none_that_is_written_runs(text):
    told = escaped(text)
    assert unescaped(told) == text
    if told.startswith(RUN):
        float(told)  # a number, and nothing else


def test_negative_numbers_are_numbers_in_every_kind_of_column():
    table = pd.DataFrame(
        {
            "difference": [-1.5, 2.0],
            "count": [-3, 4],
            "mixed": pd.Series([-7.25, "=1+1"], dtype=object),
            "group": pd.Series(["-a", "b"], dtype="category"),
            "=head": ["", None],
        }
    )
    (heads, first, second) = read(as_csv(table))
    assert heads == ["difference", "count", "mixed", "group", "'=head"]
    assert first == ["-1.5", "-3", "-7.25", "'-a", ""]
    assert second == ["2", "4", "'=1+1", "b", ""]


@pytest.mark.parametrize("write", [rows_as_csv, exact_csv])
def test_rows_are_escaped_as_tables_are(write):
    rows = [["=1+1", -2, -0.5, float("nan"), np.float64(-3.0)]]
    (heads, row) = read(write(["@a", "b", "c", "d", "e"], rows))
    assert heads == ["'@a", "b", "c", "d", "e"]
    assert row[:4] == ["'=1+1", "-2", "-0.5", ""]
    assert float(row[4]) == -3


def test_numbers_are_told_to_ten_digits_or_exactly():
    third = [[1 / 3]]
    assert rows_as_csv(["x"], third) == "x\n0.3333333333\n"
    assert float(exact_csv(["x"], third).split()[1]) == 1 / 3


def test_bytes_of_ordinary_results_are_those_of_pandas(tenth, seed):
    for table in tables(run([tenth], 2, seed, 1)[0]).values():
        plain = table.to_csv(index=False, float_format="%.10g", lineterminator="\n")
        assert as_csv(table) == plain


def test_a_partnership_that_is_named_like_a_formula_is_escaped_in_every_table(tenth, seed):
    own = next(iter(tenth.partnerships.values()))
    named = tenth.model_copy(update={"partnerships": {"=1+1": own}, "name": "@plan"})
    told = tables(run([named], 1, seed, 1)[0])
    for table in told.values():
        _, *rows = read(as_csv(table))
        assert {row[0] for row in rows} == {"'@plan"}
        assert {row[1] for row in rows} == {"'=1+1"}


def test_a_table_of_cells_reads_back_as_it_was_written(tmp_path):
    names = ["=1+1", "plain", "'=quoted"]
    columns = {"partnership": names, "value": np.array([-1.0, 1 / 3, 2.0])}
    file = tmp_path / "cells.csv"
    file.write_bytes(table_bytes(columns, kind=".csv"))
    back = read_columns(file)
    assert back["partnership"] == names
    assert [float(each) for each in back["value"]] == [-1.0, 1 / 3, 2.0]


def test_no_other_room_writes_csv_of_its_own():
    package = Path(simulator.__file__).parent
    found = {
        (file.relative_to(package).as_posix(), node.attr)
        for file in package.rglob("*.py")
        if file.name != "csv_text.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("to_csv", "writer", "DictWriter")
    }
    assert not found
