"""Where a formula leads: what is stored is the study's, a job says what the study would, and a client's worth at once."""

from __future__ import annotations

import csv
import math
import pickle
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tiny import a_tenth_of

import simulator as sim
from simulator import charts, funding
from simulator.behaviour import OUTCOMES, follow_the_money
from simulator.errors import BadInput
from simulator.incentives import Estimate
from simulator.own_formula import (
    EditedFormula,
    all_stored,
    at_once,
    followed,
    metered,
    stored,
    stored_like,
    stored_names,
    winners,
)
from simulator.own_formula.metered import held_still
from simulator.own_formula.stored import _whole, rule_hash, scenario_hash
from simulator.wording import gbp, signed
from studies import stored_formulas

approx = pytest.approx
CSV = Path(__file__).parents[1] / "docs" / "formulas.csv"
STALE = "run python -m studies.stored_formulas, after make study-formulas"


@pytest.fixture(scope="module")
def small():
    """An average partnership, a tenth of it, among three others; four years, two plans to choose from."""
    whole = sim.load(
        "baseline_2008",
        ["years=4", "formula.rest.partnerships=3", "formula.phase_in_share=1.0",
         "formula.pot_gbp=10000000", "behaviour.choices.move_on_delay_days=[0.0, 1460.0]",
         "behaviour.choices.early_exit_rate_per_year=[]", "behaviour.horizon_years=3"],
    )  # fmt: skip
    return a_tenth_of(whole)


# Stored


def test_what_is_stored_is_the_studys_own():
    assert stored_formulas.TARGET.read_text(encoding="utf-8") == stored_formulas.text(), STALE


def test_numbers_are_those_of_the_studys_table():
    with CSV.open(encoding="utf-8", newline="") as text:
        rows = {(row["formula"], row["quantity"]): row for row in csv.DictReader(text)}
    for name in sim.formula_names():
        leads = stored(name).leads
        for quantity, estimate in (
            ("clients_first_alone_gbp", leads.alone),
            ("clients_first_all_gbp", leads.together),
            ("following_the_money: in_recovery_against_now", leads.against_now),
            ("price: deaths, sum", dict(leads.price)["deaths, sum"]),
        ):
            row = rows[name, quantity]
            read = Estimate(float(row["mean"]), float(row["low"]), float(row["high"]))
            assert estimate == read


def test_it_was_made_with_the_scenarios_and_rules_of_now():
    made = _whole()["made_with"]
    for name, known in made["scenarios"].items():
        assert scenario_hash(sim.load(name)) == known, STALE
    assert all(result.is_current for result in all_stored()), STALE
    assert set(stored_names()) == set(sim.formula_names())


def test_a_rule_that_was_edited_is_another(monkeypatch):
    edited = EditedFormula.from_preset("activity_2008")
    for other in (
        edited.with_settings(lag_years=2),
        edited.with_settings(floor_share=0.8),
        edited.with_weight("need", 0.2).with_weight("activity", 0.8),
    ):
        assert rule_hash(other.rule()) != rule_hash(edited.rule())
        assert stored_like(other) is None
    monkeypatch.setitem(_whole()["made_with"]["formulas"], "activity_2008", "another")
    changed = stored("activity_2008")
    assert not changed.is_current
    assert "changed since" in changed.sentences[0]


@pytest.mark.parametrize("name", sim.formula_names())
def test_a_formula_that_is_one_of_the_librarys_finds_its_results(name):
    found = stored_like(EditedFormula.from_preset(name))
    assert found is not None
    assert found.leads.name == name


def test_what_is_not_there_is_told():
    with pytest.raises(BadInput, match="must be one that the study told"):
        stored("activity_2009")


def test_sentences_are_decided_by_the_numbers():
    told = stored("activity_2008").leads
    assert "alone puts clients first" in told.alone_sentence
    assert "£263,000 less (£237,000 to £288,000)" in told.alone_sentence
    assert "neither clearly more nor clearly less" in told.alone_sentence
    assert "13,271 fewer people in recovery" in told.price_sentence
    assert "pushed out" not in told.price_sentence
    turned = replace(told, alone=told.alone.turned, together=Estimate(math.nan, math.nan, math.nan))
    assert "£263,000 more" in turned.alone_sentence
    assert "cannot be told" in turned.alone_sentence
    same = stored("need_only_2006").leads
    assert "exactly the same" in same.alone_sentence
    assert "exactly as many people in recovery as if all go on as now" in same.price_sentence


