"""One replication: nobody and no pound is lost, the formula counts what happened, and the obvious happens."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import a_tenth_of, changed, finished, interval, journal, tiny_queue, with_places_unlimited

from simulator import funding, measures, replicate
from simulator.errors import ConservationError
from simulator.journal import EXITS, MOVES, PLANNED, Happened, State
from simulator.measures import MEASURES, MONEY_MEASURES
from simulator.model import REST, Run
from simulator.scenario import load
from simulator.years import DAYS_PER_YEAR, first_day


def told(scenario, seed, replications=1):
    """Measures of all groups together: by name, an array by replication and year."""
    sample = replicate.run([scenario], replications, seed, workers=1)[0]
    return {name: sample.of(name) for name in MEASURES}


def for_all_groups(scenario, **values):
    """A scenario with values in every group: ``waiting__mean_patience_days=0.0``."""
    groups = {
        f"world__groups__{group}__{name}": value
        for group in scenario.world.groups
        for name, value in values.items()
    }
    return changed(scenario, **groups)


def kinds(records):
    return set(map(Happened, records.what[records.day >= 0].tolist()))


THREE_YEARS = [
    "formula.pot_gbp=[20026845, 20026845, 20472483]",
    "formula.phase_in_share=[0.333333, 0.666667, 1.0]",
]


@pytest.fixture(scope="module")
def eight(seed):
    """Eight small partnerships that share a pot."""
    return finished(a_tenth_of(load("eight_one_moves_on", ["years=3", *THREE_YEARS])), seed)


# Conservation


@pytest.mark.parametrize("name", ["baseline_2008", "move_on", "reintegration_wide", "long_waits"])
def test_nobody_is_lost_in_any_state(name, seed):
    """People on each 31 March are those of the year before, and the journal's moves in and out."""
    run = Run(a_tenth_of(load(name)), seed, 0)
    pathway = run.partnerships[0].pathway
    group_of = np.repeat(np.arange(len(pathway.groups)), [group.people for group in pathway.groups])
    before, lines = pathway.people_by_state().copy(), 0
    everybody = before.sum(axis=0)
    lines = len(journal(run).day)
    while run.year < run.scenario.years:
        run.live_year()
        records = journal(run)
        after = pathway.people_by_state().copy()
        flows = np.zeros_like(after)
        for person, what in zip(
            records.person[lines:].tolist(), records.what[lines:].tolist(), strict=True
        ):
            if Happened(what) in MOVES:
                origin, target = MOVES[Happened(what)]
                flows[origin, group_of[person]] -= 1
                flows[target, group_of[person]] += 1
        assert np.array_equal(after, before + flows)
        assert np.array_equal(after.sum(axis=0), everybody)
        before, lines = after, len(records.day)


def test_the_measures_of_people_add_up(tenth, seed):
    sample = replicate.run([tenth], 3, seed, workers=1)[0]
    for group in (*tenth.world.groups, "all"):
        of = {name: sample.of(name, group=group) for name in MEASURES if name not in MONEY_MEASURES}
        inside, starts = of["in_treatment"], of["new_presentations"]
        exits = of["planned_exits"] + of["unplanned_exits"]
        assert np.array_equal(np.diff(inside), (starts - exits)[:, 1:])
        assert np.array_equal(
            of["successful_completions"] + of["re_presentations"], of["planned_exits"]
        )
        assert np.all(of["in_effective_treatment"] <= of["in_contact"])
        assert np.all(inside <= of["in_contact"])
        assert np.all(of["in_contact"][:, 1:] <= inside[:, :-1] + starts[:, 1:])
        assert np.all(of["early_exits"] <= of["planned_exits"])
        need = of["untreated"] + of["waiting"]
        share = np.divide(
            need, need + inside, out=np.full(need.shape, np.nan), where=need + inside > 0
        )
        assert of["unmet_need_share"] == pytest.approx(share, nan_ok=True)


