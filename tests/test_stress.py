"""What harms are read off: cuts, swings, files that show them, and the command that makes them again."""

from __future__ import annotations

import shlex

import numpy as np
import pytest
from test_formula_lab import FEW, paying
from tiny import a_tenth_of

import simulator as sim
from simulator import cli
from simulator.formula_lab import harms
from simulator.formula_lab.simpler import isolated, simpler, simplifications, with_years
from simulator.formula_lab.stress import Stress, stress
from simulator.formula_lab.worlds import with_types
from simulator.formula_lab.written import write_smallest
from simulator.money import year_money
from simulator.scenario import load
from simulator.scenario.own_world import of_partnership
from simulator.scenario.schema import Stream

AREA = "Average partnership"


@pytest.fixture(scope="module")
def streams():
    """A tenth of the scenario whose money comes from eight sources."""
    return a_tenth_of(load("many_streams"))


def alone(scenario):
    return isolated(scenario, next(iter(scenario.partnerships)))


def only_stream(scenario, **parts):
    """The scenario with one stream of local money beside the formula's."""
    pot = {n: s for n, s in scenario.funding.streams.items() if s.amount_gbp == "formula"}
    own = Stream(**({"label": "Own", "amount_gbp": 1_000_000, "pays_for": ["treatment"]} | parts))
    funding = scenario.funding.model_copy(update={"streams": {**pot, "own": own}})
    return scenario.model_copy(update={"funding": funding})


def income(scenario, year=harms.SHOCK_YEAR):
    (name,) = scenario.partnerships
    return year_money(of_partnership(scenario, name), name, year, 0).income_gbp


# What a cut takes


@pytest.mark.parametrize("size", [1.0, 1.7])
def test_a_cut_takes_what_is_told_of_money_that_is_won_in_part(tenth, size):
    scenario = alone(only_stream(tenth, won_share=0.6))
    (name,) = scenario.partnerships
    own = scenario.partnerships[name].model_copy(update={"size": size})
    scenario = scenario.model_copy(update={"partnerships": {name: own}})
    for pair, part in zip(harms.HARMS["spiral"].pairs(scenario), harms.CUTS, strict=True):
        lost = income(pair.without) - income(pair.with_it)
        assert harms.cut_of(pair) == lost
        assert lost == pytest.approx(part * size * tenth.history.allocation_gbp, abs=3)


def test_a_spiral_is_told_for_each_pound_that_is_really_lost(tenth):
    pair = harms.HARMS["spiral"].pairs(alone(only_stream(tenth, won_share=0.5)))[0]
    lost = income(pair.without) - income(pair.with_it)
    by_year = np.zeros((4, 6))
    by_year[:, harms.SHOCK_YEAR + 1] = -2.0 * lost
    assert harms.spiral(by_year, np.full((4, 6), 250_000.0), pair).size.mean == pytest.approx(2)


@pytest.mark.parametrize("use", ["young_people", "detox", "reintegration"])
def test_money_that_may_not_pay_for_treatment_is_not_what_is_cut(tenth, use):
    scenario = alone(only_stream(tenth, pays_for=[use]))
    for pair in harms.HARMS["spiral"].pairs(scenario):
        own = scenario.funding.streams["own"]
        assert pair.without.funding.streams["own"] == pair.with_it.funding.streams["own"] == own
        assert income(pair.without) > income(pair.with_it)


def test_local_money_that_is_too_little_to_cut_stays_beside_the_new(tenth):
    scenario = only_stream(tenth)
    kept = scenario.funding.streams["own"].model_copy(update={"amount_gbp": 10})
    streams = {**scenario.funding.streams, "local_money": kept}
    del streams["own"]
    funding = scenario.funding.model_copy(update={"streams": streams})
    scenario = alone(scenario.model_copy(update={"funding": funding}))
    pair = harms.HARMS["spiral"].pairs(scenario)[0]
    assert pair.without.funding.streams["local_money"] == kept
    assert income(pair.with_it) == 10


# Swings


def read_swings(by_year, luck_gbp, replications=8):
    luck = np.random.default_rng(1).normal(0, luck_gbp, (replications, len(by_year) + 2))
    by_year = np.array([0.0, 0.0, *by_year]) + luck
    return harms.oscillation(by_year, np.full(by_year.shape, 250_000.0), None).size


def test_swings_that_are_plain_are_certain():
    size = read_swings([-9000, 8000, -7000, 6000], 10)
    assert (size.mean, size.low, size.high) == (3, 3, 3)


def test_a_swing_that_may_be_one_widens_the_interval():
    size = read_swings([-9000, 1500, -8000], 3000)
    assert size.low == 0
    assert size.high == 2


def test_of_one_run_no_interval_is_told():
    size = read_swings([-9000, 8000, -7000], 10, replications=1)
    assert np.isnan(size.low)
    assert np.isnan(size.high)


def test_the_interval_of_swings_holds_the_true_number_in_nineteen_of_twenty():
    true = np.array([-9000.0, 3000, -3000, 2500, 0, 0])
    held = 0
    for seed in range(200):
        luck = np.random.default_rng(seed).normal(0, 4000, (12, 6))
        by_year = np.hstack([np.zeros((12, 2)), true + luck])
        size = harms.oscillation(by_year, np.full(by_year.shape, 250_000.0), None).size
        assert size.low <= size.mean <= size.high
        held += size.low <= 3 <= size.high
    assert held >= 190


