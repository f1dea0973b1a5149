"""A partnership's own figures: read, checked, added up, and made into a scenario and aims."""

import csv
import io
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_cli import refused, treatment_sim

from simulator import observe
from simulator.calibrate.targets import aim
from simulator.errors import BadInput
from simulator.evidence import gaps, outside_range
from simulator.local_area import (
    Amount,
    area_scenario,
    area_targets,
    read_local,
    reference,
    template,
)
from simulator.local_area.cells import Period, Wrong, amount, period
from simulator.local_area.kinds import KINDS, Quarters, Unit
from simulator.local_area.reading import MOST_FAULTS, SIZES
from simulator.local_area.sheet import COLUMNS
from simulator.model import Run
from simulator.observe import Figure, observed
from simulator.scenario import as_dict, load, write
from simulator.scenario.changes import resolved
from simulator.scenario.draws import with_values
from simulator.scenario.tree import at

HEADING = "period,measure,group,value"
SIZE = "2008-09,in_contact,all,1415"
FEW = (0, 1)


def lines(*rows, heading=HEADING):
    return "\n".join((heading, *rows, ""))


@pytest.fixture
def read(tmp_path):
    """Reads a text, or bytes, as a file of figures."""

    def read(content, name="figures.csv"):
        file = tmp_path / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content, encoding="utf-8", newline="")
        return read_local(file)

    return read


@pytest.fixture
def faults(read, tmp_path):
    """The faults of a file, without its folder."""

    def faults(content):
        with pytest.raises(BadInput) as raised:
            read(content)
        return [str(fault).replace(f"{tmp_path}/", "") for fault in raised.value.faults]

    return faults


def amounts(figures):
    return {(each.of.measure, each.of.group, each.of.year): each.amount for each in figures.figures}


# One file at fault in each of its ways

BROKEN = {
    "a word": ("2008-09,deaths,all,twelve", "csv:3: value must be a number, got 'twelve'"),
    "a unit": ("2008-09,deaths,all,12 people", "write digits alone, such as 12"),
    "a minus": ("2008-09,deaths,all,-3", "csv:3: value must be 0 or more, got '-3'"),
    "brackets": ("2008-09,deaths,all,(3)", "csv:3: value must be 0 or more"),
    "a dash": ("2008-09,deaths,all,-", "write 0, or * where it is suppressed"),
    "half a person": ("2008-09,deaths,all,3.5", "value must be a whole number, got '3.5'"),
    "a formula": ("2008-09,deaths,all,=1+1", "write what the formula gives, in digits"),
    "digits lost": ("2008-09,allocation_gbp,all,1.34E+06", "write all its digits"),
    "decimal comma": ('2008-09,mean_wait_days,all,"6,3"', "decimals after a point"),
    "commas astray": ('2008-09,deaths,all,"1,34"', "write 1342 or 1,342"),
    "comma in days": ('2008-09,mean_wait_days,all,"1,342"', "csv:3: value must have no comma"),
    "pounds of people": ("2008-09,deaths,all,£30", "value must have no £"),
    "percent of people": ("2008-09,deaths,all,30%", "value must have no %"),
    "share above 1": ("2008-09,kept_12_weeks_share,all,76", "write 76% or 0.76"),
    "too many": ("2008-09,referrals,all,99999999", "value must be at most 1,000,000"),
    "suppressed pounds": ("2008-09,allocation_gbp,all,<5", "leave the row out"),
    "suppressed under too much": ("2008-09,deaths,all,<500", "from 1 to 100"),
    "year half written": ("2008/9,deaths,all,3", "period must be a financial year or a quarter"),
    "year half written, advice": ("2008/9,deaths,all,3", "did you mean 2008-09?"),
    "two years": ("2008-10,deaths,all,3", "did you mean 2008-09?"),
    "calendar year": ("2008,deaths,all,3", "did you mean 2008-09?"),
    "no such quarter": ("2008-09 Q5,deaths,all,3", "csv:3: period must be a financial year"),
    "a month": ("Oct-08,deaths,all,3", "months are not taken"),
    "no period": (",deaths,all,3", "write it as 2008-09"),
    "long ago": ("1899-00,deaths,all,3", "period must be a year from 1990-91"),
    "measure misspelt": ("2008-09,plannd_exits,all,3", "did you mean planned_exits?"),
    "measure unknown": (
        "2008-09,zebras,all,3",
        "measure must be the name of a measure on the list",
    ),
    "group misspelt": ("2008-09,deaths,opiat,3", "did you mean opiate?"),
    "group of money": ("2008-09,allocation_gbp,opiate,3", "group must be all for allocation_gbp"),
    "share of users together": ("2008-09,kept_12_weeks_share,pdu,76%", "give the groups apart"),
    "users without the others": ("2008-09,deaths,pdu,7", "must be given beside all or other"),
    "quarter of persons": ("2009-10 Q1,in_contact,all,9", "counts a person once a year"),
    "quarter of a share": ("2008-09 Q1,kept_12_weeks_share,all,70%", "do not add up: give the"),
    "too many cells": ("2008-09,referrals,all,1,342", "the line must have 4 cells"),
    "given twice": ("2008-09,in_contact,,1415", "the line must be given once, got a second in_co"),
    "more exits than contacts": ("2008-09,planned_exits,all,1416", "must be at most in_contact"),
    "more effective": ("2008-09,in_effective_treatment,all,1416", "be at most in_contact, 1,415"),
    "group above all": ("2008-09,in_contact,opiate,1416", "must be at most all, 1,415 (line 2)"),
    "users above all": ("2008-09,in_contact,pdu,1416", "must be at most all, 1,415"),
    "open quote": ('2008-09,deaths,all,"3', "csv:3: the line must have its quotes in pairs"),
}


