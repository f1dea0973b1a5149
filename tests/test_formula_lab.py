"""Formulas put to the test: planted problems whose answer is known beforehand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import simulator as sim
from simulator import replicate
from simulator.changeover import unsteadiness
from simulator.cli import formula_lab as printed
from simulator.formula_lab import harms, plans, smallest
from simulator.formula_lab.confirm import _confirmed, confirm, paid_by
from simulator.formula_lab.objectives import NAMES, OBJECTIVES, Judge, worst
from simulator.formula_lab.pounds import Payer
from simulator.formula_lab.recorded import record
from simulator.formula_lab.search import SUGGESTED, Point, chosen, search, undominated
from simulator.formula_lab.simpler import isolated, simpler, simplifications, with_years
from simulator.formula_lab.stress import CLIFF_GBP, stress
from simulator.formula_lab.variables import TERMS, in_words, space
from simulator.formula_lab.words import (
    known_points,
    objective_interval,
    point_sentences,
    search_sentences,
    stress_sentences,
)
from simulator.formula_lab.worlds import sampled, with_types
from simulator.formula_lab.written import (
    frontier_table,
    stress_table,
    suggested_yaml,
    write_smallest,
)
from simulator.report.document import Drawing
from simulator.report.formula_lab import frontier_rows, stress_document
from simulator.scenario import as_dict, load, with_formula
from simulator.scenario.schema import SharingRule

GAP = NAMES.index("gap_gbp_per_year")
FEW = {"replications": 6, "seed": 1, "workers": 1}


def rule(scenario, terms, **others):
    """A rule in force at once and without bounds."""
    formula = scenario.formula
    told = {
        "terms": terms,
        "area_cost_share": 1.0,
        "lag_years": 1,
        "observation_delay_days": formula.observation_delay_days,
        "phase_in_share": 1.0,
        "floor_share": None,
        "ceiling_share": None,
        "rounding_gbp": 1,
    } | others
    return SharingRule.model_validate(told)


def paying(scenario, counts, **others):
    return paid_by(scenario, rule(scenario, {"only": {"counts": counts, "weight": 1.0}}, **others))


@pytest.fixture(scope="module")
def recorded(tenth):
    return record(tenth, 3, 1, 1, years=5)


@pytest.fixture(scope="module")
def judge(recorded):
    return Judge(recorded)


# Recorded worlds


def test_a_recorded_world_is_paid_what_the_run_was_paid(tenth, recorded):
    (sample,) = replicate.run([tenth], 3, 1, 1)
    held = Payer(recorded).alone(tenth.formula)[:, 0, :, 0]
    np.testing.assert_allclose(held, sample.of("allocation_gbp"), atol=1.5)


@pytest.mark.parametrize("lag", [2, 3])
def test_a_longer_lag_is_worked_out_on_worlds_that_lived_with_a_shorter_one(tenth, lag):
    data = as_dict(tenth)
    data["formula"]["lag_years"] = lag
    lagged = type(tenth).model_validate(data)
    own = record(lagged, 1, 1, 1, years=5)
    (sample,) = replicate.run([lagged], 1, 1, 1)
    held = Payer(own).alone(lagged.formula)[:, 0, :, 0]
    np.testing.assert_allclose(held, sample.of("allocation_gbp"), atol=1.5)


def test_the_pot_is_spent_whatever_all_do(tenth, recorded):
    payer = Payer(recorded)
    for paid in (payer.alone(tenth.formula), payer.together(tenth.formula)):
        spent = (paid * recorded.copies).sum(axis=-1)
        np.testing.assert_allclose(spent, np.broadcast_to(recorded.pot_gbp, spent.shape), rtol=1e-9)


def test_nobody_gains_by_what_all_do(recorded, judge, tenth):
    paying_activity = rule(tenth, {"a": {"counts": "effective_clients", "weight": 1.0}})
    alone = judge.gains(paying_activity)["park"].mean()
    together = judge.gains(paying_activity, together=True)["park"].mean()
    assert alone > 20 * abs(together)


def test_worlds_that_were_kept_are_not_lived_again(tenth, tmp_path, recorded):
    file = tmp_path / "worlds.jsonl"
    whole = record(tenth, 2, 1, 1, years=5, file=file)
    lines = file.read_text(encoding="utf-8").splitlines()
    torn = lines[0] + "\n" + lines[1][:100]  # killed while it wrote the second
    file.write_text(torn, encoding="utf-8")
    lived = []
    again = record(
        tenth, 2, 1, 1, years=5, file=file, progress=lambda done, total: lived.append(total)
    )
    assert lived == [1]
    np.testing.assert_array_equal(again.own, whole.own)
    np.testing.assert_array_equal(again.own, recorded.own[:2])


def test_another_seed_does_not_take_the_worlds_of_the_first(tenth, tmp_path):
    file = tmp_path / "worlds.jsonl"
    one = record(tenth, 1, 1, 1, years=2, file=file)
    other = record(tenth, 1, 2, 1, years=2, file=file)
    assert not np.array_equal(one.own, other.own)


@pytest.mark.slow
def test_two_processes_record_the_same_worlds_as_one(tenth, recorded):
    np.testing.assert_array_equal(record(tenth, 3, 1, 2, years=5).own, recorded.own)


def test_sampled_worlds_lie_in_the_ranges_of_the_evidence(baseline):
    drawn = sampled(baseline, 5, 1)
    assert drawn == sampled(baseline, 5, 1)
    assert drawn != sampled(baseline, 5, 2)
    for place, path in enumerate(drawn.paths):
        low, high = baseline.evidence[path].range
        assert all(low <= row[place] <= high for row in drawn.rows)


def test_types_share_the_same_pot_and_are_all_alive(baseline):
    typed = with_types(baseline)
    assert len(typed.partnerships) > 5
    assert typed.formula.pot_gbp == baseline.formula.pot_gbp
    in_all = sum(own.copies * own.size for own in typed.partnerships.values())
    assert in_all == pytest.approx(149, rel=0.05)
    assert with_types(typed) is typed


# Objectives


def test_a_formula_of_need_alone_has_no_gap_and_is_steady(judge, tenth):
    measured = judge.measured(rule(tenth, {"need": {"counts": "need_index", "weight": 1.0}}))
    assert measured[:, :2] == pytest.approx(0, abs=1e-6)


def test_a_formula_of_activity_alone_has_a_gap(judge, tenth):
    measured = judge.measured(rule(tenth, {"a": {"counts": "effective_clients", "weight": 1.0}}))
    assert measured[:, GAP].min() > 10_000


def test_a_gap_is_that_of_one_plan_and_not_of_the_luckiest_in_each_world(judge, recorded):
    """Holding and parking gain £9,000 in one world and lose it in the next, turn about: nothing is gained."""
    own = np.zeros((3, len(recorded.plans), recorded.years, len(recorded.names)))
    own[0, recorded.plan("hold")] = own[1, recorded.plan("park")] = 9_000
    own[1, recorded.plan("hold")] = own[0, recorded.plan("park")] = -9_000
    for plan in ("push_out_early", "favour_other"):
        own[:, recorded.plan(plan)] = -1_000
    gap = judge._gap(own)
    assert gap.mean() == 0
    assert sorted(gap) == [-9_000, 0, 9_000]


def test_whole_runs_tell_the_gap_of_the_plan_that_gains_most_on_average(tenth):
    before = Point("own", tenth.formula, np.zeros((2, len(NAMES))), ())
    told = _confirmed(before, np.array([[900.0, -700], [-700, 900.0 + 100]]), ["hold", "park"])
    assert told.by == "park"
    assert told.gap.mean == told.difference.mean == 150


def test_unsteadiness_is_that_of_formulas_side_by_side(judge, recorded, tenth):
    paying_activity = rule(tenth, {"a": {"counts": "effective_clients", "weight": 1.0}})
    held = Payer(recorded).alone(paying_activity)[:, 0].swapaxes(1, 2)
    told = unsteadiness(held, recorded.pot_gbp, recorded.copies).mean
    place = NAMES.index("unsteadiness_share")
    assert judge.measured(paying_activity)[:, place].mean() == pytest.approx(told)
    assert told > 0


def test_an_old_share_makes_no_losers_and_pays_for_nothing(tenth):
    typed = with_types(tenth)
    judge = Judge(record(typed, 1, 1, 1, years=4))
    measured = judge.measured(rule(typed, {"old": {"counts": "historic_share", "weight": 1.0}}))
    gap, unsteady, lost, away = measured[0]
    assert (gap, unsteady) == pytest.approx((0, 0), abs=1e-6)
    assert lost < 0.001 < away


def test_the_worst_tenth_is_the_mean_of_the_largest():
    assert worst(np.arange(20.0)) == 18.5
    assert worst(np.array([3.0, 1.0])) == 3.0


def test_whole_runs_and_recorded_worlds_of_the_own_formula_agree_where_money_is_not_short(
    tenth, recorded
):
    found = search(recorded, space(tenth, ["need", "activity"]), trials=4)
    (own,) = confirm(recorded, [found.own], 2, 1, 1)
    assert abs(own.difference.mean) < 0.2 * abs(own.recorded.mean)


# Search


def test_a_search_between_need_and_activity_finds_need_alone(recorded, tenth):
    found = search(recorded, space(tenth, ["need", "activity"]), trials=60)
    best = found.frontier[0]
    assert any(
        set(p.rule.terms) == {"need"} and p.means[GAP] == pytest.approx(0, abs=1e-6)
        for p in found.frontier
    )
    assert best.means[GAP] <= 1e-6


def test_no_point_of_the_frontier_is_beaten_by_another():
    means = np.array([[0, 0.5, 0, 0], [0, 0.6, 0, 0], [2000, 0, 0, 0], [0, 0.5, 0, 0]])
    assert undominated(means) == [0, 2]
    assert undominated(means, [3, 1, 1, 2]) == [2, 3]  # of points alike, the one with fewer terms


def test_the_same_seed_finds_the_same_formulas(recorded, tenth):
    among = space(tenth, ["activity", "completions", "unmet_need"])
    one, again = (search(recorded, among, trials=50, seed=4) for _ in range(2))
    other = search(recorded, among, trials=50, seed=5)
    assert [p.rule for p in one.frontier] == [p.rule for p in again.frontier]
    assert [p.rule for p in one.frontier] != [p.rule for p in other.frontier]


def test_what_is_shown_holds_the_best_of_each_kind(recorded, tenth):
    found = search(recorded, space(tenth), trials=120)
    shown = chosen(found.frontier, 6)
    assert len(shown) <= 6
    for axis in range(len(NAMES)):
        assert min(p.means[axis] for p in shown) == min(p.means[axis] for p in found.frontier)


def test_every_formula_of_the_search_can_be_written_and_read(recorded, tenth, tmp_path):
    found = search(recorded, space(tenth), trials=30)
    for point in found.shown:
        text = suggested_yaml(point, found)
        assert SUGGESTED in text.lower()
        file = tmp_path / f"{point.name}.yaml"
        file.write_text(text, encoding="utf-8")
        assert with_formula(tenth, file).formula.terms == point.rule.terms
    table = frontier_table(found)
    assert set(table["status"]) == {SUGGESTED, "known"}
    assert SUGGESTED in search_sentences(found)[0].lower()


def test_weights_are_whole_twentieths_that_sum_to_one(tenth):
    among = space(tenth)
    for corner in among.corners():
        weights = [term.weight for term in among.rule(corner).terms.values()]
        assert weights == [1.0]
    values = among.corners()[0] | {f"weigh_{term}": 0.1 * (k + 1) for k, term in enumerate(TERMS)}
    weights = [term.weight for term in among.rule(values).terms.values()]
    assert sum(weights) == pytest.approx(1)
    assert all(20 * weight == pytest.approx(round(20 * weight)) for weight in weights)


def test_an_unknown_term_is_refused_with_the_nearest_one(tenth):
    with pytest.raises(sim.BadInput, match="activity"):
        space(tenth, ["activty"])


def test_a_formula_reads_as_a_line(tenth):
    told = rule(
        tenth,
        {
            "need": {"counts": "need_index", "weight": 0.6},
            "activity": {"counts": "effective_clients", "weight": 0.4},
        },
        floor_share=0.9,
        phase_in_share=[0.5, 1.0],
    )
    assert in_words(told) == (
        "60% need + 40% activity, lag 1 year, floor 90%, phased in over 2 years"
    )


# Stress


def harm_of(scenario, name, **how):
    (found,) = stress(scenario, harms=[name], shrink=False, **FEW | how).harms
    return found


@pytest.mark.slow
def test_paying_for_activity_alone_pays_for_parking_and_not_for_pushing_out(tenth):
    scenario = paying(tenth, "effective_clients")
    parking = harm_of(scenario, "parking")
    assert parking.verdict == "found"
    assert "before and after what the client costs" in parking.also
    assert harm_of(scenario, "premature_exits").verdict != "found"


@pytest.mark.slow
def test_paying_for_completions_alone_pays_for_pushing_out_and_not_for_parking(tenth):
    scenario = paying(tenth, "completions")
    assert harm_of(scenario, "premature_exits").verdict == "found"
    assert harm_of(scenario, "parking").verdict == "not found"


@pytest.mark.slow
def test_paying_for_need_alone_does_none_of_the_harms(tenth):
    for harm in stress(paying(tenth, "need_index"), **FEW).harms:
        assert harm.verdict == "not found", harm
        assert harm.size.mean == pytest.approx(0, abs=1)


@pytest.mark.slow
def test_a_floor_of_all_that_was_paid_stops_a_spiral(tenth):
    scenario = paying(tenth, "effective_clients", floor_share=1.0)
    # A pot that grows would be shared by activity, and the floor would hold whatever was lost of that for ever.
    pot = scenario.formula.pot_gbp[0]
    level = scenario.formula.model_copy(update={"pot_gbp": pot})
    spiral = harm_of(scenario.model_copy(update={"formula": level}), "spiral")
    assert spiral.verdict == "not found"
    assert spiral.size.mean == pytest.approx(0, abs=0.02)


def planted(by_year, replications=8):
    """Differences with a little luck, known beforehand."""
    luck = np.random.default_rng(1).normal(0, 10, (replications, len(by_year)))
    return np.array(by_year) + luck, np.full((replications, len(by_year)), 250_000.0)


@pytest.mark.parametrize(
    ("by_year", "swings", "verdict"),
    [
        ([0, 0, -9000, -5000, -3000, -2000, -1000, 0], 0, "not found"),
        ([0, 0, -9000, -5000, 3000, 2000, 1000, 0], 1, "not found"),
        ([0, 0, -9000, 8000, -7000, 6000, -5000, 4000], 5, "found"),
    ],
)
def test_swings_are_told_from_a_way_back(by_year, swings, verdict):
    read = harms.oscillation(*planted(by_year), None)
    assert (read.size.mean, read.verdict) == (swings, verdict)


def test_a_planted_spiral_is_found_and_said_to_keep_falling(tenth):
    (pair, *_) = harms.HARMS["spiral"].pairs(isolated(tenth, next(iter(tenth.partnerships))))
    cut = harms.cut_of(pair)
    falling = harms.spiral(*planted([0, 0, *(-cut * np.arange(0.1, 0.9, 0.1))]), pair)
    assert falling.verdict == "found"
    assert falling.also == "the allocation keeps falling"
    back = harms.spiral(*planted([0, 0, -0.2 * cut, -0.1 * cut, 0, 0, 0]), pair)
    assert back.verdict == "not found"
    assert back.also == "the allocation returns"


def test_one_replication_allows_no_verdict(tenth):
    scenario = paying(tenth, "effective_clients")
    assert harm_of(scenario, "parking", replications=1).verdict == "too close to call"


CLIFFS = ("cliff_12_weeks", "cliff_six_months")


def test_the_cliff_at_twelve_weeks_stands_at_day_84(tenth):
    weeks, months = stress(paying(tenth, "effective_clients"), harms=CLIFFS, **FEW).harms
    assert (weeks.verdict, weeks.cliff.jump_at) == ("found", 84)
    assert months.verdict == "not found"
    # By hand: two partnerships of one client each. 83 days count for nothing, so the second has it all.
    assert [row[2:] for row in weeks.example.rows if row[0] in (83, 84)] == [
        (0, 10_000),
        (5_000, 5_000),
    ]


def test_the_cliff_at_six_months_comes_after_day_182(tenth):
    weeks, months = stress(paying(tenth, "completions"), harms=CLIFFS, **FEW).harms
    assert weeks.verdict == "not found"
    assert (months.verdict, months.cliff.jump_at) == ("found", 183)
    assert months.size.mean > CLIFF_GBP


def test_an_unknown_harm_is_refused(tenth):
    with pytest.raises(sim.BadInput, match="parking"):
        stress(tenth, harms=["parkng"])


def test_who_chooses_a_plan_is_refused(tenth):
    (name,) = tenth.partnerships
    choosing = tenth.partnerships[name].model_copy(update={"behaviour": "follow_the_money"})
    scenario = tenth.model_copy(update={"partnerships": {name: choosing}})
    with pytest.raises(sim.BadInput, match="be hold"):
        stress(scenario)


# The smallest scenario


@pytest.fixture(scope="module")
def plain(tenth):
    """Little to leave out: four years, one term, nobody moves or is taken into custody."""
    left = with_years(paying(tenth, "effective_clients"), 4)
    for step in simplifications(left, 4):
        if step.told in ("nobody is taken into custody", "nobody moves", "no area costs"):
            left = simpler(left, step) or left
    return left


@pytest.fixture(scope="module")
def shrunk(plain):
    return stress(plain, harms=["parking"], **FEW)


@pytest.mark.slow
def test_the_smallest_scenario_still_shows_the_harm_and_is_small(shrunk):
    (found,) = shrunk.harms
    small = found.smallest
    assert small.read.verdict == "found"
    scenario = small.pair.with_it
    assert scenario.formula.rest.partnerships == 1
    assert scenario.years <= 3
    assert len(scenario.world.groups) == 1
    assert len(scenario.formula.terms) == 1
    seen = smallest.look(harms.HARMS["parking"], small.pair, 6, 1, 1)
    assert seen == small.read


@pytest.mark.slow
def test_the_smallest_pair_is_two_files_that_load_and_run(shrunk, tmp_path):
    files = write_smallest(shrunk, tmp_path)
    assert files == ["parking_without.yaml", "parking_with.yaml"]
    found = [load(tmp_path / file) for file in files]
    without, with_it = (s.of("allocation_gbp") for s in replicate.compare(found, 6, 1, 1).samples)
    told = shrunk.harms[0].smallest.read.size.mean
    assert (with_it - without)[:, 1:].mean() == pytest.approx(told)
    assert "it describes no place" in found[0].description.lower()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_smallest_scenario(shrunk, plain):
    again = stress(plain, harms=["parking"], **FEW)
    assert again.harms[0].smallest == shrunk.harms[0].smallest
    assert stress_table(again).equals(stress_table(shrunk))
    assert stress_sentences(again) == stress_sentences(shrunk)


def test_every_simplification_leaves_a_scenario_or_nothing(tenth):
    base = isolated(tenth, next(iter(tenth.partnerships)))
    for step in simplifications(base, 3):
        left = simpler(base, step)
        assert left is None or as_dict(left) != as_dict(base), step.told


def test_a_longer_run_goes_on_as_it_ends(tenth):
    long = with_years(tenth, 9)
    assert len(long.formula.pot_gbp) == 9
    assert long.formula.pot_gbp[-1] == tenth.formula.pot_gbp[-1]
    assert with_years(long, 5) == tenth


def test_alone_among_as_many_as_there_were(baseline):
    typed = with_types(baseline)
    one = isolated(typed, "Large, high need")
    assert list(one.partnerships) == ["Large, high need"]
    in_all = sum(own.copies * own.size for own in typed.partnerships.values())
    assert one.formula.rest.partnerships == pytest.approx(in_all - 1.8, abs=0.5)


# Plans


def test_plans_differ_in_what_they_say(baseline):
    name = next(iter(baseline.partnerships))
    tried = {way.name: way.plan for way in plans.ways(baseline, name)}
    own = baseline.partnerships[name].plan
    assert tried["hold"] == own
    assert tried["park"].move_on_delay_days["opiate"] == own.move_on_delay_days["opiate"] + 1460
    assert tried["clients_first"].move_on_delay_days == 0
    assert tried["favour_other"].priority == {"opiate": 1, "crack": 1, "other": 0}
    for plan in tried.values():
        parts = (plan.treatment_share, plan.reintegration_share, plan.outreach_share)
        assert sum(parts) == pytest.approx(1)


def test_a_world_of_one_group_has_nobody_to_favour(queue):
    assert not [w for w in plans.ways(queue, next(iter(queue.partnerships))) if "favour" in w.name]


# In words


@pytest.fixture(scope="module")
def found(recorded, tenth):
    return search(recorded, space(tenth, ["need", "activity"]), trials=4)


WIDE = np.array([[-123456.0, 0.001, 0.0123, 0.2345], [223456.0, 0.101, 0.5123, 0.9345]])


@pytest.mark.parametrize("columns", [100, 80])
def test_the_table_of_a_search_breaks_no_word_and_no_number(found, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    wide = replace(found.own, measured=WIDE)
    points = [replace(wide, name=name) for name in ("suggested_02", "supplementary_grant_2022")]
    table = frontier_rows(points, "Some")
    printed._print(table)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert max(map(len, lines)) <= columns
    words = {word for line in lines for word in line.split()}
    for row in table.rows:
        for text in (row.head, *(part for c in row.cells for part in (c.text, c.below))):
            assert set(text.split()) <= words
    assert {"Unsteadiness", "suggested", "supplementary"} <= words


def test_what_a_formula_is_stands_below_the_table(found):
    told = point_sentences(found, found.library)
    assert any(each.startswith("need only 2006: 100% need") for each in told)
    assert all("lose" in each for each in told)


def test_kinds_that_stand_for_england_are_said_to_be_made_up(found, tenth):
    kinds = "a made-up set of 8 kinds of partnership stands for England"
    assert not any(kinds in each for each in search_sentences(found))
    typed = replace(found, scenario=with_types(tenth))
    (told,) = (each for each in search_sentences(typed) if kinds in each)
    assert "docs/model.md" in told


def test_the_own_formula_is_told_once_where_the_library_has_it(found, tenth):
    name = "activity_2008"
    (known,) = (each for each in found.library if each.name == name)
    # a term without weight and a last step of the phase-in told twice change nothing
    written = known.rule.model_copy(
        update={
            "terms": {
                **known.rule.terms,
                "none": known.rule.terms["need"].model_copy(update={"weight": 0.0}),
            },
            "phase_in_share": (*known.rule.phase_in_share, 1.0),
        }
    )
    same = replace(found, own=replace(known, name="own", rule=written))
    assert [each.name for each in known_points(same)].count(name) == 0
    assert point_sentences(same, [same.own])[0].startswith("own, the same as activity 2008: ")
    nowhere = rule(tenth, {"need": {"counts": "need_index", "weight": 1.0}}, lag_years=3)
    other = replace(found, own=replace(found.own, rule=nowhere))
    assert [each.name for each in known_points(other)].count(name) == 1
    assert point_sentences(other, [other.own])[0].startswith("own: ")


def test_points_that_have_no_file_say_why(found):
    few = replace(found, shown=found.frontier[:1])
    files = dict(zip(frontier_table(few)["formula"], frontier_table(few)["file"], strict=True))
    assert files["suggested_01"] == "suggested_01.yaml"
    assert files["own"] == "none: it is the scenario's own"
    assert files["need_only_2006"] == "none: it is in the library"
    more = replace(few, frontier=(*found.frontier, replace(found.frontier[0], name="suggested_99")))
    files = dict(zip(frontier_table(more)["formula"], frontier_table(more)["file"], strict=True))
    assert files["suggested_99"] == "none: only formulas that are shown have one"
    assert any("Only formulas that are shown have a file" in each for each in search_sentences(more))  # fmt: skip
    none = " ".join(search_sentences(replace(found, shown=())))
    assert "(which is not shown and so has no file): 100% need" in none


@pytest.mark.parametrize("name", ["unsteadiness_share", "losses_share", "mismatch_share"])
def test_an_interval_of_a_size_is_cut_at_nothing(found, name):
    (objective,) = (each for each in OBJECTIVES if each.name == name)
    told = objective_interval(replace(found.own, measured=WIDE), objective)
    assert told.startswith("0.0% to ")
    assert objective_interval(replace(found.own, measured=WIDE), OBJECTIVES[0]).startswith("−£")


@pytest.mark.slow
def test_a_search_shows_itself_in_a_line(found, shrunk):
    for each in (found, found.own, shrunk):
        assert len(repr(each)) < 400
        assert "Scenario(" not in repr(each)
    assert "Scenario(" not in repr(shrunk.harms[0])


# From Python


def test_every_fault_of_a_search_is_told_in_words_for_any_door():
    with pytest.raises(sim.BadInput) as refused:
        sim.search_formulas(
            "baseline_2008", terms=["q"], trials=-1, worlds=0, confirmed_worlds=-1, seed=-1
        )
    names = [fault.name for fault in refused.value.faults]
    assert names == ["terms", "trials", "worlds", "confirmed_worlds", "seed"]
    assert "--" not in str(refused.value)
    assert str(refused.value).count("need, activity") == 1


def test_every_fault_of_stress_is_told_in_words_for_any_door():
    with pytest.raises(sim.BadInput) as refused:
        sim.stress_formula("baseline_2008", harms=["q"], partnership="Nowhere", replications=0)
    assert [fault.name for fault in refused.value.faults] == ["partnership", "harm", "replications"]
    assert "--" not in str(refused.value)
    assert str(refused.value).count("parking, ") == 1


# Doors


@pytest.mark.slow
def test_the_doors_write_what_they_print(tenth, tmp_path):
    from test_cli import treatment_sim

    file = tmp_path / "tenth.yaml"
    sim.write_scenario(tenth, file)
    told = treatment_sim(
        "formula", "stress", file, "--harm", "parking", "--no-smallest", "-n", "3", "-w", "1",
        "--out", tmp_path / "stress", "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["harms"][0]["harm"] == "parking"
    assert (tmp_path / "stress" / "stress.html").is_file()


@pytest.mark.slow
def test_a_search_at_the_door_writes_its_frontier(tenth, tmp_path):
    from test_cli import treatment_sim

    file = tmp_path / "tenth.yaml"
    sim.write_scenario(tenth, file)
    out = tmp_path / "search"
    asked = (
        "formula", "search", file, "--terms", "need", "--terms", "activity", "--trials", "20",
        "-n", "2", "--confirm", "1", "-w", "1", "--out", out,
    )  # fmt: skip
    first = treatment_sim(*asked, "--json")
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert told["status"] == SUGGESTED
    assert (out / "frontier.csv").is_file()
    assert SUGGESTED in (out / "search.md").read_text(encoding="utf-8").lower()
    again = treatment_sim(*asked, "--json")  # on worlds that were kept
    assert json.loads(again.stdout) == told


def test_a_search_without_what_searches_says_how_to_install_it(monkeypatch, recorded, tenth):
    monkeypatch.setattr("simulator.formula_lab.search.find_spec", lambda _: None)
    with pytest.raises(sim.MissingExtra, match=r"\[search\]"):
        search(recorded, space(tenth), trials=1)


def test_a_partnership_that_is_not_there_is_refused(tmp_path):
    from test_cli import refused

    assert "partnership" in refused("formula", "stress", "--partnership", "Nowhere", "-n", "2")[0]


@pytest.mark.slow
def test_harms_and_a_cliff_are_drawn_with_their_words(tenth):
    names = ("parking", "cliff_12_weeks")
    result = stress(tenth, harms=names, replications=2, shrink=False)
    drawn = [
        piece.svg
        for piece in stress_document(result, "again", draw=True).first
        if isinstance(piece, Drawing)
    ]
    gains, cliff = drawn
    assert "Parking" in gains
    assert "from day 83 to day 84" in cliff
    assert "drops out" in cliff
    plain = stress_document(result, "again", draw=False).first
    assert not [piece for piece in plain if isinstance(piece, Drawing)]
