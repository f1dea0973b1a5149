"""Draws of assumptions: written and read the same, refused by line, and one world for each replication."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import tiny_queue, two_groups

from simulator import replicate
from simulator.errors import BadInput
from simulator.scenario import as_dict, load
from simulator.scenario.draws import Draws, draws_text, read_draws, with_values

ONSET = "world.groups.opiate.need.onset_per_year"
STAY = "world.groups.opiate.treatment.drop_out.scale_days"
NEVER_TREATED = "history.groups.opiate.never_treated"
THREE = Draws("three", (ONSET, STAY), ((100.0, 7.0), (200.0, 3.5), (300.25, 14.0)))
SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def small():
    return tiny_queue("years=1", f"{ONSET}=150")


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "draws.csv"


def refused(file, text, scenario):
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as told:
        read_draws(file.name, scenario)
    return [str(fault) for fault in told.value.faults]


# The file


def test_what_is_written_is_read_the_same(file, small):
    file.write_text(draws_text(THREE))
    read = read_draws(file, small)
    assert (read.paths, read.rows, read.name) == (THREE.paths, THREE.rows, "draws")
    assert draws_text(read) == draws_text(THREE)


@settings(SHARED_FOLDER, max_examples=25)
@given(values=st.lists(st.floats(0, 1e6), min_size=1, max_size=8))
def test_values_keep_ten_digits(file, small, values):
    draws = Draws("draws", (ONSET,), tuple((value,) for value in values))
    file.write_text(draws_text(draws))
    read = read_draws(file, small)
    assert [row[0] for row in read.rows] == pytest.approx(values, rel=1e-9, abs=1e-300)


def test_spaces_blank_lines_and_a_mark_at_the_beginning_are_no_matter(file, small):
    file.write_text(f"\ufeff {ONSET} , {STAY}\n\n100, 7\n\n\n200,3.5\n", encoding="utf-8")
    assert read_draws(file, small).rows == ((100.0, 7.0), (200.0, 3.5))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["draws.csv: the file must have a line of names and at least one draw, got 0 lines"]),
        (f"{ONSET}\n", ["got 1 lines"]),
        (f"{ONSET},{ONSET}\n1,2\n", ["draws.csv:1: " + ONSET + " must be named once", "column 2"]),
        (f"\n{ONSET}s\n1\n", ["draws.csv:2", "be an assumption of the scenario", "did you mean"]),
        (",\n1,2\n", ["draws.csv:1: a name must be an assumption", "a name must be named once"]),
        (
            "plan.stretch_share\n0.1\n",
            ["plan.stretch_share must be an assumption of the scenario", "leave the column out"],
        ),
        ("partnerships.Area.need_index\n1\n", ["must be an assumption of the scenario"]),
        ("years\n2\n", ["years must be an assumption of the scenario"]),
        ("first_year\n2\n", ["first_year must be an assumption of the scenario"]),
        ("world.groups\n2\n", ["be a number in the scenario"]),
        ("world.groups.opiate.is_pdu\n1\n", ["be a number in the scenario"]),
        (f"{ONSET}\n1\n\nmany\n", ["draws.csv:4: " + ONSET + " must be a number, got 'many'"]),
        (f"{ONSET}\nnan\ninf\n", ["draws.csv:2", "draws.csv:3"]),
        (f"{ONSET},{STAY}\n1,7\n2\n3,7,9\n", ["draws.csv:3: the draw must have 2 values", ":4:"]),
        (
            f"{ONSET},{STAY}\n1,7\n-1,7\n2,0\n",
            [
                f"draws.csv:3: {ONSET} must be a number of at least 0, got -1",
                f"draws.csv:4: {STAY} must be a number above 0, got 0",
            ],
        ),
        (f'{ONSET}\n"{"1" * 200_000}"\n', ["must be CSV", "save it as plain CSV"]),
    ],
)
def test_every_fault_is_told_at_once_by_line(file, small, text, faults):
    told = "\n".join(refused(file, text, small))
    for fault in faults:
        assert fault in told


def test_faults_of_names_and_of_values_are_told_together(file, small):
    told = refused(file, f"{ONSET},plan.priority\nx,1\n2\n", small)
    assert [fault.split(" must ")[0] for fault in told] == [
        "draws.csv:1: plan.priority",
        f"draws.csv:2: {ONSET}",
        "draws.csv:3: the draw",
    ]


def test_a_file_that_is_not_there_is_refused(file, small):
    with pytest.raises(BadInput, match="exist"):
        read_draws(file, small)


@settings(SHARED_FOLDER, max_examples=150)
@given(
    text=st.text(max_size=120)
    | st.lists(
        st.sampled_from([ONSET, STAY, "plan", ",", "\n", "\r", '"', "1", "-2", "1e999", ".", " "]),
        max_size=30,
    ).map("".join)
)
def test_any_text_is_read_or_refused(file, small, text):
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_draws(file.name, small)
    except BadInput as told:
        for fault in told.faults:
            assert fault.where.startswith("draws.csv")
            assert fault.name
            assert fault.advice
            assert str(fault).isprintable()


# What a draw changes


def test_a_value_is_written_where_it_belongs_and_nothing_else_moves(small):
    before, after = as_dict(small), as_dict(with_values(small, {ONSET: 12.5}))
    assert after["world"]["groups"]["opiate"]["need"].pop("onset_per_year") == 12.5
    before["world"]["groups"]["opiate"]["need"].pop("onset_per_year")
    assert after == before


def test_people_are_whole(small):
    changed = with_values(small, {NEVER_TREATED: 12.6, "world.fixed_overhead_gbp": 99.4})
    assert changed.history.groups["opiate"].never_treated == 13
    assert changed.world.fixed_overhead_gbp == 99


def test_a_lever_moves_in_every_partnership_that_has_no_value_of_its_own():
    both = load("eight_park", ["years=2", "formula.pot_gbp=20026845", "formula.phase_in_share=1.0"])
    first, *others = both.partnerships
    data = as_dict(both)
    data["partnerships"][first]["plan"]["stretch_share"] = 0.33
    mixed = type(both).model_validate(data)
    moved = with_values(mixed, {"plan.stretch_share": 0.2})
    assert moved.plan.stretch_share == 0.2
    assert moved.partnerships[first].plan.stretch_share == 0.33
    assert {moved.partnerships[name].plan.stretch_share for name in others} == {0.2}


def test_a_lever_by_group_moves_in_its_group():
    baseline = load("baseline_2008")
    moved = with_values(baseline, {"plan.move_on_delay_days.other": 77.0})
    (partnership,) = moved.partnerships.values()
    assert partnership.plan.move_on_delay_days == moved.plan.move_on_delay_days
    assert moved.plan.move_on_delay_days["other"] == 77.0
    assert moved.plan.move_on_delay_days["opiate"] == baseline.plan.move_on_delay_days["opiate"]


@pytest.mark.parametrize("name", ["", "nothing", f"{ONSET}.more", "world..x"])
def test_a_name_that_is_not_there_is_refused(small, name):
    with pytest.raises(BadInput, match="must be an assumption"):
        with_values(small, {name: 1.0})


def test_a_value_that_may_not_stand_there_is_refused(small):
    with pytest.raises(BadInput) as told:
        with_values(small, {ONSET: -1.0, STAY: 0.0})
    assert [fault.name for fault in told.value.faults] == [ONSET, STAY]
    assert "at least 0" in told.value.faults[0].rule


# Runs in the worlds of draws


def worlds_of(scenario, seed):
    """Each draw's world, run by itself under one number."""
    return [
        [
            replicate.run([with_values(scenario, THREE.of(d))], 1, seed, 1, first=r)[0]
            for d in range(3)
        ]
        for r in range(5)
    ]