@pytest.mark.parametrize(("row", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_told_once_with_what_to_do(faults, row, told):
    (fault,) = faults(lines(SIZE, row))
    assert told in fault
    assert fault.startswith("figures.csv:3: ")


NOT_EVEN_A_LINE = {
    "empty": (b"", "figures.csv: the file must not be empty"),
    "blank lines": (b"\r\n;;;\r\n\r\n", "the file must not be empty"),
    "heading alone": (b"period,measure,value\n", "the file must hold a figure, got none"),
    "other columns": (
        b"a,b\n1,2\n",
        "figures.csv:1: the first line must hold the names of the col",
    ),
    "column missing": (b"period,value\n2008-09,3\n", "must have a column that is called measure"),
    "column misspelt": (b"period,measure,value,grup\n", "did you mean group?"),
    "column twice": (b"period,measure,value,Value\n", "a column must be named once, got 'Value'"),
    "Latin 1": (
        b"period,measure,value\n2008-09,in_contact,\xa33\n",
        "csv:2: the file must be saved as CSV UTF-8",
    ),
    "spreadsheet": (b"PK\x03\x04\xff\xfe", "the file must be a table that is saved as CSV"),
    "zeros": (b"period,measure,value\n\0\0", "the file must be a table that is saved as CSV"),
    "half of UTF-16": (b"\xff\xfea", "the file must be saved as CSV UTF-8"),
    "no size": (
        b"period,measure,value\n2008-09,deaths,3\n",
        "hold a whole year of at least one of in_con",
    ),
}


@pytest.mark.parametrize(("content", "told"), NOT_EVEN_A_LINE.values(), ids=NOT_EVEN_A_LINE)
def test_a_file_that_is_no_table_of_figures_is_told(faults, content, told):
    assert told in faults(content)[0]


def test_over_2_mb_is_refused_without_reading_on(faults):
    (fault,) = faults(b"period,measure,value\n" + b"#" * 2 * 10**6)
    assert "the file must be at most 2 MB large" in fault


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match="must be readable, got no such file"):
        read_local(tmp_path / "none.csv")


def test_every_fault_is_told_at_once_in_the_order_of_the_file(faults):
    told = faults(lines("2008/9,zebras,opiat,twelve", "2008-09,deaths,all,-3", "2008,deaths,,1"))
    assert [fault.split(": ")[0] for fault in told] == [
        *(["figures.csv:2"] * 4),
        "figures.csv:3",
        "figures.csv:4",
    ]


def test_of_very_many_faults_the_first_are_told_and_how_many_more(faults):
    told = faults(lines(*["2008-09,deaths,all,x"] * (MOST_FAULTS + 50)))
    assert len(told) == MOST_FAULTS + 1
    assert told[-1].endswith("got 50 more; mend these first")


def test_partnerships_are_not_mixed_and_no_name_is_a_formula(faults):
    heading = f"partnership,{HEADING}"
    rows = (f"Dudley,{SIZE}", "Haringey,2008-09,deaths,all,3")
    (fault,) = faults(lines(*rows, heading=heading))
    assert "csv:3: partnership must be 'Dudley', as before, got 'Haringey'" in fault
    (fault,) = faults(lines(f"=HYPERLINK(1),{SIZE}", heading=heading))
    assert "begins with none of = + - @" in fault


def test_groups_that_do_not_add_up_to_all_are_told(faults):
    parts = ("opiate,1000", "crack,70", "other,200")
    (fault,) = faults(lines(SIZE, *(f"2008-09,in_contact,{part}" for part in parts)))
    assert "in_contact, 2008-09 must be the sum of its groups, 1,270, got 1,415" in fault


def test_a_year_that_is_not_its_quarters_is_told(faults):
    quarters = [f"2008-09 Q{q},referrals,all,100" for q in (1, 2, 3, 4)]
    (fault,) = faults(lines(SIZE, "2008-09,referrals,all,500", *quarters))
    assert "must agree with its quarters, got 500 beside quarters of 400" in fault


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_are_figures_or_faults(tmp_path_factory, content):
    given_or_refused(tmp_path_factory, content)


CELLS = st.one_of(
    st.sampled_from(
        [*COLUMNS, *SIZES, "2008-09", "2009-10 Q2", "Sep-08", "all", "pdu", "other", "*", "<5", "3"]
    ),
    st.text(max_size=6),
    st.integers(-5, 3000).map(str),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, max_size=6), max_size=12), st.sampled_from(",;\t"), st.booleans())