def test_more_in_recovery_is_not_praised_where_people_are_pushed_out():
    told = stored("completions_only").leads.price_sentence
    assert "pushed out before they are ready" in told
    assert "more deaths" in told


# At once


@pytest.mark.parametrize("group", ["opiate", "other"])
def test_a_derivative_is_what_one_client_more_brings(small, group):
    """Two ways to one number: the derivative, and the formula worked out again with a small part of a client more."""
    edited = EditedFormula.from_preset("completions_2012")
    client = at_once(small, edited, [group]).clients[0]
    inputs = held_still(edited.laid_over(small))[-1]
    place, part = list(small.world.groups).index(group), Fraction(1, 1000)
    one, *others = inputs.members
    effective = list(one.counts.effective)
    effective[place] = Fraction(str(effective[place])) + part
    more = replace(one, counts=replace(one.counts, effective=tuple(effective)))
    before, after = (
        funding.allocate(inputs.pot_gbp, members, inputs.rule).entitlement[one.name]
        for members in (inputs.members, [more, *others])
    )
    assert client.gross_gbp_per_year == approx(float((after - before) / part), rel=1e-4)


def test_need_alone_pays_for_nothing_and_completions_for_moving_on(small):
    need = at_once(small, EditedFormula.from_preset("need_only_2006"))
    for client in need.clients:
        assert client.gross_gbp_per_year == 0
        assert all(move.allocation_gbp == 0 for move in client.moves)
        assert client.moved_on.net_gbp > 0  # what is saved is kept
    paid = at_once(small, EditedFormula.from_preset("completions_only"))
    assert all(client.moved_on.allocation_gbp > 0 for client in paid.clients[:1])


def test_more_weight_on_numbers_makes_keeping_pay_more(small):
    activity = EditedFormula.from_preset("activity_2008")
    gross = [
        at_once(small, edited, ["opiate"]).clients[0].gross_gbp_per_year
        for edited in (
            activity.with_weight("activity", 0.5).with_weight("need", 0.5),
            activity,
            activity.with_weight("activity", 1.0).with_weight("need", 0.0),
        )
    ]
    assert gross == sorted(gross)
    assert gross[0] < gross[-1]


def test_at_its_floor_a_client_is_told_to_move_nothing(small):
    held = EditedFormula.from_preset("activity_2008").with_settings(floor_share=1.0)
    poorer = small.model_copy(
        update={"formula": small.formula.model_copy(update={"pot_gbp": 900_000})}
    )
    told = at_once(poorer, held, ["opiate"]).clients[0]
    assert told.at_bound
    assert any("floor holds it" in sentence for sentence in told.sentences)


def test_an_unknown_group_is_a_fault(small):
    with pytest.raises(BadInput, match="be one of the scenario's"):
        at_once(small, EditedFormula.from_preset("activity_2008"), ["opium"])


# Jobs


class Heard(list):
    """Progress as it was told."""

    def __call__(self, done, of):
        self.append((done, of))


@pytest.fixture(scope="module")
def followed_activity(small):
    heard = Heard()
    edited = EditedFormula.from_preset("activity_2008").with_settings(phase_in_share=1.0)
    return followed.work(heard, small, edited, replications=2), heard


def test_a_job_tells_progress_that_only_grows_and_ends_when_it_ends(followed_activity):
    _, heard = followed_activity
    done = [each for each, _ in heard]
    assert done == sorted(done)
    assert done[0] == 0
    assert heard[-1][0] == heard[-1][1]
    assert all(each < of for each, of in heard[:-1])


def test_a_job_of_alike_partnerships_says_what_the_room_of_behaviour_says(small, followed_activity):
    told, _ = followed_activity
    edited = EditedFormula.from_preset("activity_2008").with_settings(phase_in_share=1.0)
    world = edited.laid_over(followed.everybody_alike(small))
    game = follow_the_money(world, everybody=True, replications=2, seed=1)
    assert told.verdict == game.verdict
    place = OUTCOMES.index("in_recovery")
    more = (game.lived[game.end] - game.clients.as_it_is)[:, 0, place, -1] * 4
    assert told.against_now.mean == approx(more.mean())
    assert told.asked.partnerships == 4


