"""Files that somebody sends: figures, or one message in plain words, and never long in coming."""

import gzip
import io
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import BadInput
from simulator.local_area import faults_by_row, read_local, read_upload, understood
from simulator.local_area.figures import Amount
from simulator.local_area.reading import MOST_FAULTS, MOST_NOTES
from simulator.local_area.sheet import (
    LARGEST_FILE_BYTES,
    LONGEST_CELL,
    MOST_CELLS,
    MOST_LINES,
)
from simulator.local_area.told import amount_told

HEADING = "partnership,period,measure,group,value,source"
SIZE = "Ours,2008-09,in_contact,all,980,us"
LONGEST_SECONDS = 5
"""On a busy machine; by itself none takes more than one."""


def table(*rows, heading=HEADING):
    return "\n".join((heading, *rows, "")).encode()


def row(value="30", measure="deaths", period="2008-09", group="all", partnership="Ours", source=""):
    return table(SIZE, f"{partnership},{period},{measure},{group},{value},{source}")


def packed():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

# content; row (None: the file as a whole); what a message says; what it says to do
REFUSED = {
    "empty": (b"", None, "file must not be empty", "begin from the template"),
    "only a heading": (table(), None, "must hold a figure", "begin from the template"),
    "wrong columns": (b"area,clients\nOurs,980\n", 1, "hold the names of the columns", "the template"),
    "column missing": (b"period,value\n2008-09,980\n", 1, "a column that is called measure", "template"),
    "column twice": (b"period,measure,value,value\n", 1, "must be named once", "take out"),
    "column unknown": (b"period,measure,value,grup\n", 1, "be called one of", "did you mean group?"),
    "negative": (row("-30"), 3, "value must be 0 or more", "without minus"),
    "text in a number": (row("about 300"), 3, "must be a number", "digits alone, such as 300"),
    "a word": (row("many"), 3, "must be a number", "write digits"),
    "decimal comma": (row('"6,3"', "mean_wait_days"), 3, "must be a number", "after a point"),
    "£ of people": (row("£30"), 3, "must have no £", "write 30"),
    "% of people": (row("30%"), 3, "must have no %", "the number itself"),
    "share above 1": (row("76", "kept_12_weeks_share"), 3, "from 0 to 1", "write 76% or 0.76"),
    "not a number": (row("NaN"), 3, "must be a number", "write digits"),
    "infinite": (row("-inf"), 3, "must be a number", "write digits"),
    "beyond floats": (row("1e400"), 3, "must be a number", "write all its digits"),
    "beyond England": (row("9" * 39), 3, "must be at most 1,000,000", "check the number"),
    "40 digits and more": (row("9" * 500), 3, "must be a number", "write digits"),
    "formula": (row("=cmd|' /C calc'!A0"), 3, "must be a number", "what the formula gives"),
    "formula with @": (row("@SUM(1)"), 3, "must be a number", "what the formula gives"),
    "formula with +": (row("+1+1"), 3, "must be a number", "what the formula gives"),
    "formula after a tab": (row("\t=1+1"), 3, "must be a number", "what the formula gives"),
    "formula as name": (table("=1+1,2008-09,in_contact,all,980,"), 2, "begins with none of = + - @", "rename it"),
    "formula as source": (row(source="@SUM(1)"), 3, "begin with none of = + - @", "the title"),
    "Latin 1": (row("£30").decode().encode("latin-1"), 3, "saved as CSV UTF-8", "CSV UTF-8"),
    "UTF-16 unmarked": (row().decode().encode("utf-16-le"), None, "saved as CSV", "CSV UTF-8"),
    "null bytes": (row() + b"\0\0\0", None, "must be a table that is saved as CSV", "CSV UTF-8"),
    "Excel renamed": (packed(), None, "an Excel workbook", "CSV UTF-8"),
    "old Excel renamed": (b"\xd0\xcf\x11\xe0" + bytes(99), None, "an Excel workbook", "CSV UTF-8"),
    "picture renamed": (PNG, None, "a picture", "CSV UTF-8"),
    "PDF renamed": (b"%PDF-1.4 all in ASCII", None, "a PDF", "CSV UTF-8"),
    "packed": (gzip.compress(row()), None, "a file that is packed", "CSV UTF-8"),
    "web page": (b"<!DOCTYPE html><p>Sign in</p>", None, "a web page", "CSV UTF-8"),
    "quote left open": (row('"30'), 3, "have its quotes in pairs", "check the quotes here"),
    "50 MB": (b"x" * 50 * 10**6, None, "be at most 2 MB large", "one partnership alone"),
    "too many rows": (table(*[SIZE] * MOST_LINES), None, "at most 10,000 rows", "one partnership"),
    "too many cells": (row(source="," * MOST_CELLS), 3, "at most 100 cells", "keep the columns"),
    "long cell": (row(source="x" * (LONGEST_CELL + 1)), 3, "at most 1,000 characters", "shorten"),
    "very long cell": (row(source="x" * 10**6), 3, "at most 1,000 characters", "a quote that was"),
    "given twice": (table(SIZE, SIZE), 3, "must be given once", "keep this row or row 2"),
    "two partnerships": (row(partnership="Yours"), 3, "be 'Ours', as before", "for each"),
    "examples left": (row(partnership="EXAMPLE"), 3, "your own figure", "take out the examples"),
    "calendar year": (row(period="2008"), 3, "be a financial year", "did you mean 2008-09?"),
    "short year": (row(period="08-09"), 3, "be a financial year", "did you mean 2008-09?"),
    "long ago": (row(period="1899-00"), 3, "a year from 1990-91 to 2099-00", "check the year"),
    "whole date": (row(period="01/09/2008"), 3, "a financial year", "did you mean 2008-09?"),
    "a month": (row(period="Mar-12"), 3, "be a financial year", "months are not taken"),
    "measure unknown": (row(measure="plannd_exits"), 3, "a measure on the list", "planned_exits?"),
    "group unknown": (row(group="opiat"), 3, "be a substance group", "did you mean opiate?"),
    "cannot be": (
        table(SIZE, "Ours,2008-09,planned_exits,all,30,", "Ours,2008-09,successful_completions,all,31,"),
        4,
        "must be at most planned_exits, 30 (row 3)",
        "check both",
    ),
    "longer stays than long ones": (
        table(
            SIZE,
            "Ours,2008-09,in_treatment_over_2_years_share,all,40%,",
            "Ours,2008-09,in_treatment_over_4_years_share,all,45%,",
        ),
        4,
        "must be at most in_treatment_over_2_years_share, 0.4 (row 3)",
        "check both",
    ),
    "control sign": (row(partnership="Our\x07s"), 3, r"Found: 'Our\x07s'", "cannot be seen"),
    "right to left": (row(source="a\u202eb"), 3, r"Found: 'a\u202eb'", "cannot be seen"),
    "other digits": (row("٣٠"), 3, "must be a number", "write digits"),
    "no size": (table("Ours,2008-09,deaths,all,30,"), None, "whole year of at least one of", "how large"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "line", "told", "advice"), REFUSED.values(), ids=REFUSED)