def test_any_table_is_figures_or_faults(tmp_path_factory, rows, delimiter, headed):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([COLUMNS, *rows] if headed else rows)
    given_or_refused(tmp_path_factory, out.getvalue().encode("utf-8", "surrogatepass"))


def given_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(content)
    figures, faults = None, ()
    try:
        figures = read_local(file)
    except BadInput as wrong:
        faults = wrong.faults
    assert (figures is None) == bool(faults)
    assert all(fault.rule and fault.advice for fault in faults)
    if figures is not None:
        assert figures.figures
        assert all(0 <= each.amount.low <= each.amount.high for each in figures.figures)


# What is understood

UNDERSTOOD = [
    ("1,415", Unit.PEOPLE, 1415),
    ("1415.0", Unit.PEOPLE, 1415),
    ("\u00a01415 ", Unit.PEOPLE, 1415),
    ("£1,342,000", Unit.POUNDS, 1342000),
    ("93%", Unit.SHARE, 0.93),
    ("0.93", Unit.SHARE, 0.93),
    ("6.3", Unit.DAYS, 6.3),
]


@pytest.mark.parametrize(("text", "unit", "number"), UNDERSTOOD)
def test_numbers_are_understood_as_people_write_them(text, unit, number):
    assert amount(text, unit) == Amount.exactly(number)


@pytest.mark.parametrize("text", ["*", "s", "[c]", "<5", "< 5", "<=4", "under 5", "fewer than 5"])
def test_a_suppressed_number_is_any_under_the_bound(text):
    hidden = amount(text, Unit.PEOPLE)
    assert (hidden.low, hidden.high, hidden.mean) == (0, 4, 2)
    assert hidden.variance == pytest.approx(np.var(range(5)))


PERIODS = [
    ("2008-09", Period(2008)),
    ("2008/09", Period(2008)),
    ("2008–2009", Period(2008)),
    ("1999-00", Period(1999)),
    ("2008-09 Q3", Period(2008, 3)),
    ("q3 2008-09", Period(2008, 3)),
    ("Sep-08", Period(2008, None, was_a_date=True)),
    ("Dec-11", Period(2011, None, was_a_date=True)),
]


@pytest.mark.parametrize(("text", "told"), PERIODS)
def test_periods_are_understood_as_people_and_spreadsheets_write_them(text, told):
    assert period(text) == told


@pytest.mark.parametrize(
    "text", ["Q1 2008-09 Q1", "2008-9", "08-09", "2008-09-01", "٢٠٠٨-٠٩", "n/a"]
)
def test_what_is_no_period_is_refused(text):
    assert isinstance(period(text), Wrong)


SAVED = {
    "with a mark": ("utf-8-sig", ",", "\r\n"),
    "semicolons": ("utf-8", ";", "\r\n"),
    "Unicode text": ("utf-16", "\t", "\r\n"),
    "an old Macintosh": ("utf-8", ",", "\r"),
}