def test_replication_r_lives_in_draw_r_round_and_round(small, seed):
    (sample,) = replicate.run([small], 5, seed, workers=1, draws=THREE)
    for r, each in enumerate(worlds_of(small, seed)):
        same = [np.array_equal(sample.values[r], one.values[0], equal_nan=True) for one in each]
        assert same == [draw == r % 3 for draw in range(3)]
    assert sample.holds == "chance and assumptions"
    assert replicate.run([small], 1, seed, 1)[0].holds == "chance alone"


def test_draws_give_the_same_bytes_for_any_number_of_workers(small, seed):
    plans = [small, with_values(small, {"plan.stretch_share": 0.5})]
    one, two = (replicate.run(plans, 12, seed, workers, draws=THREE) for workers in (1, 2))
    for ours, theirs in zip(one, two, strict=True):
        assert ours.values.tobytes() == theirs.values.tobytes()
        assert ours.inputs == theirs.inputs


def test_a_plan_is_compared_in_the_same_worlds(small, seed):
    """With money for everybody stretching changes nothing, in whatever world."""
    plans = [small, with_values(small, {"plan.stretch_share": 0.5})]
    compared = replicate.compare(plans, 4, seed, 1, draws=THREE)
    assert np.nan_to_num(compared.difference(compared.others[0])).any() == np.False_
    assert len({row.tobytes() for row in compared.baseline.values}) == 4


@pytest.mark.parametrize("draws", [None, THREE])
def test_two_halves_are_the_whole(small, seed, draws):
    (whole,) = replicate.run([small], 9, seed, 1, draws=draws)
    (begun,) = replicate.run([small], 4, seed, 1, draws=draws)
    (rest,) = replicate.run([small], 5, seed, 1, first=4, draws=draws)
    both = np.concatenate([begun.values, rest.values])
    assert both.tobytes() == whole.values.tobytes()
    assert begun.inputs + rest.inputs == whole.inputs


def test_a_draw_that_cannot_be_is_refused_by_a_run(seed):
    broken = Draws("broken", (ONSET,), ((-1.0,),))
    with pytest.raises(BadInput, match="at least 0"):
        replicate.run([two_groups("years=1")], 1, seed, 1, draws=broken)