@pytest.mark.parametrize(
    "name", ["baseline_2008", "reintegration", "engage_other_drugs", "long_waits"]
)
def test_every_pound_is_spent_or_goes_back(name, seed):
    scenario = a_tenth_of(load(name))
    of = told(scenario, seed)
    other = sum(
        stream.amount_gbp
        for stream in scenario.funding.streams.values()
        if stream.amount_gbp != "formula"
    )
    assert np.array_equal(of["spent_gbp"] + of["unspent_gbp"], of["allocation_gbp"] + other)
    for name_of in ("spent_gbp", "unspent_gbp", "allocation_gbp"):
        assert np.all(of[name_of] >= 0)
        assert np.array_equal(of[name_of], np.round(of[name_of]))


def test_eight_partnerships_share_the_pot_to_the_pound(eight):
    shared = np.array([[year.allocation_gbp for year in p.money] for p in eight.partnerships])
    assert shared.sum(axis=0).tolist() == list(eight.scenario.formula.pot_gbp)
    assert np.all(shared > 0)


def test_with_the_rest_of_england_the_pot_is_shared_to_the_pound(tenth, seed):
    run = finished(tenth, seed)
    for year, inputs in enumerate(run.inputs):
        allocation = funding.allocate(inputs.pot_gbp, inputs.members, inputs.rule)
        assert sum(map(sum, allocation.pounds.values())) == tenth.formula.pot_gbp[year]
        assert len(allocation.pounds[REST]) == 148
        assert allocation["Average partnership"] == run.partnerships[0].money[year].allocation_gbp


def test_each_years_bounds_stand_on_last_years_pounds(eight):
    for place, partnership in enumerate(eight.partnerships):
        last = [inputs.members[place].last_gbp for inputs in eight.inputs]
        paid = [year.allocation_gbp for year in partnership.money]
        assert last == [eight.scenario.history.allocation_gbp, *paid[:-1]]


@pytest.mark.parametrize("name", ["baseline_2008", "park", "long_waits"])
def test_committed_pence_are_the_sum_over_the_clients(name, seed):
    """Every record's committed pence, from each client's own phase, worked out apart."""
    run = finished(a_tenth_of(load(name)), seed)
    pathway = run.partnerships[0].pathway
    names = [g.name for g in pathway.groups for _ in range(g.people)]
    weekly = {}
    for name_of, group in run.scenario.world.groups.items():
        treatment = group.treatment
        for what, gbp in (
            (Happened.START, treatment.cost_first_12_weeks_gbp_per_week),
            (Happened.SETTLED, treatment.cost_settled_gbp_per_week),
            (Happened.READY, treatment.cost_ready_gbp_per_week),
        ):
            weekly[name_of, what] = round(100 * gbp)
    cost = {}
    for g in pathway.groups:
        for i in np.flatnonzero(g.standing.state == State.IN_TREATMENT).tolist():
            phase = Happened.START if -g.standing.since[i] < 84 else Happened.SETTLED
            phase = Happened.READY if g.standing.ready[i] <= 0 else phase
            cost[g.first + i] = weekly[g.name, phase]
    assert pathway.committed_on_day_0 == sum(cost.values())
    records = journal(run)
    later = records.day >= 0
    committed = sum(cost.values())
    for person, what, pence in zip(
        records.person[later].tolist(),
        map(Happened, records.what[later].tolist()),
        records.committed[later].tolist(),
        strict=True,
    ):
        now = weekly.get((names[person], what), 0 if what in EXITS else cost.get(person, 0))
        committed += now - cost.get(person, 0)
        cost[person] = now
        assert pence == committed


def test_a_lost_client_stops_the_run(tenth, seed):
    whole = finished(tenth, seed)
    state = np.array(whole.partnerships[0].pathway.state)
    moved = np.isin(np.arange(len(state)), journal(whole).person[journal(whole).day >= 0])
    in_need = int(np.flatnonzero((state == State.UNTREATED) & ~moved)[0])  # and stays so to the end
    run = Run(tenth, seed, 0)
    run.live_year()
    run.partnerships[0].pathway.state[in_need] = int(State.GONE)
    with pytest.raises(ConservationError, match=r"the journal counts .* people untreated"):
        run.finish()


def test_a_lost_penny_stops_the_run(tenth, seed):
    run = Run(tenth, seed, 0)
    run.partnerships[0].pathway.places.committed_pence += 1
    with pytest.raises(ConservationError, match="pence a week are committed"):
        run.live_year()