@pytest.mark.parametrize(("encoding", "delimiter", "ends"), SAVED.values(), ids=SAVED)
def test_a_file_reads_alike_however_a_spreadsheet_saves_it(read, encoding, delimiter, ends):
    rows = (HEADING, SIZE, '2008-09,allocation_gbp,,"£2,503,355"', ",,,", "# a remark,,,")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ends)
    writer.writerows(csv.reader(rows))
    told = amounts(read(out.getvalue().encode(encoding)))
    assert told == {
        ("in_contact", "all", 2008): Amount.exactly(1415),
        ("allocation_gbp", "all", 2008): Amount.exactly(2503355),
    }


def test_a_line_without_a_number_is_left_out_and_noted(read):
    figures = read(lines(SIZE, "2008-09,deaths,all,", "2008-09,kept_12_weeks_share,all,*"))
    assert len(figures.figures) == 1
    assert [note[:7] for note in figures.notes] == ["Line 3:", "Line 4:"]


def test_a_year_that_a_spreadsheet_made_a_date_is_noted(read):
    figures = read(lines("Sep-08,in_contact,all,1415", "Sep-08,deaths,all,3"))
    assert figures.years == (2008,)
    (note,) = figures.notes
    assert "Sep-08 was read as 2008-09" in note


def test_a_partnership_is_named_by_its_lines_or_else_by_its_file(read):
    assert read(lines(SIZE), "tower_hamlets.csv").partnership == "tower hamlets"
    assert read(lines(SIZE), "=1+1.csv").partnership == "Our area"
    told = read(lines(f"Dudley,{SIZE}", heading=f"partnership,{HEADING}"))
    assert told.partnership == "Dudley"
    assert told.title == "the area's own figures, figures.csv"


# Quarters and groups


def quarters(measure, *values, year="2008-09"):
    return [f"{year} Q{q},{measure},all,{value}" for q, value in enumerate(values, 1)]


def test_quarters_of_a_flow_add_up(read):
    told = amounts(read(lines(SIZE, *quarters("planned_exits", 40, 41, 42, 43))))
    assert told["planned_exits", "all", 2008] == Amount.exactly(166)


def test_three_quarters_are_left_out_and_told(read):
    figures = read(lines(SIZE, *quarters("planned_exits", 40, 41, 42)))
    assert {each.of.measure for each in figures.figures} == {"in_contact"}
    assert figures.notes == ("planned_exits, 2008-09: three of four quarters, so left out.",)


def test_a_stock_takes_the_last_quarter(read):
    figures = read(lines(SIZE, *quarters("in_treatment", 800, 810, 820, 830)))
    assert amounts(figures)["in_treatment", "all", 2008] == Amount.exactly(830)
    figures = read(lines(SIZE, *quarters("in_treatment", 800, 810)))
    assert "quarter 4 is not given, so left out" in figures.notes[0]


def test_a_suppressed_quarter_widens_the_year(read):
    told = amounts(read(lines(SIZE, *quarters("planned_exits", 40, "*", 42, "<5"))))
    year = told["planned_exits", "all", 2008]
    assert (year.low, year.high, year.mean) == (82, 90, 86)
    sums = [40 + a + 42 + b for a in range(5) for b in range(5)]
    assert year.variance == pytest.approx(np.var(sums))
    assert year.mean == np.mean(sums)


def test_four_suppressed_quarters_are_a_bound_on_the_year(read, baseline):
    figures = read(lines(SIZE, *quarters("re_presentations", "*", "*", "*", "*")))
    (target,) = [
        t for t in area_targets(figures, baseline).targets if t.measure == "re_presentations"
    ]
    assert target.value is None
    assert target.below == 17


def test_problem_drug_users_beside_all_leave_the_others(read):
    told = amounts(read(lines(SIZE, "2008-09,in_contact,pdu,1200")))
    assert told["in_contact", "other", 2008] == Amount.exactly(215)
    assert not [group for _, group, _ in told if group == "pdu"]
    told = amounts(read(lines("2008-09,in_contact,pdu,1200", "2008-09,in_contact,other,<5")))
    assert told["in_contact", "all", 2008] == Amount(1200, 1204, 1202, 2)


def test_what_a_part_leaves_is_never_below_nothing():
    left = Amount.exactly(3).less(Amount.below(5))
    assert (left.low, left.high) == (0, 3)
    assert left.mean == 1


