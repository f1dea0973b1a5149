"""What partnerships choose: sums done by hand, games of which the end is known, jobs that are killed."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import tiny_queue

import simulator as sim
from simulator import model
from simulator.behaviour import (
    OUTCOMES,
    alone_and_together,
    best_response,
    clients_first,
    follow_the_money,
    options_of,
    price,
    resolved,
)
from simulator.behaviour.choices import laid_over
from simulator.behaviour.clients import best_for_clients
from simulator.behaviour.lives import Lives
from simulator.behaviour.responses import horizon_of
from simulator.behaviour.rounds import one_way, play
from simulator.behaviour.seats import MOST_TYPES, seated, with_plans
from simulator.errors import BadInput
from simulator.findings import all_findings, what_one_would_do, where_it_ends
from simulator.incentives import Estimate
from simulator.replicate import run as replicate
from simulator.scenario import load

POT = 1_000_000
TERMS = {
    "activity": "{activity: {counts: effective_clients, weight: 1.0}, need: {weight: 0.0}, completions: {weight: 0.0}}",
    "need": "{activity: {weight: 0.0}, need: {weight: 1.0}, completions: {weight: 0.0}}",
    "completions": "{activity: {weight: 0.0}, need: {weight: 0.0}, completions: {weight: 1.0}}",
}


def two(formula="activity", partnerships="{Ash: {}, Oak: {}}", *changes):
    """A hundred people each, all ready on day 0, none to come: they leave when they are moved on.

    Kept for 100,000 days they stay for ever; moved on at once they have left by the first review.
    """
    return tiny_queue(
        "years=4",
        f"formula.pot_gbp={POT}",
        f"formula.terms={TERMS[formula]}",
        "world.groups.opiate.need.onset_per_year=0",
        "world.groups.opiate.treatment.drop_out={shape: 1.0, scale_days: null}",
        "world.groups.opiate.treatment.ready={median_days: 0.0, sigma: 0.0}",
        "history.groups.opiate.in_treatment={people: 100, since: [{up_to_days: 80, share: 1.0}]}",
        "history.move_on_delay_days=100000",
        "history.allocation_gbp=500000",
        "plan.move_on_delay_days=100000",
        "behaviour.choices={move_on_delay_days: [0, 100000], early_exit_rate_per_year: []}",
        f"partnerships={partnerships}",
        *changes,
    )


AT_ONCE, FOR_EVER = 0, 1
"""Places of the two options."""


# What one gains


def test_who_moves_people_on_alone_loses_two_years_of_half_the_pot():
    # Counted for the second year: all hundred, those who left in it among them. After it: none of Ash's.
    answer = best_response(two(), "Ash", replications=2)
    assert [option.name for option in answer.options] == ["move on at once", "keep 100,000 days"]
    assert answer.gain(AT_ONCE) == Estimate(-POT, -POT, -POT)
    assert answer.chosen == answer.present == FOR_EVER


def test_who_is_paid_for_completions_gains_one_year_of_half_the_pot_by_moving_on():
    # A hundred completions against none in the second year; none at all after it, so equal shares.
    answer = best_response(two("completions"), "Ash", replications=2)
    assert answer.gain(AT_ONCE) == Estimate(POT / 2, POT / 2, POT / 2)
    assert answer.chosen == AT_ONCE
    assert answer.runner_up == FOR_EVER


def test_next_years_money_alone_does_not_move_where_clients_who_left_still_count():
    answer = best_response(
        two("activity", "{Ash: {}, Oak: {}}", "behaviour.horizon_years=1"), "Ash", replications=2
    )
    assert answer.horizon.allocations == 1
    assert answer.gain(AT_ONCE) == Estimate(0, 0, 0)
    assert not answer.changes


def test_the_balance_counts_what_clients_cost():
    # What Ash spends: with nobody in treatment next to nothing; 100 clients at £100 a week cost all it has.
    answer = best_response(
        two("activity", "{Ash: {}, Oak: {}}", "behaviour.aim=balance"), "Ash", replications=2
    )
    allocation, spent = (
        answer.lived[:, :, OUTCOMES.index(o)] for o in ("allocation_gbp", "spent_gbp")
    )
    expected = allocation[:, :, 1:].sum(axis=-1) - spent.sum(axis=-1)
    assert np.array_equal(answer.payoffs, expected)
    assert answer.chosen == AT_ONCE


def test_a_gain_too_small_to_count_changes_nothing():
    scenario = two("completions", "{Ash: {}, Oak: {}}", f"behaviour.least_gain_gbp={POT}")
    answer = best_response(scenario, "Ash", replications=2)
    assert answer.gain(AT_ONCE).low > 0
    assert not answer.changes


def test_what_is_too_close_to_call_changes_nothing():
    answer = best_response(two(), "Ash", replications=2)
    paid = OUTCOMES.index("allocation_gbp")
    lived = np.zeros_like(answer.lived)
    lived[AT_ONCE, :, paid, 1] = [-1_000, 9_000_000]
    unclear = replace(answer, lived=lived)
    assert unclear.gain(AT_ONCE).mean > unclear.horizon.least_gain
    assert not unclear.changes
    assert what_one_would_do(unclear).verdict == "too close to call"


def test_the_table_of_a_response_holds_every_option_outcome_and_year():
    answer = best_response(two(), "Ash", replications=2)
    table = answer.table
    assert len(table) == 2 * (len(OUTCOMES) * 4 + 1)
    aim = table[(table["outcome"] == "aim_allocation_gbp") & (table["option"] == "move on at once")]
    assert aim["difference"].tolist() == [-POT]


# Where it ends


def test_where_keeping_pays_and_all_keep_it_settles_at_once():
    game = follow_the_money(two(), replications=2)
    assert (game.verdict, game.main.path) == ("settles", ((FOR_EVER, FOR_EVER),))


def test_where_only_need_counts_nobody_changes_and_nothing_is_gained_by_any_lever():
    game = follow_the_money(two("need"), replications=2)
    assert (game.verdict, game.end) == ("settles", game.start)
    for answer in game.at_the_end:
        assert all(answer.gain(option) == Estimate(0, 0, 0) for option in (AT_ONCE, FOR_EVER))


def test_where_completions_count_all_race_to_the_limit_and_none_has_more():
    game = follow_the_money(two("completions"), replications=2)
    assert game.main.path == ((FOR_EVER, FOR_EVER), (AT_ONCE, AT_ONCE))
    assert (game.verdict, game.main.ending, game.race) == (
        "spirals",
        "settles",
        "move_on_delay_days",
    )
    assert game.gain_together == Estimate(0, 0, 0)
    assert "spirals" in where_it_ends(game).title


def test_a_race_in_which_all_gain_from_others_is_no_spiral():
    # Two others have no completions: what the two that choose gain in the second year is theirs.
    scenario = two("completions", "{Ash: {}, Oak: {}}", "formula.rest.partnerships=2")
    game = follow_the_money(scenario, replications=2)
    assert game.race == "move_on_delay_days"
    assert (game.verdict, game.better_off) == ("settles", ("Ash", "Oak"))
    assert game.gain_together == Estimate(POT / 2, POT / 2, POT / 2)


def races_and_gains(game, ash, oak):
    """The same game, in which each has so much more at the end than at the start, by replication."""
    paid = OUTCOMES.index("allocation_gbp")
    lived = {profile: np.array(values) for profile, values in game.lived.items()}
    lived[game.end] = np.array(lived[game.start])
    lived[game.end][:, 0, paid, -1] += ash
    lived[game.end][:, 1, paid, -1] += oak
    return replace(game, lived=lived)


def test_a_gain_of_all_is_held_against_what_one_would_change_for():
    game = follow_the_money(two("completions"), replications=2)
    least = game.horizon.least_gain
    assert races_and_gains(game, 0.9 * least, 0.9 * least).verdict == "spirals"
    assert races_and_gains(game, 1.1 * least, 1.1 * least).verdict == "settles"


def test_where_it_ends_is_as_clear_as_the_gain_of_all_together():
    game = follow_the_money(two("completions"), replications=2)
    unclear = where_it_ends(races_and_gains(game, 5_000, [-90_000, 90_000]))
    assert unclear.verdict == "too close to call"
    clear = where_it_ends(races_and_gains(game, [-90_000, 90_000], [98_000, -82_000]))
    assert clear.verdict == "clear"
    assert clear.figures[0].estimate == Estimate(8_000, 8_000, 8_000)


@pytest.mark.parametrize("order", ["at_once", "in_turn"])
def test_what_is_an_equilibrium_stays_one(order):
    game = follow_the_money(two("completions"), replications=2, order=order)
    again = two("completions", "{Ash: {}, Oak: {}}", "plan.move_on_delay_days=0")
    stays = follow_the_money(again, replications=2, order=order)
    assert game.end == stays.start == stays.end
    assert stays.verdict == "settles"


def test_from_clients_first_it_comes_to_the_same_end():
    game = follow_the_money(two(), replications=2, starts=("clients_first", "as_it_is"))
    assert game.start == (AT_ONCE, AT_ONCE)
    # With nobody counted shares are equal; who keeps people has the pot.
    assert {played.last for played in game.played.values()} == {(FOR_EVER, FOR_EVER)}


@pytest.mark.parametrize("formula", TERMS)
def test_all_allocations_are_the_pot_in_every_round(formula):
    game = follow_the_money(
        two(formula, "{Ash: {copies: 3}, Oak: {}, Elm: {size: 0.5}}"), replications=2
    )
    for values in game.lived.values():
        paid = np.tensordot(values[:, :, OUTCOMES.index("allocation_gbp")], [3, 1, 1], axes=(1, 0))
        assert np.allclose(paid, POT, rtol=0, atol=1e-6)


def test_copies_hold_as_much_together_as_a_run_says():
    """Pounds that only some copies have are shared and unspent: no pound of the pot or of what is spent is lost."""
    changes = ["formula.rounding_gbp=1000", "formula.pot_gbp=1000777"]
    scenario = two("activity", "{Ash: {copies: 3}, Oak: {}}", *changes)
    (sample,) = replicate([scenario], 2, 1, workers=1)
    table = seated(scenario, ("Ash", "Oak"))
    (values,) = Lives(table, 1, 2).together([table.as_it_is])
    for outcome in ("allocation_gbp", "spent_gbp", "unspent_gbp"):
        whole = np.tensordot(values[:, :, OUTCOMES.index(outcome)], [3, 1], axes=(1, 0))
        assert np.allclose(whole, sample.of(outcome, "all"), rtol=0, atol=1e-6), outcome


def test_a_profile_is_told_by_what_is_done_and_by_whom():
    game = follow_the_money(two("activity", "{Ash: {}, Oak: {}, Elm: {}}"), replications=2)
    assert game.told((FOR_EVER,) * 3) == "all: keep 100,000 days"
    told = game.told((FOR_EVER, AT_ONCE, FOR_EVER))
    assert told == "Ash, Elm: keep 100,000 days; Oak: move on at once"


# A game that knows nothing of treatment


@dataclass(frozen=True)
class Said:
    chosen: int


def paying(payoff):
    """Answers that make a payoff largest, the present choice where nothing is better."""

    def ask(profile, players):
        def paid(player, choice):
            return payoff(player, (*profile[:player], choice, *profile[player + 1 :]))

        return [Said(max((profile[p], 0, 1), key=lambda c, p=p: paid(p, c))) for p in players]

    return ask


def pennies(player, profile):
    """One wants to do the same as the other, who wants to differ: no rest for either."""
    same = profile[0] == profile[1]
    return float(same if player == 0 else not same)


@pytest.mark.parametrize("order", ["at_once", "in_turn"])
def test_a_planted_cycle_is_told_as_one(order):
    played = play((0, 0), paying(pennies), 20, order)
    assert played.ending == "cycles"
    assert len(set(played.cycle)) == len(played.cycle) > 1
    assert played.last == played.cycle[0]


def test_a_dilemma_settles_where_nobody_wants_to_be():
    def dilemma(player, profile):
        return profile[player] - 2 * profile[1 - player]

    played = play((0, 0), paying(dilemma), 20)
    assert (played.ending, played.last) == ("settles", (1, 1))
    assert played.path == ((0, 0), (1, 1))


def test_what_goes_on_for_ever_is_stopped_and_said_to_be_unfinished():
    def outbids(profile, players):
        return [Said(max(profile) + 1) for _ in players]

    played = play((0, 0), outbids, 5)
    assert (played.ending, played.last) == ("unfinished", (5, 5))


@given(st.lists(st.integers(0, 3), min_size=16, max_size=16))
def test_any_game_of_answers_settles_or_cycles(answers):
    """Four choices each for two: sixteen profiles at most, so an end comes within seventeen rounds."""

    def ask(profile, players):
        return [Said(answers[(4 * profile[p] + profile[1 - p]) % 16]) for p in players]

    played = play((0, 0), ask, 20)
    assert played.ending in ("settles", "cycles")
    if played.ending == "settles":
        assert [said.chosen for said in ask(played.last, [0, 1])] == list(played.last)


def test_one_way_is_told_only_where_all_go_it_and_none_goes_back():
    assert one_way([[0, 1, 1], [2, 2, 5]]) == 1
    assert one_way([[3, 1], [2, 0]]) == -1
    assert one_way([[0, 1], [1, 1]]) == 0
    assert one_way([[0, 2, 1], [0, 1, 2]]) == 0
    assert one_way([[0], [0]]) == 0


# Types and copies


def test_one_of_a_type_gains_what_one_of_so_many_named_alike_gains():
    """The one that acts has the same name and so the same luck; the others count the same."""
    copies = two("activity", "{Ash: {copies: 4}}")
    named = two("activity", "{Ash: {}, Ash 2: {}, Ash 3: {}, Ash 4: {}}")
    together, apart = (best_response(each, "Ash", replications=2) for each in (copies, named))
    assert abs(together.gain(AT_ONCE).mean - apart.gain(AT_ONCE).mean) <= 1  # a pound of rounding
    people = OUTCOMES.index("in_treatment")
    assert np.array_equal(together.lived[:, :, people], apart.lived[:, :, people])


def test_many_that_are_alike_stand_for_each_other():
    names = ", ".join(f"Area {n}: {{}}" for n in range(MOST_TYPES + 2))
    scenario = two("activity", f"{{{names}, Large: {{size: 2.0}}}}")
    table = seated(scenario, tuple(scenario.partnerships))
    assert table.players == ("Area 0", "Large")
    assert table.scenario.partnerships["Area 0"].copies == MOST_TYPES + 2
    chosen = table.given(scenario, (AT_ONCE, FOR_EVER))
    delays = {n: own.plan.move_on_delay_days for n, own in chosen.partnerships.items()}
    assert delays == {n: 100000 if n == "Large" else 0 for n in scenario.partnerships}


def test_who_holds_stays_apart_from_those_alike_that_choose():
    names = ", ".join(f"Area {n}: {{}}" for n in range(MOST_TYPES + 2))
    scenario = two("activity", f"{{{names}}}")
    choosing = tuple(scenario.partnerships)[:-1]
    table = seated(scenario, choosing)
    assert table.players == ("Area 0",)
    assert [own.copies for own in table.scenario.partnerships.values()] == [MOST_TYPES + 1, 1]


def test_too_many_types_are_refused():
    names = ", ".join(f"Area {n}: {{size: 1.{n:02}}}" for n in range(MOST_TYPES + 1))
    scenario = two("activity", f"{{{names}}}")
    with pytest.raises(BadInput, match=f"at most {MOST_TYPES} types, got {MOST_TYPES + 1}"):
        follow_the_money(scenario, replications=2)


# Choices


def test_the_plan_that_a_partnership_has_is_always_among_its_options(baseline):
    (name,) = baseline.partnerships
    present = [option for option in options_of(baseline, name) if option.is_present]
    assert [option.name for option in present] == ["keep 614 days"]
    other = load("baseline_2008", ["plan.move_on_delay_days=90"])
    first, *others = options_of(other, name)
    assert first.is_present
    assert first.name == "its plan as it is"
    assert first.of_levers["move_on_delay_days"] == 90
    assert len(others) == 8


def test_levers_by_group_are_chosen_for_problem_drug_users_alone(baseline):
    (name,) = baseline.partnerships
    by_name = {option.name: option.plan for option in options_of(baseline, name)}
    delays = by_name["move on at once, early exits 0.2 a year"].move_on_delay_days
    assert delays == {"opiate": 0, "crack": 0, "other": 30}
    everybody = load("baseline_2008", ["behaviour.clients=everybody"])
    by_name = {option.name: option.plan for option in options_of(everybody, name)}
    assert by_name["move on at once"].move_on_delay_days == 0


def test_what_goes_to_outreach_comes_from_treatment(baseline):
    plan = baseline.plan.model_copy(
        update={"reintegration_share": (0.1, 0.2), "treatment_share": (0.9, 0.8)}
    )
    changed = laid_over(plan, {"outreach_share": 0.1}, ("opiate",), tuple(baseline.world.groups))
    assert changed.treatment_share == (0.8, 0.7)
    assert laid_over(plan, {"outreach_share": 0.9}, ("opiate",), ()) is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("behaviour.horizon_years=0", "behaviour.horizon_years must be a number of at least 1"),
        ("behaviour.aim=fame", "behaviour.aim must be one of allocation, balance"),
        ("behaviour.choices.move_on_delay_days=[0, -1]", "move_on_delay_days.1 must be a number of"),
        ("behaviour.choices.move_on_delay_days=[0, 0]", "move_on_delay_days must name each once"),
        ("behaviour.choices.outreach_share=[0.1, 10]", "outreach_share.1 must be a number of at most"),
        ("behaviour.choices.priority=[1]", "priority must be a known name"),
        ("behaviour.choices={reintegration_share: [0.6], outreach_share: [0.6]}", "sum to at most 1"),
        (
            f"behaviour.choices={{move_on_delay_days: {[*range(30)]}, support_weeks: {[*range(1, 9)]}}}",
            "must make at most 200 plans together, got 480",
        ),
    ],
)  # fmt: skip
def test_a_broken_choice_is_a_fault_at_its_place(change, fault):
    with pytest.raises(BadInput, match=fault):
        load("baseline_2008", [change])


def test_a_choice_that_no_stream_pays_for_is_refused():
    changes = [
        "funding.streams.pot.pays_for=[overhead, treatment]",
        "behaviour.choices.outreach_share=[0, 0.1]",
    ]
    with pytest.raises(
        BadInput, match=r"behaviour\.choices\.outreach_share must be 0 where no funding"
    ):
        tiny_queue(*changes)


def test_a_run_that_ends_before_money_can_move_is_refused():
    with pytest.raises(BadInput, match="years must be more than the formula's lag"):
        best_response(
            two("activity", "{Ash: {}, Oak: {}}", "years=2", "formula.lag_years=2"), "Ash"
        )


def test_one_replication_says_nothing_and_is_refused():
    with pytest.raises(BadInput, match="replications must be a whole number of at least 2"):
        best_response(two(), "Ash", replications=1)


def test_somebody_unknown_is_refused_with_the_nearest_name():
    with pytest.raises(BadInput, match="did you mean Ash"):
        best_response(two(), "Ahs", replications=2)


# Clients first


def lived(**outcomes):
    """Outcomes by option, replication, outcome and year, of what is named; all else 0."""
    shape = np.shape(next(iter(outcomes.values())))
    values = np.zeros((*shape, len(OUTCOMES), 1))
    for name, given_ in outcomes.items():
        values[:, :, OUTCOMES.index(name), 0] = given_
    return values


def test_best_for_clients_is_the_most_in_recovery_without_clearly_more_deaths():
    well = [[10, 11], [20, 22], [30, 32]]
    assert best_for_clients(lived(in_recovery=well), 0, [0, 1, 2]) == 2
    deaths = [[0, 0], [0, 1], [5, 5]]
    assert best_for_clients(lived(in_recovery=well, deaths=deaths), 0, [0, 1, 2]) == 1
    assert best_for_clients(lived(in_recovery=well), 0, [0, 1]) == 1
    assert best_for_clients(lived(in_recovery=[[10, 11], [9, 30]]), 0, [0, 1]) == 0


def test_who_puts_clients_first_pushes_nobody_out():
    scenario = load("baseline_2008", ["plan.early_exit_rate_per_year=0.2"])
    table = seated(scenario, tuple(scenario.partnerships))
    early = [option.of_levers["early_exit_rate_per_year"] for option in table.options[0]]
    assert 0.2 in early
    values = lived(in_recovery=[[5 + rate, 5 + rate] for rate in early])
    allowed = [place for place, rate in enumerate(early) if rate == 0]
    best = best_for_clients(values, table.as_it_is[0], allowed)
    assert early[best] == 0


def test_clients_first_moves_people_on_where_nobody_dies_of_it():
    found = clients_first(two(), replications=2)
    assert found.best == (AT_ONCE, AT_ONCE)
    well = found.everybody[:, :, OUTCOMES.index("in_recovery"), -1]
    assert well.tolist() == [[100, 100]] * 2


# From Python


def test_a_folder_may_be_given_as_text(tmp_path):
    for ask in (
        lambda folder: follow_the_money(two(), replications=2, folder=folder),
        lambda folder: best_response(two(), "Ash", replications=2, folder=folder),
        lambda folder: clients_first(two(), replications=2, folder=folder),
    ):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        ask(str(folder))
        assert files(folder)


def test_results_show_themselves_in_a_line():
    game = follow_the_money(two(), replications=2)
    for found in (game, game.at_the_end[0], game.clients, price(game), game.table, game.main):
        assert len(repr(found)) < 300
        assert "Scenario(" not in repr(found)
    assert repr(game.at_the_end[0]).startswith("Response(partnership='Ash', present=1")


@pytest.mark.parametrize("name", ["follow_the_money", "best_response", "clients_first", "incentive", "search_formulas", "stress_formula"])  # fmt: skip
def test_what_can_be_called_says_what_each_part_means_and_what_is_returned(name):
    call = getattr(sim, name)
    told = " ".join(call.__doc__.split())
    if name == "incentive":
        assert "The other parameters are those of `run`." in told
    else:
        for part in ("replications", "seed", "workers"):
            assert re.search(
                rf"\b{part if part in inspect.signature(call).parameters else 'worlds'}\b", told
            )
    assert "Returns -------" in told


# The price


def test_the_price_is_everybody_in_recovery_and_nobody_loses_money_together():
    game = follow_the_money(two(), replications=2)
    lines = {line.outcome: line.difference for line in price(game).lines()}
    assert lines["in_recovery"] == Estimate(-200, -200, -200)
    assert lines["allocation_gbp"] == Estimate(0, 0, 0)
    assert price(game).line("in_recovery", "last", "Ash").difference.mean == -100
    titles = [finding.title for finding in all_findings(game)]
    assert (
        titles[1]
        == "Following the money leaves fewer people in recovery than putting clients first"
    )


def test_alone_it_loses_all_and_together_nothing():
    game = follow_the_money(two(), replications=2)
    found = alone_and_together(game)
    assert found.of("alone", "allocation_gbp")[0].tolist() == [0, 0, -POT / 2, -POT / 2]
    assert found.of("together", "allocation_gbp")[0].tolist() == [0, 0, 0, 0]
    assert found.others == 1


def test_copies_count_in_the_price_of_all():
    game = follow_the_money(two("activity", "{Ash: {copies: 3}}"), replications=2)
    assert price(game).line("in_recovery", "last").difference.mean == -300
    assert price(game).line("in_recovery", "last", "Ash").difference.mean == -100


# Jobs


def files(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes(tmp_path):
    scenario = two("completions")
    games = {
        workers: follow_the_money(scenario, replications=2, workers=workers, folder=tmp_path / str(workers))
        for workers in (1, 2)
    }  # fmt: skip
    assert files(tmp_path / "1") == files(tmp_path / "2")
    assert games[1].rounds.equals(games[2].rounds)


class KilledError(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 5, 9])
def test_a_job_that_is_killed_goes_on_and_ends_with_the_same_bytes(tmp_path, after):
    scenario = two("completions")
    whole = follow_the_money(scenario, replications=2, folder=tmp_path / "whole")
    left = after

    def kills(*_):
        nonlocal left
        left -= 1
        if not left:
            raise KilledError

    with pytest.raises(KilledError):
        follow_the_money(scenario, replications=2, folder=tmp_path / "killed", progress=kills)
    before = set(files(tmp_path / "killed")) if (tmp_path / "killed").exists() else set()
    again = follow_the_money(scenario, replications=2, folder=tmp_path / "killed")
    assert before < set(files(tmp_path / "whole"))
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    assert again.rounds.equals(whole.rounds)
    assert again.outcomes.equals(whole.outcomes)


def test_what_is_kept_is_not_run_again(tmp_path, monkeypatch):
    scenario = two()
    first = follow_the_money(scenario, replications=2, folder=tmp_path)

    def never(*_):
        raise AssertionError

    monkeypatch.setattr("simulator.behaviour.lives.spread", never)
    assert follow_the_money(scenario, replications=2, folder=tmp_path).rounds.equals(first.rounds)


def test_a_file_under_the_name_of_another_is_not_taken_for_it(tmp_path):
    best_response(two(), "Ash", replications=2, folder=tmp_path)
    first, second, *_ = sorted(tmp_path.iterdir())
    whole = files(tmp_path)
    first.write_bytes(whole[second.name])
    best_response(two(), "Ash", replications=2, folder=tmp_path)
    assert files(tmp_path) == whole


def test_what_another_world_left_or_a_torn_file_is_run_anew(tmp_path):
    best_response(two(), "Ash", replications=2, folder=tmp_path)
    for file in tmp_path.iterdir():
        file.write_text('{"of": ', encoding="utf-8")
    assert best_response(two(), "Ash", replications=2, folder=tmp_path).gain(AT_ONCE).mean == -POT
    other = two("activity", "{Ash: {}, Oak: {}}", "formula.pot_gbp=2000000")
    assert (
        best_response(other, "Ash", replications=2, folder=tmp_path).gain(AT_ONCE).mean == -2 * POT
    )
    assert all(json.loads(file.read_text())["of"] for file in tmp_path.iterdir())


# Runs do what partnerships choose


def test_a_run_of_those_that_choose_is_a_run_of_what_they_choose():
    scenario = two("completions", "{Ash: {behaviour: follow_the_money}, Oak: {}}")
    chosen = resolved(scenario)
    assert chosen.told == ("Ash follows the money: move on at once",)
    plans = {
        name: own.plan.move_on_delay_days for name, own in chosen.scenario.partnerships.items()
    }
    assert plans == {"Ash": 0, "Oak": 100000}
    assert {own.behaviour for own in chosen.scenario.partnerships.values()} == {"hold"}
    ran, again = sim.run(scenario, replications=2), sim.run(chosen.scenario, replications=2)
    assert np.array_equal(ran.values, again.values, equal_nan=True)
    assert ran.scenario == chosen.scenario


def test_clients_first_chooses_before_those_that_follow_the_money():
    scenario = two(
        "activity", "{Ash: {behaviour: clients_first}, Oak: {behaviour: follow_the_money}}"
    )
    told = resolved(scenario).told
    assert told == (
        "Ash puts clients first: move on at once",
        "Oak follows the money: keep 100,000 days",
    )


def test_where_all_hold_the_scenario_stays_itself(baseline):
    assert resolved(baseline).scenario is baseline


def test_a_comparison_resolves_both_sides():
    holding = two("completions")
    choosing = two("completions", "{Ash: {behaviour: follow_the_money}, Oak: {}}")
    choosing = choosing.model_copy(update={"name": "choosing"})
    comparison = sim.compare([holding, choosing], replications=2)
    well = comparison.others[0].of("in_recovery", "Ash") - comparison.baseline.of(
        "in_recovery", "Ash"
    )
    assert well[:, -1].tolist() == [100, 100]


def test_no_behaviour_is_read_and_left_undone():
    scenario = two("activity", "{Ash: {behaviour: follow_the_money}, Oak: {}}")
    with pytest.raises(BadInput, match="Ash choose"):
        model.Run(scenario, 1, 0)


def test_a_written_behaviour_reads_back(tmp_path):
    scenario = two(
        "activity", "{Ash: {behaviour: follow_the_money}, Oak: {}}", "behaviour.aim=balance"
    )
    sim.write_scenario(scenario, tmp_path / "own.yaml")
    read = load(tmp_path / "own.yaml")
    assert (read.behaviour, read.partnerships) == (scenario.behaviour, scenario.partnerships)


def test_what_counts_is_cut_at_the_end_of_the_run():
    horizon = horizon_of(two())
    assert (horizon.first, horizon.last) == (1, 4)
    late = horizon_of(two("activity", "{Ash: {}, Oak: {}}", "formula.lag_years=2"))
    assert (late.first, late.last) == (2, 4)


def test_the_deviation_of_nobody_is_what_was_before():
    scenario = two("completions")
    lives = Lives(seated(scenario, ("Ash",)), 1, 2)
    (before,) = lives.together([(FOR_EVER,)])
    (same,) = lives.alone((FOR_EVER,), [(0, FOR_EVER)])
    assert np.array_equal(before[:, 0], same)
    assert with_plans(scenario, {}) == scenario


# The real baseline


@pytest.mark.slow
def test_at_the_rule_of_2008_keeping_longest_pays_and_fewer_recover():
    changes = ["partnerships={Big: {size: 0.4, copies: 2}, Small: {size: 0.2, copies: 3}}"]
    scenario = load("eight_park", [*changes, "plan.move_on_delay_days=614"])
    game = follow_the_money(scenario, replications=4, workers=None)
    assert {game.option(player, game.end).name for player in (0, 1)} == {"keep 1,460 days"}
    assert price(game).line("in_recovery", "last").difference.high < 0
    for player in (0, 1):
        alone = alone_and_together(game, player).of("alone", "allocation_gbp")[:, -1]
        assert Estimate.of(alone).high < 0