def test_a_pot_shared_out_wrongly_stops_the_run(tenth, seed, monkeypatch):
    right = funding.allocate
    monkeypatch.setattr(
        funding, "allocate", lambda pot, members, rule: right(pot - 1, members, rule)
    )
    with pytest.raises(ConservationError, match="was shared out as"):
        Run(tenth, seed, 0).live_year()


# The obvious answers


def test_without_people_nothing_happens_and_all_money_goes_back(seed):
    of = told(
        tiny_queue("world.groups.opiate.need.onset_per_year=0.0", "formula.pot_gbp=1000"), seed
    )
    for name, counted in of.items():
        if name in ("allocation_gbp", "unspent_gbp"):
            assert np.all(counted == 1_000)
        elif name == "caseload_per_keyworker":
            assert np.all(counted == 40)
        else:
            assert np.all(np.isnan(counted) | (counted == 0)), name


def test_without_money_nobody_starts_and_nobody_is_put_out(tenth, seed):
    scenario = with_places_unlimited(tenth)
    plain = told(scenario, seed)
    poor = changed(scenario, formula__pot_gbp=0, funding__streams__local_mainstream__amount_gbp=0)
    of = told(poor, seed)
    assert np.all(of["new_presentations"] == 0)
    assert np.all(of["spent_gbp"] == 0)
    assert np.all(of["gave_up_waiting"][:, 0] > 0)
    # The stock leaves as it would, but that caseloads are at their fullest.
    first = of["planned_exits"][:, 0] + of["unplanned_exits"][:, 0]
    assert np.all(first < plain["in_contact"][:, 0])
    assert np.all(of["in_treatment"][:, 0] > 0)
    assert np.all(np.diff(of["in_treatment"]) <= 0)


def test_without_treatment_a_stock_without_exits_stays_for_ever(seed):
    stock = (
        "history.groups.opiate.in_treatment={people: 30, since: [{up_to_days: 90.0, share: 1.0}]}"
    )
    never = "world.groups.opiate.treatment.drop_out.scale_days=null"
    of = told(tiny_queue("formula.pot_gbp=0", stock, never), seed)
    assert np.all(of["in_treatment"] == 30)
    assert np.all(of["waiting"][:, -1] == of["referrals"].sum())


def test_with_unlimited_money_everybody_starts_when_assessed(seed):
    scenario = tiny_queue("world.groups.opiate.waiting.assessment={median_days: 5.0, sigma: 0.0}")
    of = told(scenario, seed)
    assert of["mean_wait_days"] == pytest.approx(5.0)
    assert np.all(of["waited_3_weeks_or_less_share"] == 1)


def test_with_unlimited_money_and_patience_nobody_gives_up(tenth, seed):
    of = told(for_all_groups(with_places_unlimited(tenth), waiting__mean_patience_days=None), seed)
    assert np.all(of["gave_up_waiting"] == 0)


def test_with_no_patience_everybody_gives_up_at_once(tenth, seed):
    scenario = for_all_groups(with_places_unlimited(tenth), waiting__mean_patience_days=0.0)
    of = told(scenario, seed)
    # On day 0 those of the stock who have been assessed find a free place.
    waiting = sum(past.waiting.people for past in tenth.history.groups.values())
    assert of["new_presentations"][0, 0] <= waiting
    assert np.all(of["new_presentations"][:, 1:] == 0)
    assert np.all(of["waiting"] == 0)
    assert np.all(of["gave_up_waiting"] == of["referrals"])


def test_with_no_patience_a_place_that_is_free_is_still_taken(seed):
    of = told(tiny_queue("world.groups.opiate.waiting.mean_patience_days=0.0"), seed)
    assert np.all(of["gave_up_waiting"] == 0)
    assert np.all(of["new_presentations"] == of["referrals"])


def test_without_relapse_nobody_comes_back_from_recovery(tenth, seed):
    scenario = for_all_groups(tenth, after__relapse__scale_days=None)
    assert Happened.RELAPSE not in kinds(journal(finished(scenario, seed)))
    of = told(scenario, seed)
    assert np.all(of["re_presentations"] == 0)
    assert np.all(of["planned_exits"] > 0)
    assert np.all(np.diff(of["in_recovery"]) > -5)  # but a few die