def test_every_figure_that_can_be_observed_has_a_kind():
    assert set(observe.names()) - set(KINDS) == {"counted_by_formula"}
    last = {name for name, kind in KINDS.items() if kind.quarters is Quarters.LAST}
    assert {"in_treatment", "waiting", "pdu_in_need"} <= last
    assert KINDS["in_contact"].quarters is Quarters.PERSONS
    assert KINDS["mean_wait_days"].quarters is Quarters.SHARE


# The template


def test_the_template_is_refused_until_its_examples_are_taken_out(tmp_path):
    file = tmp_path / "ours.csv"
    treatment_sim("template", "--out", file)
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfpartnership,period,measure,group,value,source\r\n")
    told = refused("check", file)
    assert len(told) == len(template.EXAMPLES)
    assert all("take out the examples of the template" in fault for fault in told)
    told = (tmp_path / "ours_columns.txt").read_text(encoding="utf-8")
    assert all(name in told for name in (*KINDS, *COLUMNS))


def test_the_examples_are_figures_once_they_are_ones_own(read):
    text = template.template().replace("EXAMPLE,", "Dudley,")
    figures = read(text)
    assert figures.partnership == "Dudley"
    assert len(figures.figures) == 2  # the quarter is one of four
    assert len(figures.notes) == 1


def test_the_template_is_printed_and_never_overwrites(tmp_path):
    told = treatment_sim("template")
    assert told.stdout.splitlines()[0] == ",".join(COLUMNS)
    assert "Measures" in told.stderr
    file = tmp_path / "ours.csv"
    file.write_text("mine")
    (fault,) = refused("template", "--out", file)
    assert "must be a new file" in fault
    assert file.read_text() == "mine"
    (fault,) = refused("template", "--out", tmp_path / "ours.xlsx")
    assert "must end in .csv" in fault
    (fault,) = refused("template", "--out", tmp_path / "none" / "ours.csv")
    assert "must be a file that can be written" in fault


@pytest.mark.parametrize("cell", ["=1+1", "+1-1", "-x", "@x", "\t=1", "\r=1"])
def test_no_cell_that_is_written_is_a_formula(cell):
    (_, row) = csv.reader(io.StringIO(template.as_csv([["head"], [cell]]), newline=""))
    assert row == [f"'{cell}"]


def test_check_takes_figures_beside_scenarios(tmp_path):
    file, wrong = tmp_path / "dudley.csv", tmp_path / "wrong.csv"
    file.write_text(lines(SIZE, "2009-10 Q1,referrals,all,9"), encoding="utf-8")
    wrong.write_text(lines("2008/9,in_contact,all,1415"), encoding="utf-8")
    told = treatment_sim("check", file, wrong, "baseline_2008")
    assert told.exit_code == 2
    assert f"{file}: OK: dudley (1 figure, 2008-09)" in told.stdout
    assert "one of four quarters, so left out" in told.stdout
    assert "baseline_2008: OK" in told.stdout
    assert f"{wrong}:2: period must be" in told.stderr.replace("\n", "")


# The area


@pytest.fixture(autouse=True)
def a_quick_reference(monkeypatch):
    """Few replications of the baseline, but for `half`, which looks at how near an area comes."""
    monkeypatch.setattr(reference, "REPLICATIONS", 2)


@lru_cache
def counted(scenario_yaml):
    """What the area's scenario gives, on average of a few replications."""
    scenario = load(scenario_yaml)
    wanted = [
        Figure(measure, group, 0)
        for measure in ("in_contact", "new_presentations", "in_treatment")
        for group in (*scenario.world.groups, "all")
    ]
    means = observed(scenario, wanted, 5, range(4)).mean(axis=0)
    return {(f.measure, f.group): float(m) for f, m in zip(wanted, means, strict=True)}


HALF = {"in_contact": 680, "new_presentations": 290, "in_treatment": 440}


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    """Half of the baseline, as a file and its scenario."""
    folder = tmp_path_factory.mktemp("half")
    file = folder / "half.csv"
    rows = [f"2008-09,{measure},all,{number}" for measure, number in HALF.items()]
    file.write_text(lines(*rows), encoding="utf-8")
    figures = read_local(file)
    scenario = area_scenario(figures, load("baseline_2008"))
    write(scenario, folder / "area.yaml")
    return figures, scenario, folder / "area.yaml"


