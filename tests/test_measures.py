"""Every measure from journals small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import measures
from simulator.journal import DEATHS, EXITS, MOVES, PLANNED, Happened, Records, State
from simulator.measures import MEASURES, MONEY_MEASURES, TALLIES, Counter
from simulator.money import YearMoney
from simulator.years import DAYS_PER_YEAR, WEEKS_PER_YEAR, first_day

REFERRAL, GAVE_UP, START, SETTLED, READY = (
    Happened.REFERRAL,
    Happened.GAVE_UP,
    Happened.START,
    Happened.SETTLED,
    Happened.READY,
)
PLANNED_EXIT, EARLY_EXIT, DROPPED_OUT = (
    Happened.PLANNED_EXIT,
    Happened.EARLY_EXIT,
    Happened.DROPPED_OUT,
)
YEARS = 2


def book(*rows):
    """Records of rows: day, person, what happened, and the pence a week that are then committed."""
    rows = [(*row, 0)[:4] for row in rows]
    day, person, what, committed = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Records(
        np.array(day, dtype=float),
        np.array(person, dtype=np.int64),
        np.array(what, dtype=np.int64),
        np.array(committed, dtype=np.int64),
    )


def stay(person, start, end=None, exit_=DROPPED_OUT):
    return [(start, person, START)] + ([(end, person, exit_)] if end is not None else [])


def in_order(*stays):
    return book(*sorted((row for each in stays for row in each), key=lambda row: row[0]))


def yearly(name, records, groups=None, people=12):
    """A tally of hand-made records: by year, or by year and group where persons have groups."""
    group_of = np.array(groups if groups else [0] * people)
    n_groups = int(group_of.max()) + 1
    counter = Counter(group_of, n_groups, YEARS)
    on_day_0 = np.zeros((len(State), n_groups))
    money = np.zeros((len(measures.MONEY_TALLIES), YEARS))
    tally = measures.tallies(records, counter, on_day_0, money)
    told = measures.measures(tally)[MEASURES.index(name)]
    return told[:, :-1].tolist() if groups else told[:, -1].tolist()


# Journeys


def test_a_journey_runs_from_a_start_to_the_exit_that_follows():
    told = measures.journeys(in_order(stay(1, 5, 40), stay(1, 60), stay(2, 10, 300, PLANNED_EXIT)))
    assert told.person.tolist() == [1, 1, 2]
    assert told.start.tolist() == [5, 60, 10]
    assert told.end.tolist() == [40, np.inf, 300]
    assert told.planned.tolist() == [False, False, True]
    assert told.last.tolist() == [False, True, True]
    assert told.next_start().tolist() == [60, np.inf, np.inf]


def test_no_records_tell_of_no_journeys():
    told = measures.journeys(book())
    assert len(told.start) == 0
    assert told.in_contact(0, 365).tolist() == []


def test_only_starts_and_exits_make_journeys():
    told = measures.journeys(
        book(
            (3, 0, REFERRAL), (5, 0, START), (89, 0, SETTLED), (99, 0, READY), (120, 0, EARLY_EXIT)
        )
    )
    assert (told.start.tolist(), told.end.tolist(), told.planned.tolist()) == ([5], [120], [True])


@pytest.mark.parametrize("exit_", EXITS)
def test_planned_and_early_exits_are_planned_and_no_others(exit_):
    told = measures.journeys(in_order(stay(0, 5, 40, exit_)))
    assert told.planned.tolist() == [exit_ in PLANNED]


# In contact, and in effective treatment by National Indicator 40


@pytest.mark.parametrize(
    ("start", "end", "counted"),
    [(-50, None, True), (-50, -1, False), (-50, 0, True), (364.9, None, True), (365, None, False)],
)
def test_in_contact_is_in_treatment_on_any_day_of_the_year(start, end, counted):
    assert yearly("in_contact", in_order(stay(0, start, end)))[0] == counted


def test_a_client_in_contact_counts_once_a_year():
    records = in_order(stay(0, 5, 20), stay(0, 30, 60), stay(0, 300, 400))
    assert yearly("in_contact", records) == [1, 1]


@pytest.mark.parametrize(
    ("start", "end", "exit_", "counted"),
    [
        (10, 94, DROPPED_OUT, True),  # 84 days
        (10, 93.9, DROPPED_OUT, False),
        (10, 20, PLANNED_EXIT, True),  # sooner, but as planned
        (10, 20, EARLY_EXIT, True),
        (-80, 4, DROPPED_OUT, True),  # the 84 days may begin before the year
        (-79, 4, DROPPED_OUT, False),
        (364, None, None, True),  # kept until 84 days after the year
        (364, 440, DROPPED_OUT, False),
        (364, 448, DROPPED_OUT, True),
        (364, 440, PLANNED_EXIT, True),
        (300, 360, Happened.MOVED_AWAY, False),
    ],
)
def test_effective_treatment_is_12_weeks_or_a_planned_exit_sooner(start, end, exit_, counted):
    records = in_order(stay(0, start, end, exit_))
    assert yearly("in_effective_treatment", records)[0] == counted


@pytest.mark.parametrize(
    ("stays", "counted"),
    [
        ([(0, 5, 200), (0, 300, 320)], False),  # the latest journey of the year was short
        ([(0, 5, 20), (0, 100, 200)], True),
        ([(0, 5, 200), (0, 366, 370)], True),  # the next year's journey does not matter
    ],
)
def test_effective_treatment_goes_by_the_latest_journey_of_the_year(stays, counted):
    records = in_order(*(stay(*each) for each in stays))
    assert yearly("in_effective_treatment", records)[0] == counted


def test_a_client_may_be_effective_in_two_years_and_once_in_each():
    assert yearly("in_effective_treatment", in_order(stay(0, 200, 500))) == [1, 1]


def test_what_is_not_known_on_the_status_day_does_not_count():
    told = measures.journeys(
        in_order(stay(0, 200), stay(1, 210, 300, PLANNED_EXIT), stay(2, 10, 90))
    )
    assert told.in_effective_treatment(0, 275, status_day=283).tolist() == []
    assert told.in_effective_treatment(0, 275, status_day=284).tolist() == [0]
    assert told.in_effective_treatment(0, 275, status_day=365).tolist() == [0, 1]


# Waits


def test_waits_are_told_by_the_year_of_referral():
    records = book(
        (10, 0, REFERRAL),
        (20, 0, START),
        (360, 1, REFERRAL),
        (390, 1, START),
        (400, 2, REFERRAL),
        (421, 2, START),
    )
    assert yearly("referrals", records) == [2, 1]
    assert yearly("new_presentations", records) == [1, 2]
    assert yearly("mean_wait_days", records) == [20, 21]
    assert yearly("waited_3_weeks_or_less_share", records) == [0.5, 1.0]


def test_who_gives_up_counts_in_the_year_of_referral_and_not_in_the_mean_wait():
    records = book((350, 0, REFERRAL), (380, 0, GAVE_UP), (351, 1, REFERRAL), (354, 1, START))
    assert yearly("gave_up_waiting", records) == [1, 0]
    assert yearly("mean_wait_days", records)[0] == 3


def test_who_dies_waiting_neither_starts_nor_gives_up():
    records = book((5, 0, REFERRAL), (9, 0, Happened.DIED_WAITING))
    assert yearly("gave_up_waiting", records) == [0, 0]
    assert yearly("deaths", records) == [1, 0]
    assert np.isnan(yearly("mean_wait_days", records)[0])


def test_a_referral_before_day_0_is_not_a_referral_of_the_run():
    records = book((-5, 0, REFERRAL), (9, 0, START))
    assert yearly("referrals", records) == [0, 0]
    assert np.isnan(yearly("mean_wait_days", records)[0])
    assert yearly("new_presentations", records) == [1, 0]


def test_who_still_waits_at_the_end_has_no_wait_yet():
    waited = measures.waits(book((5, 0, REFERRAL), (6, 1, REFERRAL), (8, 1, START)))
    assert waited.person.tolist() == [1]


def test_a_second_wait_is_a_wait_of_its_own():
    records = book((5, 0, REFERRAL), (9, 0, GAVE_UP), (20, 0, REFERRAL), (22, 0, START))
    waited = measures.waits(records)
    assert waited.days.tolist() == [4, 2]
    assert waited.gave_up.tolist() == [True, False]
    assert waited.started.tolist() == [False, True]


# Exits


def test_kept_12_weeks_is_a_share_of_the_years_starts():
    records = in_order(
        stay(0, 10, 94),
        stay(1, 10, 50),
        stay(2, 10, 50, PLANNED_EXIT),
        stay(3, 400),
        stay(4, -10, 300),
    )
    assert yearly("kept_12_weeks_share", records) == [pytest.approx(2 / 3), 1.0]


def test_exits_are_counted_by_way_and_year():
    ways = [*EXITS, DROPPED_OUT]
    records = in_order(*(stay(person, 5, 50 + person, way) for person, way in enumerate(ways)))
    assert yearly("planned_exits", records) == [2, 0]
    assert yearly("early_exits", records) == [1, 0]
    assert yearly("unplanned_exits", records) == [5, 0]
    assert yearly("treatment_system_exits_share", records)[0] == pytest.approx(2 / 7)


@pytest.mark.parametrize(
    ("next_start", "held"), [(None, True), (282, False), (282.1, True), (150, False), (700, True)]
)
def test_a_planned_exit_is_successful_where_nobody_is_back_within_182_days(next_start, held):
    again = [stay(0, next_start)] if next_start else []
    records = in_order(stay(0, 5, 100, PLANNED_EXIT), *again)
    assert yearly("successful_completions", records)[0] == held
    assert yearly("re_presentations", records)[0] == (not held)


def test_an_unplanned_exit_is_never_a_re_presentation():
    records = in_order(stay(0, 5, 100, DROPPED_OUT), stay(0, 120, 130))
    assert yearly("re_presentations", records) == [0, 0]
    assert yearly("successful_completions", records) == [0, 0]


def test_a_planned_exit_before_day_0_belongs_to_no_year():
    records = in_order(stay(0, -300, -5, PLANNED_EXIT), stay(0, 20))
    assert yearly("re_presentations", records) == [0, 0]


def test_completions_count_when_their_182_days_have_run_out():
    told = measures.journeys(
        in_order(
            stay(0, 0, 100, PLANNED_EXIT),
            stay(1, 0, 100, PLANNED_EXIT),
            stay(1, 200),
            stay(2, 0, 100),
        )
    )
    assert told.completed(282, 283).tolist() == [0]
    assert told.completed(100, 282).tolist() == []
    assert told.completed(283, 900).tolist() == []


def test_supported_exits_are_those_that_got_a_place_at_once():
    records = book(
        (50, 0, PLANNED_EXIT),
        (50, 0, Happened.SUPPORTED_EXIT),
        (60, 1, DROPPED_OUT),
        (60, 1, Happened.SUPPORTED_LATER),
    )
    assert yearly("supported_exits", records) == [1, 0]


def test_deaths_are_counted_wherever_they_happen():
    records = book(*((10 * person, person, what) for person, what in enumerate(DEATHS)))
    assert yearly("deaths", records) == [4, 0]


# People on 31 March


def test_people_on_31_march_are_those_of_day_0_and_all_moves_since():
    on_day_0 = np.zeros((len(State), 1))
    on_day_0[State.UNTREATED], on_day_0[State.NOT_YET] = 3, 1
    records = book(
        (1, 0, REFERRAL),
        (2, 0, START),
        (10, 1, REFERRAL),
        (100, 3, Happened.ONSET),
        (365, 0, PLANNED_EXIT),  # on 1 April of the next year
        (500, 2, Happened.STOPPED),
    )
    people = measures.people_by_state(
        Counter(np.zeros(4, dtype=int), 1, YEARS).by_kind(records), on_day_0
    )
    told = {state.name: people[state, :, 0].tolist() for state in State}
    assert told == {
        "NOT_YET": [0, 0],
        "UNTREATED": [2, 1],
        "WAITING": [1, 1],
        "IN_TREATMENT": [1, 0],
        "IN_RECOVERY": [0, 1],
        "PRISON": [0, 0],
        "GONE": [0, 1],
    }


def test_unmet_need_is_those_in_need_who_are_not_in_treatment():
    counter = Counter(np.zeros(20, dtype=int), 1, 1)
    on_day_0 = np.zeros((len(State), 1))
    on_day_0[[State.UNTREATED, State.WAITING, State.IN_TREATMENT, State.IN_RECOVERY], 0] = (
        5,
        1,
        6,
        8,
    )
    tally = measures.tallies(book(), counter, on_day_0, np.zeros((len(measures.MONEY_TALLIES), 1)))
    told = measures.measures(tally)[MEASURES.index("unmet_need_share")]
    assert told[0].tolist() == [0.5, 0.5]


# Groups and ratios


def test_a_measure_is_told_for_each_group_and_for_all():
    records = in_order(stay(0, 5, 50, PLANNED_EXIT), stay(1, 5, 50), stay(2, 400, 500))
    groups = [0, 1, 1]
    assert yearly("new_presentations", records, groups) == [[1, 1], [0, 1]]
    assert yearly("treatment_system_exits_share", records, groups)[0] == [1.0, 0.0]
    assert yearly("treatment_system_exits_share", records, people=3) == [0.5, 0.0]


def test_a_share_or_a_mean_of_nothing_is_missing():
    nothing = book()
    for name in (
        "mean_wait_days",
        "waited_3_weeks_or_less_share",
        "kept_12_weeks_share",
        "treatment_system_exits_share",
        "unmet_need_share",
        "treatment_money_used_share",
        "support_places_used_share",
    ):
        assert np.all(np.isnan(yearly(name, nothing))), name
    assert yearly("new_presentations", nothing) == [0, 0]


def test_money_has_no_group():
    counter = Counter(np.zeros(1, dtype=int), 1, 1)
    tally = measures.tallies(
        book(), counter, np.zeros((len(State), 1)), np.ones((len(measures.MONEY_TALLIES), 1))
    )
    told = measures.measures(tally)
    for name in MONEY_MEASURES:
        assert np.isnan(told[MEASURES.index(name), 0, 0])
        assert told[MEASURES.index(name), 0, 1] == 1


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=6))
def test_a_share_for_all_is_the_sum_over_the_sum_and_not_the_mean_of_shares(parts):
    tally = np.zeros((len(TALLIES), 1, len(parts) + 1))
    tally[TALLIES.index("planned_exits"), 0, :-1] = [min(part) for part in parts]
    tally[TALLIES.index("all_exits"), 0, :-1] = [part[1] for part in parts]
    told = measures.measures(tally)[MEASURES.index("treatment_system_exits_share"), 0, -1]
    assert told == pytest.approx(sum(min(part) for part in parts) / sum(part[1] for part in parts))


# Pounds


def year_of(treatment_gbp, **others):
    known = {
        "allocation_gbp": treatment_gbp,
        "income_gbp": treatment_gbp,
        "overhead_gbp": 0,
        "reintegration_gbp": 0,
        "outreach_gbp": 0,
        "support_gbp_per_week": 10.0,
    }
    return YearMoney(treatment_gbp=treatment_gbp, **(known | others))


def money_told(records, *money, committed_on_day_0=0):
    told = measures.money_tallies(records, money, committed_on_day_0, 40.0)
    return {name: told[row].tolist() for row, name in enumerate(measures.MONEY_TALLIES)}


def test_each_day_costs_the_standard_cost_of_those_in_treatment():
    # £70 a week from day 0, £140 from day 100, nothing from day 200: £10 and £20 a day.
    records = book((100, 1, START, 14_000), (200, 1, DROPPED_OUT, 0))
    told = money_told(records, year_of(50_000), committed_on_day_0=7_000)
    assert told["treatment_spent_gbp"] == [1_000 + 2_000]
    assert told["unspent_gbp"] == [47_000]


def test_no_day_costs_more_than_the_budget_of_a_day():
    # The budget pays £10 a day; £20 a day are committed for 100 days and £5 for the rest.
    budget = round(10 * DAYS_PER_YEAR)
    records = book((100, 1, DROPPED_OUT, 3_500))
    told = money_told(records, year_of(budget), committed_on_day_0=14_000)
    assert told["treatment_spent_gbp"] == [100 * 10 + (265 * 5)]


def test_costs_go_on_over_the_years_end():
    records = book((300, 1, START, 7_000))
    told = money_told(records, year_of(50_000), year_of(50_000))
    assert told["treatment_spent_gbp"] == [650, 3_650]


def test_overhead_and_outreach_are_spent_whatever_happens():
    told = money_told(book(), year_of(1_000, income_gbp=1_900, overhead_gbp=600, outreach_gbp=200))
    assert told["spent_gbp"] == [800]
    assert told["unspent_gbp"] == [1_100]


def test_a_support_place_costs_what_it_is_used():
    records = book((10, 0, Happened.SUPPORTED_EXIT), (80, 0, Happened.SUPPORT_ENDED))
    told = money_told(records, year_of(0, income_gbp=2_000, reintegration_gbp=2_000))
    assert told["spent_gbp"] == [100]  # ten weeks
    assert told["support_place_days_used"] == [70]
    assert told["support_place_days"] == [3 * DAYS_PER_YEAR]  # £521.43 a place


def test_full_places_cost_no_more_than_there_is():
    records = book((0, 0, Happened.SUPPORTED_EXIT))
    told = money_told(records, year_of(0, income_gbp=520, reintegration_gbp=520))
    assert told["spent_gbp"] == [520]


def test_a_year_of_a_full_budget_spends_it_to_the_pound():
    told = money_told(book(), year_of(123_457), committed_on_day_0=10_000_000)
    assert told["treatment_spent_gbp"] == [123_457]


def test_caseloads_are_the_reference_times_how_far_money_is_overdrawn():
    # Twice the budget for the first half of the days, within it for the rest: one and a half in the mean.
    budget_pence = 7_000
    gbp = round(budget_pence * WEEKS_PER_YEAR / 100)
    records = book((DAYS_PER_YEAR / 2, 0, DROPPED_OUT, 0))
    told = money_told(records, year_of(gbp), committed_on_day_0=2 * budget_pence)
    assert told["caseload_clients"][0] / told["caseload_keyworkers"][0] == pytest.approx(60.0)


# Counting


def test_a_counter_leaves_out_what_falls_outside_the_years():
    counter = Counter(np.array([0, 1, 1]), 2, YEARS)
    days, persons = np.array([-1.0, 0.0, 364.9, 365.0, 730.0]), np.array([0, 0, 1, 2, 1])
    assert counter.by_year(days, persons).tolist() == [[1, 1], [0, 1]]
    amounts = np.array([9.0, 2.0, 3.0, 4.0, 9.0])
    assert counter.by_year(days, persons, amounts).tolist() == [[2, 3], [0, 4]]


WHOLE_LIFE = st.lists(st.sampled_from(list(MOVES)), max_size=200)


@given(WHOLE_LIFE, st.integers(0, 2**32))
def test_people_by_state_is_what_following_each_person_gives(wishes, seed):
    """Random lives told twice: as moves that add up, and as where each person is on 31 March."""
    rng = np.random.default_rng(seed)
    where = [State.NOT_YET] * 6
    rows, day, seen = [], 0.0, {}
    for what in wishes:
        able = [person for person, state in enumerate(where) if state is MOVES[what][0]]
        day += rng.exponential(10)
        for year in range(YEARS):
            if day >= first_day(year + 1) and year not in seen:
                seen[year] = list(where)
        if able:
            person = int(rng.choice(able))
            where[person] = MOVES[what][1]
            rows.append((day, person, what))
    group_of = np.array([0, 0, 0, 1, 1, 1])
    on_day_0 = np.zeros((len(State), 2))
    on_day_0[State.NOT_YET] = 3
    told = measures.people_by_state(Counter(group_of, 2, YEARS).by_kind(book(*rows)), on_day_0)
    for year in range(YEARS):
        stood = np.zeros((len(State), 2))
        for person, state in enumerate(seen.get(year, where)):
            stood[state, group_of[person]] += 1
        assert np.array_equal(told[:, year], stood)