def test_without_deaths_nobody_dies(tenth, seed):
    scenario = for_all_groups(
        tenth,
        need__deaths_untreated_per_year=0.0,
        treatment__deaths_per_year=0.0,
        after__deaths_first_4_weeks_per_year=0.0,
        after__deaths_in_recovery_per_year=0.0,
    )
    assert np.all(told(scenario, seed)["deaths"] == 0)


def test_where_nobody_is_ever_ready_nobody_leaves_as_planned(tenth, seed):
    scenario = for_all_groups(tenth, treatment__ready__median_days=None)
    assert np.all(told(scenario, seed)["planned_exits"] == 0)


def test_exits_of_every_kind_happen_in_the_whole_world(baseline, seed):
    every = set(EXITS) - {Happened.EARLY_EXIT}
    assert every < kinds(journal(finished(baseline, seed)))


# What the formula counts


def effective_by_hand(records, group_of, begin, end, status_day):
    """Persons in effective treatment by group, journey by journey."""
    stays = {}
    for day, person, what in zip(records.day, records.person, records.what, strict=True):
        if day >= status_day:
            break  # nothing after the status day is known
        if what == Happened.START:
            stays.setdefault(int(person), []).append([day, np.inf, False])
        elif Happened(what) in EXITS:
            stays[int(person)][-1][1:] = [day, Happened(what) in PLANNED]
    counted = np.zeros(3)
    for person, mine in stays.items():
        there = [each for each in mine if each[0] < end and each[1] >= begin]
        if there:
            start, finish, planned = there[-1]
            counted[group_of[person]] += planned or min(finish, status_day) - start >= 84
    return counted


@pytest.fixture(scope="module")
def lived(baseline, seed):
    """A replication that moves people on, with its people's groups."""
    run = finished(load("move_on"), seed)
    group_of = [
        place for place, g in enumerate(run.partnerships[0].pathway.groups) for _ in range(g.people)
    ]
    return run, journal(run), group_of


def test_the_first_year_is_paid_by_history(lived):
    run, _, _ = lived
    past = run.scenario.history.groups.values()
    counts = run.inputs[0].members[0].counts
    assert counts.effective == tuple(group.effective_clients_per_year for group in past)
    assert counts.completions == tuple(group.completions_per_year for group in past)


@pytest.mark.parametrize("year", [1, 2, 4])
def test_the_formula_counts_effective_clients_of_the_12_months_that_it_has_seen(year, lived):
    run, records, group_of = lived
    begin, end = first_day(year) - 90 - DAYS_PER_YEAR, first_day(year) - 90
    counted = effective_by_hand(records, group_of, begin, end, first_day(year))
    past = run.scenario.history.groups.values()
    unseen = max(0, -begin) / DAYS_PER_YEAR
    counted += [group.effective_leavers_for_good_per_year * unseen for group in past]
    assert run.inputs[year].members[0].counts.effective == pytest.approx(counted)


@pytest.mark.parametrize("year", [1, 2, 4])
def test_the_formula_counts_completions_that_have_held_for_six_months(year, lived):
    run, records, group_of = lived
    begin, end = first_day(year) - 90 - DAYS_PER_YEAR, first_day(year) - 90
    starts = {}
    for day, person in zip(
        records.day[records.what == Happened.START],
        records.person[records.what == Happened.START],
        strict=True,
    ):
        starts.setdefault(int(person), []).append(day)
    counted = np.zeros(3)
    planned = records.of(*PLANNED) & (records.day >= 0)
    for day, person in zip(records.day[planned], records.person[planned], strict=True):
        held = not any(day < start <= day + 182 for start in starts[int(person)])
        counted[group_of[person]] += held and begin <= day + 182 < end
    unseen = max(0, min(end, 182) - begin) / DAYS_PER_YEAR
    past = run.scenario.history.groups.values()
    counted += [group.completions_per_year * unseen for group in past]
    assert run.inputs[year].members[0].counts.completions == pytest.approx(counted)