def test_alike_partnerships_lose_alone_and_nothing_together(followed_activity):
    told, _ = followed_activity
    assert told.alone.mean < 0
    assert told.together == Estimate(0.0, 0.0, 0.0)  # the pot is fixed and shared in equal parts
    assert any("alike" in note for note in told.notes)
    alone = told.alone
    apart = told.apart  # together is nothing, in every run
    ends = (-alone.mean, -alone.high, -alone.low)
    assert (apart.mean, apart.low, apart.high) == approx(ends)
    assert " more (" in told.apart_sentence
    assert told.apart_sentence.endswith("than if it does so alone.")
    assert told.figures[-1].estimate == told.apart


def test_what_is_stored_has_no_interval_between_alone_and_together():
    told = stored("activity_2008").leads
    assert math.isnan(told.apart.mean)
    assert signed(told.together.mean - told.alone.mean, gbp) in told.apart_sentence
    assert "no interval" in told.apart_sentence
    still = replace(told, together=told.apart)
    assert "others share the pot who stand still" in still.apart_sentence


def test_under_need_alone_nothing_moves_money(small):
    told = followed.work(
        Heard(), small, EditedFormula.from_preset("need_only_2006"), replications=2
    )
    assert told.alone.mean == 0
    assert told.verdict == "settles"
    assert told.against_now.mean == 0


def test_results_of_jobs_are_small_and_can_be_sent(small, followed_activity):
    told, _ = followed_activity
    assert pickle.loads(pickle.dumps(told)) == told
    assert len(pickle.dumps(told)) < 10_000
    heard = Heard()
    edited = EditedFormula.from_preset("activity_2008")
    found = metered.work(heard, small, edited, ["opiate"], replications=2)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.table.equals(found.table)
    assert len(pickle.dumps(found)) < 100_000
    assert heard[0] == (0, 2)
    assert heard[-1] == (2, 2)
    assert found.sentences
    assert found.message(found.groups[0])


def test_arguments_of_jobs_can_be_sent(small):
    edited = EditedFormula.from_preset("activity_2008").with_weight("need", 0.1)
    assert pickle.loads(pickle.dumps((small, edited))) == (small, edited)


def test_an_unknown_size_is_a_fault(small):
    with pytest.raises(BadInput, match="must be one of quick, thorough"):
        followed.work(Heard(), small, EditedFormula.from_preset("activity_2008"), "slow")


# Charts


def texts(chart):
    """What stands in a chart, and its alternative."""
    root = ET.fromstring(charts.to_svg(chart))
    assert root.attrib["aria-label"] == chart.description
    return " ".join(" ".join(each.itertext()) for each in root.iter() if each.tag.endswith("text"))


def test_gains_and_losses_names_the_largest_and_says_that_they_are_made_up():
    england = sim.load("england_2008")
    look = winners(england, EditedFormula.from_preset("need_only_2006")).first_year
    chart = charts.gains_and_losses(look, "Need alone")
    drawn = texts(chart)
    for gain in (*look.gains[:3], *look.gains[-3:]):
        assert gain.name in drawn
        assert gain.name in chart.description
    assert "no forecast of any real partnership" in drawn
    same = winners(england, EditedFormula.from_scenario(england)).first_year
    assert "Nobody gains" in texts(charts.gains_and_losses(same, "The same"))


def test_charts_of_what_is_stored():
    leads = [result.leads for result in all_stored()]
    chosen = stored("activity_2008").leads
    drawn = texts(charts.alone_by_formula(leads, "Alone", chosen.title))
    assert "(chosen)" in drawn
    assert all(each.title in drawn for each in leads)
    assert "too close to call" in drawn
    assert "people" in texts(charts.recovery_by_rule(leads, "Recovery").copy()).lower()
    assert "When all do" in texts(charts.alone_and_together(chosen))
    assert "Deaths" in texts(charts.price_by_rule(chosen, "The price"))
    alone = replace(chosen, together=Estimate(math.nan, math.nan, math.nan))
    assert "When all do" not in texts(charts.alone_and_together(alone))


def test_a_meter_by_formula(small):
    told = at_once(small, EditedFormula.from_preset("activity_2008"), ["opiate"])
    drawn = texts(charts.meter_by_formula(told.clients[0], told.title, told.years))
    assert "no interval" in drawn
    with pytest.raises(ValueError, match="become ready"):
        charts.meter_by_formula(replace(told.clients[0], moves=()), told.title, told.years)