@pytest.mark.slow
def test_an_area_of_half_the_clients_has_half_the_people(half, baseline):
    _, scenario, _ = half
    for group, past in scenario.history.groups.items():
        before = baseline.history.groups[group]
        assert past.in_treatment.people == pytest.approx(before.in_treatment.people / 2, rel=0.05)
        assert past.never_treated == pytest.approx(before.never_treated / 2, rel=0.05)
        need = scenario.world.groups[group].need
        assert need.onset_per_year == pytest.approx(
            baseline.world.groups[group].need.onset_per_year / 2, rel=0.05
        )


def test_an_area_counts_about_what_its_figures_say(half):
    _, _, file = half
    told = counted(file)
    for measure, number in HALF.items():
        assert told[measure, "all"] == pytest.approx(number, rel=0.06)


def test_an_area_is_a_whole_scenario_that_reads_back(half):
    _, scenario, file = half
    assert load(file) == scenario
    assert gaps(scenario) == []
    assert outside_range(scenario) == []


def test_money_and_place_in_the_formula_are_in_proportion(half, baseline):
    _, scenario, _ = half
    (area,) = scenario.partnerships.values()
    assert area.need_index == area.old_share_weight == pytest.approx(0.5, rel=0.05)
    assert scenario.world.fixed_overhead_gbp == pytest.approx(325_000, rel=0.05)
    local = scenario.funding.streams["local_mainstream"].amount_gbp
    assert local == pytest.approx(671_000, rel=0.05)
    run = Run(scenario, 1, 0)
    run.live_year()
    run.live_year()
    first, second = (money.allocation_gbp for money in run.partnerships[0].money)
    assert first == pytest.approx(1_250_000, rel=0.05)
    assert second == pytest.approx(first, rel=0.1)


def test_the_others_stay_as_they_were(half, baseline):
    _, scenario, _ = half
    assert scenario.formula.rest == baseline.formula.rest
    assert scenario.formula.pot_gbp == baseline.formula.pot_gbp
    assert scenario.formula.floor_share == baseline.formula.floor_share


def test_a_small_area_starts_as_it_is_paid_and_not_at_the_floor_of_others(read, baseline):
    """The others' last allocation is the average; a floor on it would lift a small area to nine tenths."""
    figures = read(lines("2008-09,in_contact,all,142", "2008-09,allocation_gbp,all,240000"))
    scenario = area_scenario(figures, baseline)
    run = Run(scenario, 1, 0)
    run.live_year()
    assert run.partnerships[0].money[0].allocation_gbp == pytest.approx(240_000, rel=0.01)


def test_groups_are_as_large_as_their_own_figures(read, baseline):
    figures = read(lines("2008-09,in_contact,all,1415", "2008-09,in_contact,other,430"))
    past = area_scenario(figures, baseline).history.groups
    before = baseline.history.groups
    ratio = {
        group: past[group].in_treatment.people / before[group].in_treatment.people for group in past
    }
    assert ratio["other"] > 1.8
    assert ratio["opiate"] == pytest.approx(ratio["crack"], rel=0.03)
    assert 0.8 < ratio["opiate"] < 0.95


def test_more_presentations_mean_more_need_and_not_more_stock(read, baseline):
    rows = ("2008-09,in_treatment,all,880", "2008-09,in_contact,all,1415")
    usual = area_scenario(read(lines(*rows, "2008-09,new_presentations,all,580")), baseline)
    more = area_scenario(read(lines(*rows, "2008-09,new_presentations,all,700")), baseline)
    for group in baseline.world.groups:
        assert (
            more.world.groups[group].need.onset_per_year
            > usual.world.groups[group].need.onset_per_year
        )
        assert more.history.groups[group].in_treatment == usual.history.groups[group].in_treatment


def test_what_moves_is_of_a_group_that_has_figures(read, baseline):
    figures = read(lines("2008-09,in_treatment,crack,60", "2008-09,new_presentations,crack,50"))
    targets = area_targets(figures, area_scenario(figures, baseline))
    paths = [path for each in targets.fit for path in each.paths]
    assert paths
    assert not [path for path in paths if ".opiate." in path and ".crack." not in path]