def test_a_bad_file_is_one_message_with_its_row_and_what_to_do(content, line, told, advice):
    begun = time.perf_counter()
    with pytest.raises(BadInput) as raised:
        read_upload(content, "ours.csv")
    assert time.perf_counter() - begun < LONGEST_SECONDS
    first, *others = faults_by_row(raised.value.faults)
    assert not [each for each in others if each.row == first.row != 1]
    assert first.row == line
    assert told in first.sentence
    assert advice in first.do
    assert first.sentence.isprintable()


TAKEN = {
    "as it is": row().decode().encode(),
    "with a mark": b"\xef\xbb\xbf" + row(),
    "UTF-16 with a mark": row().decode().encode("utf-16"),
    "CRLF": row().replace(b"\n", b"\r\n"),
    "CR": row().replace(b"\n", b"\r"),
    "no line end": row().rstrip(b"\n"),
    "semicolons": row().replace(b",", b";"),
    "tabs": row().replace(b",", b"\t"),
    "remarks": b"# made by hand\n" + row(),
    "sep=": b"sep=,\n" + row(),
    "empty lines": row() + b",,,,,\n\n",
    "spaces": row().replace(b",", b" , "),
    "capitals": row().replace(b"measure", b"Measure").replace(b"deaths", b"Deaths"),
}


@pytest.mark.parametrize("content", TAKEN.values(), ids=TAKEN)
def test_a_good_file_is_taken_however_it_was_saved(content):
    figures = read_upload(content, "ours.csv")
    assert {each.of.measure: each.amount.mean for each in figures.figures} == {
        "in_contact": 980,
        "deaths": 30,
    }


def test_an_upload_reads_as_the_file_does(tmp_path):
    file = tmp_path / "ours.csv"
    file.write_bytes(row())
    assert read_upload(row(), "ours.csv") == read_local(file)


NAMES = {
    "ours.csv": "ours",
    "C:\\fakepath\\our_area.csv": "our area",
    "../../etc/passwd": "passwd",
    "": "your file",
    "=cmd|calc.csv": "Our area",
    "\u202evsc.exe": "Our area",
    f"{'x' * 5000}.csv": None,
}


@pytest.mark.parametrize(("name", "called"), NAMES.items(), ids=range(len(NAMES)))
def test_no_name_of_a_file_does_harm(name, called):
    content = b"period,measure,value\n2008-09,in_contact,980\n"
    figures = read_upload(content, name)
    assert called is None or figures.partnership == called
    assert figures.partnership.isprintable()
    assert figures.title.isprintable()
    assert len(figures.title) < 120
    with pytest.raises(BadInput) as raised:
        read_upload(b"", name)
    assert str(raised.value).isprintable()