@pytest.mark.slow
@pytest.mark.parametrize("year", [1, 2, 4])
def test_a_formula_may_count_starts_exits_and_journeys_that_reach_12_weeks(year, lived):
    run, records, group_of = lived
    begin, end = first_day(year) - 90 - DAYS_PER_YEAR, first_day(year) - 90
    by_hand = {kind: np.zeros(3) for kind in ("starts", "planned_exits", "kept_12_weeks")}
    left, began = {}, {}
    for day, person, what in zip(records.day, records.person, records.what, strict=True):
        if what == Happened.START:
            began[int(person)] = day
            by_hand["starts"][group_of[person]] += max(begin, 0) <= day < end
        elif what in EXITS:
            left[int(person), began.pop(int(person))] = day
            planned = what in PLANNED and day >= 0 and max(begin, 0) <= day < end
            by_hand["planned_exits"][group_of[person]] += planned
    stays = {**left, **dict.fromkeys(began.items(), np.inf)}
    for (person, start), exit_day in stays.items():
        reached = start + 84
        kept = max(begin, 0) <= reached < end and exit_day >= reached
        by_hand["kept_12_weeks"][group_of[person]] += kept
    unseen = max(0, -begin) / DAYS_PER_YEAR
    counts = run.partnerships[0].counts(year, kinds=tuple(by_hand))
    for kind, seen in by_hand.items():
        past = run.scenario.history.groups.values()
        expected = seen + [getattr(group, f"{kind}_per_year") * unseen for group in past]
        assert getattr(counts, kind) == pytest.approx(expected), kind


def test_unmet_need_is_counted_on_the_last_day_of_the_window(tenth, seed):
    run = Run(tenth, seed, 0)
    run.live_year()
    own = run.partnerships[0]
    people = own.pathway.people_by_state()
    counted = own.counts(1, kinds=("unmet_need",)).unmet_need
    records = own.pathway.journal.records()
    later = measures.moves_before(records, own.counter, 365) - measures.moves_before(
        records, own.counter, 275
    )
    standing = people - later
    expected = standing[State.UNTREATED] + standing[State.WAITING]
    assert counted == pytest.approx(expected.tolist())


def test_an_older_window_is_counted_where_money_lags(tenth, seed):
    now, later = (
        finished(changed(with_places_unlimited(tenth), formula__lag_years=lag), seed)
        for lag in (1, 2)
    )
    counts = [[year.members[0].counts.effective for year in run.inputs] for run in (now, later)]
    assert counts[1][:2] == [counts[0][0]] * 2  # nothing of the run has been seen yet
    # The same windows a year later; journeys that were not known then are known now.
    for early, late in zip(counts[0][1:], counts[1][2:], strict=False):
        assert np.all(np.array(late) >= early)


def test_nothing_after_1_april_moves_the_money_of_the_year(tenth, seed):
    whole = finished(tenth, seed)
    run = Run(tenth, seed, 0)
    run.live_year()
    assert run.partnerships[0].counts(1) == whole.inputs[1].members[0].counts


def test_recording_others_as_pdus_moves_them_in_the_count_and_nowhere_else(baseline, seed):
    plain, stretched = (
        Run(scenario, seed, 0) for scenario in (baseline, load("stretch_definitions"))
    )
    for run in (plain, stretched):
        run.live_year()
    ours, theirs = (np.array(run.partnerships[0].counts(1).effective) for run in (plain, stretched))
    moved = ours[2] - theirs[2]
    assert theirs.sum() == pytest.approx(ours.sum())
    assert theirs[0] - ours[0] == pytest.approx(moved)
    assert theirs[1] == ours[1]
    # A third of about 150 clients, give or take three and a quarter standard deviations of a binomial.
    assert moved == pytest.approx(ours[2] / 3, abs=3.29 * np.sqrt(ours[2] * 2 / 9))
    assert journal(plain).day.tolist() == journal(stretched).day.tolist()


def test_recording_all_or_none_as_pdus(tenth, seed):
    all_, none = (
        finished(changed(with_places_unlimited(tenth), plan__recorded_as_pdu_share=share), seed)
        for share in (1.0, 0.0)
    )
    for year in range(1, 5):
        ours, theirs = (run.inputs[year].members[0].counts.effective for run in (none, all_))
        past = list(tenth.history.groups.values())[2].effective_leavers_for_good_per_year
        assert theirs[2] <= past
        assert sum(theirs) == pytest.approx(sum(ours))