def test_money_that_is_given_is_taken(read, baseline):
    money = ("2008-09,allocation_gbp,all,£3100000", "2008-09,local_money_gbp,all,900000")
    scenario = area_scenario(
        read(lines(SIZE, *money, "2010-11,local_money_gbp,all,800000")), baseline
    )
    local = scenario.funding.streams["local_mainstream"].amount_gbp
    assert local == (900_000, 900_000, 800_000, 800_000, 800_000)
    assert scenario.funding.price_year == "2008-09 (the area's money in cash of 2008-09 to 2010-11)"
    (area,) = scenario.partnerships.values()
    assert area.old_share_weight > 1
    assert scenario.history.allocation_gbp == baseline.history.allocation_gbp
    run = Run(scenario, 1, 0)
    run.live_year()
    assert run.partnerships[0].money[0].allocation_gbp == pytest.approx(3_100_000, rel=0.001)
    assert gaps(scenario) == []


def test_an_allocation_that_no_need_explains_is_said(read, baseline):
    scenario = area_scenario(read(lines(SIZE, "2008-09,allocation_gbp,all,200000")), baseline)
    assert "where £200,000 was recorded, whatever the need" in scenario.description


def test_years_outside_move_the_run_and_keep_the_rule_of_the_calendar(read, baseline):
    rows = [f"{year},in_contact,all,1415" for year in ("2010-11", "2011-12", "2013-14")]
    scenario = area_scenario(read(lines(*rows)), baseline)
    assert (scenario.first_year, scenario.years) == (2010, 5)
    assert scenario.formula.phase_in_share == (1.0,) * 5
    assert scenario.formula.pot_gbp == (381_300_000,) * 5
    assert scenario.history.allocation_gbp != baseline.history.allocation_gbp
    grown = baseline.formula.rest.reference_activity["opiate"] * 0.994**2
    assert scenario.formula.rest.reference_activity["opiate"] == pytest.approx(grown, rel=1e-5)
    assert "starts in 2010-11 and not in 2008-09" in scenario.description
    assert gaps(scenario) == []
    earlier = area_scenario(read(lines("2006-07,in_contact,all,1415")), baseline)
    assert earlier.first_year == 2006
    assert earlier.formula.phase_in_share == (0.333333, 0.333333, 0.333333, 0.666667, 1.0)


def test_years_inside_leave_the_run_where_it_is(read, baseline):
    scenario = area_scenario(read(lines("2010-11,in_contact,all,1415")), baseline)
    assert (scenario.first_year, scenario.years) == (2008, 5)
    assert scenario.formula.phase_in_share == baseline.formula.phase_in_share


def test_several_partnerships_and_unknown_groups_are_no_beginning(read, baseline):
    figures = read(lines(SIZE, "2008-09,in_contact,crack,70"))
    with pytest.raises(BadInput, match="must have one partnership, got 8"):
        area_scenario(figures, load("eight_park"))
    file = read(lines(SIZE))
    renamed = figures.figures[1].of._replace(group="alcohol")
    unknown = replace(file, figures=(replace(figures.figures[1], of=renamed), *file.figures))
    with pytest.raises(BadInput, match="must be a group of the scenario, got alcohol"):
        area_scenario(unknown, baseline)


# The aims

FULL = (
    *(f"2008-09,{measure},all,{number}" for measure, number in HALF.items()),
    *(f"2009-10,{measure},all,{number}" for measure, number in HALF.items()),
    "2008-09,in_contact,other,100",
    "2008-09,new_presentations,other,85",
    "2009-10,new_presentations,other,80",
    "2008-09,planned_exits,all,80",
    "2008-09,kept_12_weeks_share,all,76%",
    "2008-09,waited_3_weeks_or_less_share,all,93%",
    "2009-10,in_treatment_over_2_years_share,opiate,40%",
    "2008-09,re_presentations,all,8",
    "2008-09,re_presentations,crack,*",
    "2009-10,pdu_in_need,all,1000",
    "2008-09,allocation_gbp,all,1250000",
    "2007-08,allocation_gbp,all,1240000",
    "2008-09,local_money_gbp,all,670000",
)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    file = tmp_path_factory.mktemp("full") / "full.csv"
    file.write_text(lines(*FULL), encoding="utf-8")
    figures = read_local(file)
    scenario = area_scenario(figures, load("baseline_2008"))
    return scenario, area_targets(figures, scenario)


