"""How many replications a precision takes: the rule on numbers whose mean is known, and on runs, to the byte."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from tiny import a_tenth_of, changed
from typer.testing import CliRunner

import simulator as sim
from simulator import cli, outputs, printing, replicate
from simulator.errors import BadInput
from simulator.precision import PILOT, Attained, Known, Precision, asked, growing, instead_of
from simulator.precision.stopping import (
    CONFIRMED_BY,
    GROWTH,
    enough_after,
    half_width_shares,
    next_count,
)
from simulator.scenario.draws import Draws

COMPLETE = str(Path(__file__).parent / "broken" / "complete.yaml")


def treatment_sim(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


def faults_of(function, *arguments, **named):
    with pytest.raises(BadInput) as refused:
        function(*arguments, **named)
    return [str(fault) for fault in refused.value.faults]


def alone(values):
    """One column."""
    return np.array(values, dtype=float)[:, np.newaxis]


def grown(draw, share, most=5000):
    """Columns that a source of numbers gives until the rule is content."""
    values = draw(PILOT)
    while (count := next_count(values, [values], share, most)) > len(values):
        values = np.vstack([values, draw(count - len(values))])
    return values


# How well a mean is known


def test_a_precision_is_half_the_interval_of_the_mean_over_the_mean():
    values = alone([90, 100, 107, 103, 95, 111])
    half = student.ppf(0.975, 5) * values.std(ddof=1) / math.sqrt(6)
    (share,) = half_width_shares(values, [values])
    assert share == pytest.approx(half / values.mean())


def test_a_difference_is_measured_against_the_larger_of_the_two_means():
    baseline, other = (
        np.array([[200, 0.0], [210, 0], [190, 0]]),
        np.array([[199, 9.0], [210, 10], [191, 11]]),
    )
    for levels in ([baseline, other], [other, baseline]):
        shares = half_width_shares(other - baseline, levels)
        assert shares == pytest.approx(student.ppf(0.975, 2) / math.sqrt(3) / np.array([200, 10]))


def test_what_does_not_vary_is_known_and_what_cannot_be_told_is_not():
    nan = math.nan
    values = np.array([[7.0, 0.0, nan, nan, -1.0], [7.0, 0.0, 3.0, nan, 1.0]])
    levels = np.where(np.arange(5) == 4, 0.0, values)
    shares = half_width_shares(values, [levels])
    assert shares[:3].tolist() == [0, 0, math.inf]  # constant, nothing, one value alone
    assert math.isnan(shares[3])  # no value
    assert shares[4] == math.inf  # a share of nothing


def test_missing_values_are_left_out():
    there = alone([90, 100, 107])
    with_gaps = alone([math.nan, 90, 100, math.nan, 107])
    assert half_width_shares(with_gaps, [with_gaps]) == half_width_shares(there, [there])


# When there are enough


def test_what_never_varies_takes_the_pilot_and_its_confirmation():
    values = grown(lambda count: np.full((count, 3), 8.0), 0.01)
    assert len(values) == PILOT + CONFIRMED_BY


@pytest.mark.parametrize(
    ("met", "enough"), [(10, 15), (60, 65), (100, 105), (101, 107), (400, 420)]
)
def test_a_precision_is_confirmed_by_five_or_by_five_in_a_hundred(met, enough):
    assert enough_after(met) == enough


@pytest.mark.slow
def test_the_interval_at_stopping_holds_the_mean_about_as_often_as_it_says():
    """A rule that stops when it first may loses up to five points; this one is to lose less than two."""
    rng = np.random.default_rng(20080401)
    held = trials = 0
    for spread in (0.03, 0.05, 0.07):  # of a mean of 1: about 9, 25 and 48 are needed
        for _ in range(1000):
            values = grown(lambda count: rng.normal(1, spread, (count, 1)), 0.02)  # noqa: B023
            _, low, high, _ = replicate.paired(values)
            held += bool(low[0] <= 1 <= high[0])
            trials += 1
    assert held / trials > 0.93
    error = math.sqrt(0.95 * 0.05 / trials)
    assert held / trials < 0.95 + 3.3 * error


@pytest.mark.parametrize("spread", [0.1, 0.15])
def test_the_rule_takes_about_as_many_as_the_spread_asks_for(spread):
    rng = np.random.default_rng(1)
    taken = [len(grown(lambda n: rng.normal(1, spread, (n, 1)), 0.02)) for _ in range(60)]
    needed = (1.96 * spread / 0.02) ** 2
    assert needed < np.mean(taken) < 1.25 * needed


def test_every_column_must_be_known():
    rng = np.random.default_rng(1)
    values = grown(lambda n: rng.normal(1, [0.01, 0.1, 0.02], (n, 3)), 0.02)
    assert np.all(half_width_shares(values, [values]) <= 0.02)
    assert len(values) > 80


def test_a_lucky_streak_is_not_believed():
    """Ten that are alike by chance, among numbers that are not."""
    lucky = np.resize([1.0, 1.01], 10)
    restless = np.resize([0.5, 1.5], 500)
    stream = alone([*lucky, *restless])
    values, at = stream[:PILOT], [PILOT]
    while (count := next_count(values, [values], 0.05, 200)) > len(values):
        values = stream[:count]
        at.append(count)
    assert half_width_shares(stream[:PILOT], [stream[:PILOT]])[0] < 0.05
    assert at[-1] == 200


def test_what_was_met_and_lost_again_begins_anew():
    """Met at 10 and at 15, but not at 13: only from the last time on does it count."""
    values = alone([*np.resize([0.98, 1.02], 11), 1.2, 0.8, *np.resize([0.98, 1.02], 60)])
    met = [
        count
        for count in range(PILOT, len(values) + 1)
        if half_width_shares(values[:count], [values[:count]])[0] <= 0.025
    ]
    assert met[0] == PILOT
    again = next(n for n in met if n > 13)
    assert not set(range(12, again)) & set(met)
    assert next_count(values[: again + 3], [values[: again + 3]], 0.025) == enough_after(again)
    done = enough_after(again)
    assert next_count(values[:done], [values[:done]], 0.025) == done


@given(
    st.lists(st.floats(0, 1e6), min_size=PILOT, max_size=60),
    st.floats(1e-6, 0.9),
    st.integers(PILOT, 100),
)
def test_a_step_never_shrinks_nor_more_than_doubles_nor_passes_the_most(numbers, share, most):
    values = alone(numbers)
    count = next_count(values, [values], share, most)
    assert count >= len(values)
    assert count <= max(len(values), min(most, max(GROWTH * len(values), enough_after(PILOT))))


def test_an_empty_column_is_no_reason_to_go_on():
    values = np.column_stack([np.ones(30), np.full(30, math.nan)])
    assert next_count(values, [values], 0.02) == 30


# Runs


@pytest.fixture(scope="module")
def precise(tenth, seed):
    return growing.run(tenth, Precision(0.15, "planned_exits"), seed, 1)


def same(ours, theirs):
    alike = ours.values.tobytes() == theirs.values.tobytes() and ours.inputs == theirs.inputs
    return alike and ours.accounts.tobytes() == theirs.accounts.tobytes()


def files(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.mark.slow
def test_a_run_is_the_plain_run_of_as_many_replications_to_the_byte(precise, tenth, seed, tmp_path):
    assert precise.attained.reached
    assert precise.replications > PILOT + CONFIRMED_BY  # in several steps
    (plain,) = replicate.run([tenth], precise.replications, seed, 1)
    assert same(precise, plain)
    for name, sample in {"precise": precise, "plain": plain}.items():
        outputs.write(tmp_path / name, sample)
    ours, theirs = files(tmp_path / "precise"), files(tmp_path / "plain")
    records = [json.loads(each.pop("run.json")) for each in (ours, theirs)]
    assert ours == theirs
    assert records[0].pop("precision")
    assert records[0] == records[1]


def test_every_year_of_a_run_is_known_as_well_as_wanted(precise):
    told = precise.attained
    assert [each.year for each in told.known] == [*precise.years]
    for known in told.known:
        values = precise.of("planned_exits")[:, [precise.years.index(known.year)]]
        assert known.share == pytest.approx(half_width_shares(values, [values])[0])
        assert known.share <= 0.15
    assert told.worst.share == max(each.share for each in told.known)
    assert told.replications == precise.replications


def test_the_number_does_not_depend_on_workers(precise, tenth, seed):
    two = growing.run(tenth, Precision(0.15, "planned_exits"), seed, 2)
    assert same(precise, two)
    assert precise.attained == two.attained


def test_a_run_stops_at_the_most_and_says_what_it_would_have_taken(tenth, seed):
    wanted = Precision(0.001, ["allocation_gbp", "planned_exits"], max_replications=23)
    told = growing.run(tenth, wanted, seed, 1).attained
    assert told.replications == 23
    assert not told.reached
    assert told.worst.measure == "planned_exits"
    needed = 23 * (told.worst.share / 0.001) ** 2
    assert needed <= told.would_need <= 1.1 * needed
    assert told.sentences[0].startswith(
        "Stopped at 23 replications, the most allowed, short of ±0.1%"
    )
    assert f"about {told.would_need:,}." in told.sentences[0]


def test_progress_tells_all_that_is_done_and_never_goes_back(tenth, seed):
    told = []
    wanted = Precision(0.2, "planned_exits")
    sample = growing.run(tenth, wanted, seed, 1, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (sample.replications, sample.replications)


@pytest.mark.slow
def test_a_comparison_is_the_plain_one_and_each_difference_is_known(tenth, seed):
    others = [a_tenth_of(sim.load(name)) for name in ("park", "move_on")]
    wanted = Precision(0.1, ["in_recovery", "in_treatment"])
    ours = growing.compare([tenth, *others], wanted, seed, 1)
    plain = replicate.compare([tenth, *others], ours.baseline.replications, seed, 1)
    assert all(same(*pair) for pair in zip(ours.samples, plain.samples, strict=True))
    told = {
        (known.scenario, known.measure, known.year): known.share for known in ours.attained.known
    }
    assert len(told) == 2 * 2 * 5
    table = ours.differences.set_index(["scenario", "measure", "year", "group"])
    means = [each.summary.set_index(["measure", "year", "group"])["mean"] for each in ours.samples]
    level = dict(
        zip(["park", "move_on"], (np.maximum(means[0], each) for each in means[1:]), strict=True)
    )
    for (scenario, measure, year), share in told.items():
        row = table.loc[scenario, measure, year, "all"]
        half = (row["high"] - row["low"]) / 2
        assert share == pytest.approx(half / level[scenario][measure, year, "all"], abs=1e-12)
        assert share <= 0.1
    assert ours.attained.baseline == "baseline_2008"
    assert ours.attained.sentences[2] == (
        "± is half the 95% interval of the mean difference, as a share of the larger of the two means:"
        " chance alone."
    )


def test_a_scenario_against_itself_takes_the_fewest(tenth, seed):
    again = tenth.model_copy(update={"name": "again"})
    told = growing.compare([tenth, again], Precision(0.001, "planned_exits"), seed, 1).attained
    assert told.replications == PILOT + CONFIRMED_BY
    assert {each.share for each in told.known} == {0}


def test_what_no_number_of_replications_would_tell_is_refused(tenth, seed):
    told = faults_of(growing.run, tenth, Precision(0.1, "support_places_used_share"), seed, 1)
    assert told == [
        "run: measure must have a value in some year, got support_places_used_share; name another measure"
    ]


def test_a_difference_from_nothing_is_known_by_the_figure_that_is_there(tenth, seed):
    pushed = changed(tenth, plan__early_exit_rate_per_year=1.0)
    told = growing.compare([tenth, pushed], Precision(0.2, "early_exits"), seed, 1).attained
    assert told.reached
    assert 0 < told.worst.share <= 0.2


def test_one_partnership_or_all_together(seed):
    scenario = sim.load(COMPLETE)
    one, both = (
        growing.run(scenario, Precision(0.5, "planned_exits", 20, place), seed, 1)
        for place in ("Area 1", None)
    )
    for sample, place in ((one, "Area 1"), (both, "all")):
        values = sample.of("planned_exits", place)
        expected = half_width_shares(values, [values])
        assert [each.share for each in sample.attained.known] == pytest.approx(expected)


def test_no_more_worlds_are_run_than_there_are_draws(tenth, seed):
    path = "world.prison.mean_stay_days"
    draws = Draws("some", (path,), tuple((100.0 + number,) for number in range(12)))
    sample = growing.run(tenth, Precision(0.001, "planned_exits"), seed, 1, draws=draws)
    assert sample.replications == 12
    (plain,) = replicate.run([tenth], 12, seed, 1, draws=draws)
    assert same(sample, plain)
    assert sample.draws == draws
    assert "chance and assumptions" in sample.attained.sentences[2]


# In words


def told_of(*shares, wanted=0.02, replications=60, baseline=None):
    known = tuple(
        Known("move_on", measure, f"20{year:02d}-{year + 1:02d}", share)
        for year, share in enumerate(shares, 8)
        for measure in ("allocation_gbp",)
    )
    return Attained(Precision(wanted), replications, known, baseline, "chance alone")


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "±0%"),
        (0.004, "±0.4%"),
        (0.00401, "±0.41%"),  # never better than it is
        (0.02, "±2%"),
        (0.0312, "±3.2%"),
        (0.125, "±13%"),
        (1.5, "±150%"),
        (1e-17, "±0.0001%"),
        (math.inf, "no better than nothing"),
    ],
)
def test_a_precision_is_told_to_two_figures_and_never_better_than_it_is(share, said):
    assert told_of(share).sentences[1] == f"Known in every year: allocation {said}."


def test_sentences_say_the_number_the_wanted_and_the_worst_year():
    assert told_of(0.003, 0.004).sentences[:2] == [
        "60 replications are enough for ±2%.",
        "Known in every year: allocation ±0.4%.",
    ]
    short = told_of(0.01, 0.031, replications=1000)
    assert short.would_need == 2500
    assert short.sentences[0] == (
        "Stopped at 1,000 replications, the most allowed, short of ±2%: ±3.1% for allocation in 2009-10;"
        " that would take about 2,500."
    )
    assert "in 2009-10 under move_on;" in told_of(0.01, 0.031, baseline="park").sentences[0]


def test_what_cannot_be_told_is_given_no_number():
    unknown = told_of(math.inf)
    assert not unknown.reached
    assert unknown.would_need is None
    assert "would take" not in unknown.sentences[0]


# What is refused


def test_all_faults_of_a_precision_are_told_at_once():
    first, *told = faults_of(asked, 1.5, ["alocation_gbp", "deaths"], 3, None, 50)
    assert first == (
        "run: precision must go without a number of replications, which it chooses, "
        "got 1.5 and 50 replications; give one of the two"
    )
    assert told == [
        "run: precision must be above 0 and below 1, got 1.5; give 0.02 for ±2%",
        "run: measure must be one that is reported, got 'alocation_gbp'; did you mean allocation_gbp?",
        "run: max_replications must be a whole number of at least 10, got 3; give 10 or more",
    ]


@pytest.mark.parametrize("share", [0, 1, -0.1, 2, math.nan, math.inf, True, "0.02", None])
def test_a_precision_is_a_share_between_0_and_1(share):
    (fault,) = faults_of(Precision, share)
    assert "precision must be above 0 and below 1" in fault


def test_what_belongs_to_a_precision_needs_one():
    told = faults_of(asked, None, ["planed_exits"], 5)
    assert [fault.partition(",")[0] for fault in told] == [
        "run: measure must go with a precision",
        "run: max_replications must go with a precision",
        "run: measure must be one that is reported",
        "run: max_replications must be a whole number of at least 10",
    ]
    assert asked(None) is None


def test_a_precision_stands_instead_of_a_number():
    assert instead_of(None, 0.02) == Precision(0.02)
    both = faults_of(instead_of, 5, 2.0)
    assert len(both) == 2
    assert len(faults_of(instead_of, 5, Precision(0.02))) == 1
    assert "name one measure" in faults_of(Precision, 0.02, ())[0]
    assert Precision(0.02, "deaths").measures == ("deaths",)


# Through the doors


@pytest.mark.slow
def test_the_front_door_takes_a_number_or_a_precision(tmp_path):
    wanted = sim.Precision(0.2, "planned_exits")
    sample = sim.run(COMPLETE, precision=wanted, seed=3)
    assert sample.attained.precision == wanted
    outputs.write(tmp_path, sample)
    record = tmp_path / "run.json"
    again = sim.run(record)
    assert same(sample, again)
    assert again.replications == sample.replications
    from_record = sim.run(record, precision=wanted)  # its seed, but not its number of replications
    assert same(sample, from_record)
    assert sim.run(COMPLETE, precision=0.9, seed=3).replications == PILOT + CONFIRMED_BY
    assert len(faults_of(sim.run, COMPLETE, precision=0.02, replications=5)) == 1
    assert len(faults_of(sim.compare, [COMPLETE, record], precision=0.02, replications=5)) == 1


def test_run_prints_and_records_the_precision(tmp_path):
    ask = ("--precision", 0.05, "--measure", "allocation_gbp", "--measure", "in_contact")
    told = treatment_sim("run", COMPLETE, *ask, "-w", 1, "--out", tmp_path)
    assert told.exit_code == 0, told.output
    record = json.loads((tmp_path / "run.json").read_text())
    number = record["replications"]
    assert (
        f"{number} replications are enough for ±5%. Known in every year: allocation ±"
        in told.stdout
    )
    precision = record["precision"]
    assert (precision["wanted"], precision["reached"], precision["would_need"]) == (
        0.05,
        True,
        None,
    )
    assert {each["measure"] for each in precision["known"]} == {"allocation_gbp", "in_contact"}
    assert all(0 <= each["share"] <= 0.05 for each in precision["known"])
    with (tmp_path / "measures.csv").open(newline="") as lines:
        assert {row["replication"] for row in csv.DictReader(lines)} == {*map(str, range(number))}


def test_json_holds_the_precision(tmp_path):
    sim.write_scenario(sim.load(COMPLETE), tmp_path / "alike.yaml")
    ask = ("--precision", 0.3, "--max-replications", 10, "--partnership", "Area 1", "-w", 1)
    told = treatment_sim("compare", COMPLETE, tmp_path / "alike.yaml", *ask, "--json")
    document = json.loads(told.stdout)
    assert document["replications"] == 10
    assert document["precision"]["relative_to"] == "the larger of the two means"
    assert document["precision"]["partnership"] == "Area 1"
    assert document["precision"]["reached"] is True
    plain = json.loads(treatment_sim("run", COMPLETE, "-n", 1, "-w", 1, "--json").stdout)
    assert "precision" not in plain


def test_the_command_line_tells_every_fault_at_once():
    ask = ("--precision", 0, "--measure", "spent", "-n", 4, "--partnership", "Nowhere")
    told = treatment_sim("run", COMPLETE, *ask)
    assert told.exit_code == 2
    assert told.stdout == ""
    lines = told.stderr.splitlines()
    assert len(lines) == 4
    assert "did you mean spent_gbp?" in lines[3]


def test_progress_in_lines_goes_on_where_there_are_more_than_thought(capsys):
    with printing.progress_on_stderr() as progress:
        for done, total in ((5, 10), (10, 10), (15, 20), (20, 20)):
            progress(done, total)
    told = [line.partition(" replications")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == ["5 of 10", "10 of 10", "15 of 20", "20 of 20"]