# In bounded time

MILLIONS = LARGEST_FILE_BYTES
SLOW = {
    "line ends": b"\n" * MILLIONS,
    "commas": b"," * MILLIONS,
    "quotes": b'"' * MILLIONS,
    "quotes and commas": b'","' * (MILLIONS // 3),
    "a line of columns": b"x," * (MILLIONS // 2),
    "one column for ever": HEADING.encode() + b",period" * (MILLIONS // 8),
    "faults": HEADING.encode() + b"\nz,2008/9,plannd_exitz,opaite,12 people,x" * 9_990,
    "cells that are nearly too long": HEADING.encode()
    + (b"\n" + b",".join([b"inxcontact" * 99] * 6)) * 330,
    "gaps": HEADING.encode() + b"\nOurs,2008-09,deaths,all,,us" * 9_990,
    "digits": HEADING.encode() + b"\nOurs,2008-09,deaths,all," + b"9" * 1_900_000,
}


@pytest.mark.parametrize("content", SLOW.values(), ids=SLOW)
def test_no_file_takes_long(content):
    assert len(content) <= LARGEST_FILE_BYTES
    begun = time.perf_counter()
    with pytest.raises(BadInput) as raised:
        read_upload(content, "ours.csv")
    assert time.perf_counter() - begun < LONGEST_SECONDS
    assert len(raised.value.faults) <= MOST_FAULTS + 1


def test_of_very_many_notes_the_first_are_told_and_how_many_more():
    figures = read_upload(table(SIZE, *["Ours,2008-09,deaths,all,,us"] * 99), "ours.csv")
    assert len(figures.notes) == MOST_NOTES + 1
    assert figures.notes[-1].startswith("49 more lines")


READING = settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
BEGINNINGS = st.sampled_from(
    [b"", f"{HEADING}\n".encode(), table(SIZE), b"\xff\xfe", b"\xef\xbb\xbf"]
)
WRITTEN = [
    "2008-09",
    "Sep-08",
    "in_contact",
    "pdu",
    "all",
    "*",
    "<5",
    "£",
    "%",
    "nan",
    "1e400",
    "=1",
    "-1",
    ",",
    ";",
    '"',
    "\t",
    "\r",
    "\n",
    "\x00",
]
PIECES = st.sampled_from([*(each.encode() for each in WRITTEN), b"\xa3", b"9" * 50])


@READING
@given(BEGINNINGS, st.one_of(st.binary(max_size=2000), st.lists(PIECES, max_size=80).map(b"".join)))
def test_any_bytes_are_figures_or_one_message(beginning, content):
    figures, faults = None, ()
    try:
        figures = read_upload(beginning + content, "ours.csv")
    except BadInput as wrong:
        faults = wrong.faults
    assert (figures is None) == bool(faults)
    assert all(
        each.must and each.do and each.sentence.isprintable() for each in faults_by_row(faults)
    )
    if figures is not None:
        assert figures.figures
        assert all(0 <= each.amount.low <= each.amount.high < 10**11 for each in figures.figures)
        assert f"{figures.partnership}{figures.title}".isprintable()


@READING
@given(st.text(max_size=300))
def test_any_name_of_a_file_can_be_shown(name):
    figures = read_upload(b"period,measure,value\n2008-09,in_contact,980\n", name)
    assert f"{figures.partnership}{figures.title}".isprintable()
    assert not figures.partnership.startswith(("=", "+", "-", "@"))


# As a page shows it


def test_what_was_understood_is_a_table():
    rows = (
        SIZE,
        "Ours,2008-09,kept_12_weeks_share,all,76.4%,NDTMS 2009",
        "Ours,2008-09,re_presentations,crack,<5,",
        *(
            f"Ours,2008-09 Q{q},planned_exits,opiate,{n},"
            for q, n in enumerate(("40", "*", "42", "*"), 1)
        ),
    )
    told = understood(read_upload(table(*rows), "ours.csv"))
    assert list(told["Value"]) == ["980", "76.4%", "below 5", "82 to 90 (partly suppressed)"]
    assert list(told["Rows"]) == ["2", "3", "4", "5, 6, 7, 8"]
    assert told["Source"].iloc[2] == "not given"
    assert told["Figure"].iloc[1] == "Kept 12 weeks or finished sooner"


@pytest.mark.parametrize(
    ("measure", "number", "told"),
    [("allocation_gbp", 1250000, "£1,250,000"), ("mean_wait_days", 6.3, "6.3 days")],
)
def test_numbers_are_told_in_their_unit(measure, number, told):
    assert amount_told(measure, Amount.exactly(number)) == told