@pytest.mark.slow
def test_the_aims_can_be_fitted_in_the_area(full):
    scenario, targets = full
    whole = aim(targets, scenario)
    assert targets.mean_of_partnerships == 1
    assert not targets.rest_is_alike
    middle = tuple((low + high) / 2 for low, high in zip(whole.low, whole.high, strict=True))
    moved = with_values(scenario, whole.values(middle))
    assert np.isfinite(observed(moved, whole.figures, 1, [0])).any()


def test_every_range_holds_the_value_that_it_begins_with(full):
    scenario, targets = full
    whole = aim(targets, scenario)
    data = as_dict(scenario)
    for fitted, low, high in zip(targets.fit, whole.low, whole.high, strict=True):
        for path in fitted.paths:
            assert low <= at(data, resolved(path, data)) <= high, path


def test_money_is_kept_to_test_the_fit_and_what_decides_it_is_no_aim(full):
    _, targets = full
    money = {t.measure: t.use for t in targets.targets if t.measure.endswith("_gbp")}
    assert money == {"allocation_gbp": "test"}
    assert {t.year for t in targets.targets} == {"2008-09", "2009-10"}


def test_uncertainty_is_a_recording_error_and_what_is_suppressed(full):
    _, targets = full
    told = {(t.measure, t.group, t.year): t for t in targets.targets}
    assert told["in_contact", "all", "2008-09"].uncertainty == pytest.approx(0.02 * 680)
    assert told["kept_12_weeks_share", "all", "2008-09"].uncertainty == 0.01
    assert told["re_presentations", "all", "2008-09"].uncertainty == 0.5
    assert told["pdu_in_need", "all", "2009-10"].uncertainty == 150
    assert told["re_presentations", "crack", "2008-09"].below == 5


def test_a_suppressed_quarter_makes_the_year_less_certain(read, baseline):
    rows = (SIZE, *quarters("planned_exits", 40, "*", 42, "*"))
    contact, exits = area_targets(read(lines(*rows)), baseline).targets
    assert contact.uncertainty == pytest.approx(0.02 * 1415)
    assert exits.value == 86
    assert exits.uncertainty == pytest.approx((1.72**2 + 2 + 2) ** 0.5, rel=1e-3)


def test_a_figure_with_a_source_is_published_and_one_without_is_not(read, baseline):
    rows = (f"{SIZE},NDTMS 2009", "2008-09,deaths,all,30,")
    figures = read(lines(*rows, heading=f"{HEADING},source"))
    contact, deaths = area_targets(figures, baseline).targets
    assert (contact.grade, deaths.grade) == ("published", "unverified")
    assert contact.source.startswith("NDTMS 2009; the area's own figures, ")


def names(*rows):
    return [fitted.name.partition(":")[0] for fitted in rows]


def test_assumptions_move_where_the_figures_say_something(read, full, baseline):
    _, targets = full
    moving = names(*targets.fit)
    assert moving[:3] == [
        "In treatment on day 0",
        "Never treated on day 0",
        "Ready clients are kept",
    ]
    assert {"Drop-out", "First seeking", "Readiness", "Relapse", "Assessment"} <= set(moving)
    decisions = [fitted for fitted in targets.fit if fitted.is_decision]
    assert len(decisions) == 1
    assert "full.csv" in decisions[0].why
    alone = area_targets(read(lines(SIZE)), baseline)
    assert names(*alone.fit) == ["In treatment on day 0"]


def test_need_and_how_soon_it_is_sought_move_together_only_with_figures_of_two_years(
    read, baseline
):
    one = ("2008-09,new_presentations,all,580", "2008-09,referrals,all,760", SIZE)
    two = ("2009-10,new_presentations,all,570", *one)
    assert "First seeking" not in names(*area_targets(read(lines(*one)), baseline).fit)
    assert "First seeking" in names(*area_targets(read(lines(*two)), baseline).fit)


def test_never_more_assumptions_move_than_there_are_figures(read, baseline):
    rows = ("2008-09,treatment_system_exits_share,all,30%", "2008-09,new_presentations,other,160")
    targets = area_targets(read(lines(*rows)), baseline)
    assert len(targets.fit) == len(targets.targets) == 2


def test_a_delay_by_year_does_not_move(read, baseline):
    base = with_values(baseline, {"plan.move_on_delay_days.opiate": [0.0, 1.0, 2.0, 3.0, 4.0]})
    figures = read(lines(SIZE, "2008-09,planned_exits,all,160"))
    assert not [fitted for fitted in area_targets(figures, base).fit if fitted.is_decision]