# Scenarios that are cut short or stand alone


def by_year(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from by_year(each)
    elif isinstance(value, tuple | list):
        yield value


@pytest.mark.parametrize("years", [3, 9])
def test_every_lever_by_year_is_as_long_as_the_run(streams, years):
    whole = with_years(streams, years)
    lists = [
        *by_year(whole.formula.model_dump(include={"pot_gbp", "phase_in_share", "floor_share"}))
    ]
    lists += [
        each
        for stream in whole.funding.streams.values()
        for each in by_year(stream.model_dump(include={"amount_gbp", "won_share"}))
    ]
    assert {len(each) for each in lists} == {years}
    plan = whole.partnerships[AREA].plan
    assert plan.outreach_to == streams.partnerships[AREA].plan.outreach_to
    assert whole.evidence == streams.evidence


@pytest.mark.slow
@pytest.mark.parametrize("name", list(harms.HARMS))
def test_every_pair_and_what_is_left_of_it_can_be_written_and_read(streams, name, tmp_path):
    harm = harms.HARMS[name]
    base = with_years(alone(streams), harm.years or streams.years)
    (shorter,) = (
        s for s in simplifications(base, harm.least_years) if s.told == f"{harm.least_years} years"
    )
    left = simpler(base, shorter)
    for scenario in (base, left):
        pair = harm.pairs(scenario)[0]
        for each in (pair.without, pair.with_it):
            sim.write_scenario(each, tmp_path / "one.yaml")
            assert load(tmp_path / "one.yaml").years == scenario.years


@pytest.mark.slow
def test_every_file_that_stress_writes_of_many_streams_loads(streams, tmp_path):
    scenario = paying(streams, "effective_clients")
    found = stress(scenario, **FEW)
    files = [file for file in write_smallest(found, tmp_path) if file.endswith(".yaml")]
    assert "parking_with.yaml" in files
    for file in files:
        load(tmp_path / file)


def test_who_commissions_with_others_pays_as_before_when_it_stands_alone():
    scenario = load("eight_commission_together")
    for name in scenario.partnerships:
        before = year_money(scenario, name, 0, 2_000_000)
        alone_ = year_money(isolated(scenario, name), name, 0, 2_000_000)
        assert alone_.overhead_gbp == pytest.approx(before.overhead_gbp, abs=1)
        assert alone_.overhead_gbp < scenario.world.fixed_overhead_gbp
        assert isolated(scenario, name).partnerships[name].cluster is None


def test_types_do_not_commission_with_the_first():
    typed = with_types(load("baseline_2008", [f"partnerships={{{AREA}: {{cluster: Ours}}}}"]))
    assert [own.cluster for own in typed.partnerships.values()].count("Ours") == 1


# Who acts


def test_a_partnership_that_is_not_there_is_a_fault_from_python_too(baseline):
    for ask in (sim.stress_formula, sim.search_formulas):
        with pytest.raises(sim.BadInput, match="must be one of the scenario's"):
            ask(baseline, partnership="Nowhere")


def test_a_search_from_python_is_for_the_partnership_that_is_named(monkeypatch):
    asked = {}
    monkeypatch.setattr("simulator.formula_lab.whole.find", lambda _, **how: asked.update(how))
    sim.search_formulas("eight_park", partnership="Area 3")
    assert asked["partnership"] == "Area 3"


# The command that makes it again


def command_of(monkeypatch, verb, *arguments):
    """The command that a verb writes down, and what it was asked for."""
    from test_cli import treatment_sim

    asked = {}

    def answer(scenario, **how):
        asked.update(how | {"scenario": scenario.name})
        return Stress(scenario, AREA, (), 2, 1)

    told = []
    monkeypatch.setattr("simulator.formula_lab.stress.stress", answer)
    monkeypatch.setattr("simulator.formula_lab.whole.find", answer)
    monkeypatch.setattr("simulator.cli.formula_lab.print_json", told.append)
    for name in ("_stress_json", "_search_json"):
        monkeypatch.setattr(f"simulator.cli.formula_lab.{name}", lambda _, command: command)
    ran = treatment_sim("formula", verb, *arguments, "--json")
    assert ran.exit_code == 0, ran.output
    for way in ("say", "progress", "file"):
        asked.pop(way, None)
    return told[0], asked


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("stress", "--partnership 'Area 3' --no-smallest -n 3 --harm parking --harm spiral"),
        ("stress", "--formula activity_2008 --seed 7"),
        ("search", "--partnership 'Area 3' -n 2 --trials 5 --confirm 0 --terms need --seed 3"),
        ("search", "--set plan.move_on_delay_days=30"),
    ],
)
def test_the_command_to_make_it_again_asks_for_the_same(monkeypatch, verb, options):
    command, asked = command_of(monkeypatch, verb, "eight_park", *shlex.split(options))
    program, formula, again, *rest = shlex.split(command)
    assert (program, formula, again) == (cli.formula_lab.PROGRAM, "formula", verb)
    twice, same = command_of(monkeypatch, verb, *rest)
    assert same == asked
    assert twice == command