# Partnerships


def test_partnerships_have_people_of_their_own(eight):
    days = [journal(eight, place).day[:50].tolist() for place in range(8)]
    assert len({tuple(each) for each in days}) == 8


def test_a_partnerships_own_plan_is_its_own(eight):
    first, *others = eight.partnerships
    assert first.plan.move_on_delay_days == 0.0
    assert all(each.plan.move_on_delay_days != 0.0 for each in others)


def test_a_run_lives_a_year_at_a_time(tenth, seed):
    stepped = Run(tenth, seed, 0)
    for year in range(tenth.years):
        assert stepped.year == year
        stepped.live_year()
    once = Run(tenth, seed, 0).finish()
    assert np.array_equal(stepped.finish().tallies, once.tallies)


# The baseline is an average partnership, a 149th of England

ENGLAND_2008 = {
    # What is published of 2008-09, divided by 149, and how far off it may be.
    "in_contact": (1_415, 0.08 * 1_415),
    "in_effective_treatment": (1_306, 0.08 * 1_306),
    "new_presentations": (567, 0.08 * 567),
    "waited_3_weeks_or_less_share": (0.93, 0.04),
    "planned_exits": (166, 0.15 * 166),
}


@pytest.fixture(scope="module")
def england(baseline, sampled):
    (sample,) = sampled(baseline, replications=50)
    return sample


def lies_within(samples, low, high):
    """Whether the mean may lie between two numbers, as far as so many replications can tell."""
    least, most = interval(samples)
    return low <= most and least <= high


@pytest.mark.slow
@pytest.mark.parametrize("measure", ENGLAND_2008)
def test_the_first_year_of_the_baseline_is_like_england(measure, england):
    aim, off = ENGLAND_2008[measure]
    first = england.of(measure)[:, 0]
    assert lies_within(first, aim - off, aim + off), first.mean()


@pytest.mark.slow
def test_as_many_of_those_in_contact_use_opiates_or_crack_as_in_england(england):
    pdus = sum(england.of("in_contact", group=group)[:, 0] for group in ("opiate", "crack"))
    assert lies_within(pdus / england.of("in_contact")[:, 0], 0.81, 0.86)


@pytest.mark.slow
def test_nearly_all_treatment_money_is_used(england):
    assert lies_within(england.of("treatment_money_used_share")[:, 0], 0.95, 0.99)


def yearly_change(sample, measure):
    """The mean change a year over the run, as a share of the first year."""
    of = sample.of(measure)
    return (of[:, -1] / of[:, 0]) ** (1 / (of.shape[1] - 1)) - 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "low", "high"), [("in_contact", -0.03, 0.0), ("new_presentations", -0.08, 0.0)]
)
def test_numbers_fall_a_little_each_year_as_englands_did(measure, low, high, england):
    assert lies_within(yearly_change(england, measure), low, high)


@pytest.mark.slow
def test_money_of_the_baseline_hardly_drifts(england):
    for measure in ("allocation_gbp", "treatment_money_used_share"):
        of = england.of(measure)
        assert lies_within(of[:, -1] / of[:, 0] - 1, -0.05, 0.05), measure


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline_2008", "long_waits"])
def test_each_of_the_others_counts_what_this_partnership_is_expected_to_count(name, seed):
    """Stored by a command under `studies/`; where it is stale, money moves though nobody does anything."""
    scenario = load(name)
    counted = []
    for replication in range(200):
        run = Run(scenario, seed, replication)
        run.live_year()
        counted.append(run.partnerships[0].counts(1).effective)
    rest = scenario.formula.rest
    low, high = interval(np.array(counted) / (1 + rest.growth_per_year), family=3)
    mean, reach = (low + high) / 2, (high - low) / 2
    stored = np.array([rest.reference_activity[group] for group in scenario.world.groups])
    # What is stored is a mean of as many other replications, and as uncertain.
    assert np.all(np.abs(stored - mean) <= np.sqrt(2) * reach), (mean, stored)
