"""Figures beside the measures: from journals small enough to count by hand, and counted again person by person."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from tiny import a_tenth_of, changed, two_groups

from simulator.journal import EXITS, PLANNED, Happened, Records
from simulator.measures import MEASURES, MONEY_MEASURES, TALLIES, Counter
from simulator.model import Run
from simulator.observe import OBSERVED, Figure, names, observe, observed, unobservable
from simulator.replicate import run as run_all
from simulator.scenario import load

START, CUSTODY, DIED = Happened.START, Happened.CUSTODY, Happened.DIED_IN_TREATMENT
PLANNED_EXIT, EARLY_EXIT, DROPPED_OUT, MOVED_AWAY = (
    Happened.PLANNED_EXIT,
    Happened.EARLY_EXIT,
    Happened.DROPPED_OUT,
    Happened.MOVED_AWAY,
)
OPIATE, OTHER = 0, 1
SHARES = [name for name in OBSERVED if name.endswith("_share")]


@pytest.fixture(scope="module")
def two():
    return two_groups("years=2")


# From hand-made journals


def stay(person, start, end=None, how=DROPPED_OUT):
    """A journey of a person: its start, and its exit if there is one."""
    return [(start, person, START)] + ([(end, person, how)] if end is not None else [])


def a_partnership(*stays, group_of=(OPIATE,) * 20, counted=(0.0, 0.0)):
    """A partnership of which only the journal is there."""
    rows = sorted((row for each in stays for row in each), key=lambda row: row[0])
    day, person, what = zip(*rows, strict=True)
    nothing = np.zeros(len(rows), dtype=np.int64)
    records = Records(np.array(day, dtype=float), np.array(person), np.array(what), nothing)
    return SimpleNamespace(
        pathway=SimpleNamespace(journal=SimpleNamespace(records=lambda: records)),
        counter=Counter(np.array(group_of), 2, 2),
        counts=lambda year: SimpleNamespace(effective=tuple(x * year for x in counted)),
    )


def seen(scenario, measure, *partnerships, group="all", year=0, tallies=None):
    """One figure of partnerships whose journals are made by hand."""
    if tallies is None:
        tallies = np.zeros((len(partnerships), len(TALLIES), 2, 3))
    finished = SimpleNamespace(tallies=tallies)
    run = SimpleNamespace(
        finish=lambda: finished, scenario=scenario, partnerships=list(partnerships)
    )
    return observe(run, [Figure(measure, group, year)])[0]


LEFT = a_partnership(
    stay(0, -100, 10, DROPPED_OUT),
    stay(1, -100, 364.9, CUSTODY),
    stay(2, 5, 200, MOVED_AWAY),
    stay(3, 5, 200, DIED),
    stay(4, 5, 200, PLANNED_EXIT),
    stay(5, 5, 200, EARLY_EXIT),
    stay(6, 5, 50, DROPPED_OUT),
    stay(7, 5, 365, DROPPED_OUT),  # on 1 April of the second year
    stay(8, -100, -1, CUSTODY),  # before the first
    stay(9, 5),
    group_of=(OPIATE,) * 6 + (OTHER,) * 14,
)


@pytest.mark.parametrize(
    ("measure", "share"),
    [
        ("exits_dropped_out_share", 2 / 7),
        ("exits_to_custody_share", 1 / 7),
        ("exits_moved_away_share", 1 / 7),
        ("exits_died_share", 1 / 7),
    ],
)
def test_exits_by_reason_are_shares_of_all_exits_of_the_year(two, measure, share):
    assert seen(two, measure, LEFT) == pytest.approx(share)


def test_exits_by_reason_are_told_by_group_and_year(two):
    assert seen(two, "exits_dropped_out_share", LEFT, group="opiate") == pytest.approx(1 / 6)
    assert seen(two, "exits_dropped_out_share", LEFT, group="other") == 1.0
    assert seen(two, "exits_dropped_out_share", LEFT, year=1) == 1.0
    assert math.isnan(seen(two, "exits_dropped_out_share", LEFT, group="opiate", year=1))


LONG = a_partnership(
    stay(0, 365 - 6 * 365),  # exactly six years on 31 March
    stay(1, 365 - 4 * 365 + 1),  # a day short of four
    stay(2, 365 - 2 * 365),
    stay(3, 10),
    stay(4, -3000, 364.9),  # left on the last day
    stay(5, -3000, 365),  # left on 1 April
    stay(6, 365),  # began on 1 April
)


@pytest.mark.parametrize(("years", "share"), [(2, 4 / 5), (4, 2 / 5), (6, 2 / 5)])
def test_time_in_treatment_is_of_those_there_on_31_march(two, years, share):
    assert seen(two, f"in_treatment_over_{years}_years_share", LONG) == pytest.approx(share)


BACK = a_partnership(
    *(stay(0, -9, 100, PLANNED_EXIT), stay(0, 282)),  # back on day 182
    *(stay(1, -9, 100, EARLY_EXIT), stay(1, 282.1)),  # a little later
    *(stay(2, -9, 100, PLANNED_EXIT), stay(2, 465)),  # on day 365
    *(stay(3, -9, 100, DROPPED_OUT), stay(3, 101)),
    *(stay(4, -9, 100, CUSTODY), stay(4, 300)),
    stay(5, -9, 100, DIED),
    stay(6, -9, 100, PLANNED_EXIT),
    *(stay(7, -9, -1, PLANNED_EXIT), stay(7, 3)),  # left in the year before
    group_of=(OPIATE,) * 3 + (OTHER,) * 17,
)


@pytest.mark.parametrize(
    ("measure", "share"),
    [
        ("back_6_months_after_planned_share", 1 / 4),
        ("back_12_months_after_planned_share", 3 / 4),
        ("back_6_months_after_unplanned_share", 1 / 3),
        ("back_12_months_after_unplanned_share", 2 / 3),
    ],
)
def test_who_comes_back_is_counted_from_the_exit(two, measure, share):
    assert seen(two, measure, BACK) == pytest.approx(share)


def test_who_comes_back_is_told_by_group(two):
    assert seen(two, "back_12_months_after_planned_share", BACK, group="other") == 0.0
    assert seen(two, "back_12_months_after_planned_share", BACK, group="opiate") == 1.0


def test_problem_drug_users_are_a_share_of_those_in_contact_each_once(two):
    there = a_partnership(
        *(stay(0, -9, 20), stay(0, 40)), stay(1, 5), stay(2, 5), group_of=(OPIATE, OTHER, OTHER)
    )
    assert seen(two, "pdu_in_contact_share", there) == pytest.approx(1 / 3)
    assert seen(two, "pdu_in_contact_share", there, group="other") == 0.0
    assert seen(two, "pdu_in_contact_share", there, group="opiate") == 1.0


def test_problem_drug_users_in_need_leave_the_others_out(two):
    tallies = np.zeros((2, len(TALLIES), 2, 3))
    tallies[:, TALLIES.index("need"), 1, :] = [[30, 7, 0], [50, 9, 0]]
    figure = seen(two, "pdu_in_need", BACK, BACK, year=1, tallies=tallies)
    assert figure == 40.0  # a partnership
    assert seen(two, "pdu_in_need", BACK, BACK, year=1, tallies=tallies, group="other") == 0.0


def test_completed_for_good_is_a_share_of_those_in_contact(two):
    # In contact: persons 0 to 7; not back within six months of a planned exit: 1, 2 and 6.
    assert seen(two, "completed_for_good_share", BACK) == pytest.approx(3 / 8)


def test_what_the_formula_counts_is_read_a_year_later(two):
    one, other = (a_partnership(stay(0, 5), counted=each) for each in ((3.0, 5.0), (1.0, 1.0)))
    assert seen(two, "counted_by_formula", one) == 8.0
    assert seen(two, "counted_by_formula", one, year=1) == 16.0
    assert seen(two, "counted_by_formula", one, group="other") == 5.0
    assert seen(two, "counted_by_formula", one, other) == 5.0


def test_partnerships_add_up_before_a_share_is_made(two):
    """One of three exits by custody and one of one are two of four, not two thirds."""
    one = a_partnership(stay(0, 5, 50, CUSTODY), stay(1, 5, 50), stay(2, 5, 50))
    other = a_partnership(stay(0, 5, 50, CUSTODY))
    assert seen(two, "exits_to_custody_share", one, other) == 0.5


@pytest.mark.parametrize("measure", SHARES)
def test_a_share_of_nothing_is_missing(two, measure):
    assert math.isnan(seen(two, measure, a_partnership(stay(0, 800))))


# Against the table, and counted again


@pytest.fixture(scope="module")
def busy():
    """A tenth of England's average, where clients are moved on soon and custody is common."""
    scenario = a_tenth_of(load("baseline_2008", ["plan.move_on_delay_days=0"]))
    return changed(scenario, world__groups__opiate__treatment__custody_per_year=0.3)


@pytest.fixture(scope="module")
def lived(busy, seed):
    run = Run(busy, seed, 3)
    run.finish()
    return run


def test_a_measure_is_that_of_the_tidy_table(busy, seed):
    (sample,) = run_all([busy], 2, seed, workers=1)
    groups = [*busy.world.groups, "all"]
    figures = [
        Figure(measure, group, year)
        for measure in MEASURES
        for group in (["all"] if measure in MONEY_MEASURES else groups)
        for year in range(busy.years)
    ]
    told = observed(busy, figures, seed, [0, 1])
    table = np.array(
        [[sample.of(f.measure, group=f.group)[r, f.year] for f in figures] for r in (0, 1)]
    )
    assert np.array_equal(told, table, equal_nan=True)
    assert np.isfinite(told).mean() > 0.9


def people_of(run):
    """Each person's journeys in plain lists: start, end or None, and how it ended."""
    told = {}
    records = run.partnerships[0].pathway.journal.records()
    for day, person, what in zip(
        records.day.tolist(), records.person.tolist(), records.what.tolist(), strict=True
    ):
        mine = told.setdefault(person, [])
        if what == START:
            mine.append([day, None, None])
        elif what in EXITS:
            mine[-1][1:] = [day, Happened(what)]
    return told


def exits_in(people, year, chosen):
    """Exits of a year that are so, with the days until the person's next start."""
    return [
        (how, (mine[i + 1][0] if i + 1 < len(mine) else math.inf) - end)
        for mine in people
        for i, (_, end, how) in enumerate(mine)
        if end is not None and 365 * year <= end < 365 * (year + 1) and chosen(how)
    ]


def of_those(rows, chosen):
    """The share of rows that are so."""
    return sum(map(chosen, rows)) / len(rows) if rows else math.nan


def again(people, is_pdu, measure, year):
    """A figure counted with plain loops."""
    if measure.startswith("exits_"):
        reason = {"dropped_out": DROPPED_OUT, "to_custody": CUSTODY, "moved_away": MOVED_AWAY}
        wanted = reason.get(measure.removeprefix("exits_").removesuffix("_share"), DIED)
        return of_those(exits_in(people.values(), year, lambda _: True), lambda e: e[0] == wanted)
    there = [
        mine
        for mine in people.values()
        if any(
            start < 365 * (year + 1) and (end is None or end >= 365 * year)
            for start, end, _ in mine
        )
    ]
    if measure.startswith("in_treatment_over"):
        day, years = 365 * (year + 1), int(measure.split("_")[3])
        here = [s for m in there for s, end, _ in m if s < day and (end is None or end >= day)]
        return of_those(here, lambda start: start <= day - 365 * years)
    if measure.startswith("back_"):
        days = 182 if "6_months" in measure else 365
        planned = "unplanned" not in measure
        left = exits_in(people.values(), year, lambda how: (how in PLANNED) == planned)
        return of_those(left, lambda e: e[1] <= days)
    if measure == "completed_for_good_share":
        good = exits_in(people.values(), year, lambda how: how in PLANNED)
        return sum(gap > 182 for _, gap in good) / len(there)
    pdus = [person for person, mine in people.items() if mine in there and is_pdu(person)]
    return len(pdus) / len(there)


@pytest.mark.parametrize("group", ["opiate", "other", "all"])
@pytest.mark.parametrize("measure", SHARES)
def test_a_share_agrees_with_one_counted_person_by_person(busy, lived, measure, group):
    group_of = lived.partnerships[0].counter.group_of
    names = [*busy.world.groups]
    people = {
        person: mine
        for person, mine in people_of(lived).items()
        if mine and group in ("all", names[group_of[person]])
    }
    figures = [Figure(measure, group, year) for year in range(busy.years)]
    open_ones = [figure for figure in figures if unobservable(figure, busy) is None]
    told = _read_off(lived, open_ones)
    counted = [
        again(people, lambda p: busy.world.groups[names[group_of[p]]].is_pdu, measure, f.year)
        for f in open_ones
    ]
    assert told == pytest.approx(counted, nan_ok=True)
    assert len(open_ones) >= 4


def _read_off(run, figures):
    """Figures of a run that is finished already."""
    tallies = np.stack([partnership.tallies() for partnership in run.partnerships])
    done = SimpleNamespace(tallies=tallies)
    return observe(
        SimpleNamespace(finish=lambda: done, scenario=run.scenario, partnerships=run.partnerships),
        figures,
    ).tolist()


def test_what_the_formula_counts_is_what_it_is_given(busy, lived):
    """The number that stands on the next year's allocation."""
    (given,) = [member for member in lived.inputs[3].members if member.name != "Rest of England"]
    names = [*busy.world.groups]
    told = _read_off(lived, [Figure("counted_by_formula", name, 2) for name in names])
    assert told == list(given.counts.effective)


def test_need_is_what_is_unmet_and_what_is_met(busy, lived):
    pdus = [name for name, group in busy.world.groups.items() if group.is_pdu]
    parts = [Figure(m, g, 1) for g in pdus for m in ("untreated", "waiting", "in_treatment")]
    (need,) = _read_off(lived, [Figure("pdu_in_need", "all", 1)])
    assert need == sum(_read_off(lived, parts))


def test_replications_are_those_of_their_numbers(busy, seed):
    figures = [Figure("planned_exits", "all", 0), Figure("exits_died_share", "all", 1)]
    both = observed(busy, figures, seed, [4, 1])
    assert both.shape == (2, 2)
    assert both[1].tolist() == observed(busy, figures, seed, [1])[0].tolist()
    assert both[0].tolist() != both[1].tolist()
    assert observed(busy, figures, seed, []).shape == (0, 2)


def test_a_run_under_way_is_lived_to_its_end(busy, seed):
    figures = [Figure("planned_exits", "all", 0), Figure("in_treatment", "all", 4)]
    run = Run(busy, seed, 3)
    run.live_year()
    assert observe(run, figures).tolist() == observed(busy, figures, seed, [3])[0].tolist()


# What cannot be observed


def test_everything_that_has_a_name_can_be_observed(two, busy, lived):
    told = _read_off(lived, [Figure(name, "all", 0) for name in names()])
    assert len(told) == len(MEASURES) + len(OBSERVED)
    assert len(set(names())) == len(names())


@pytest.mark.parametrize(
    ("figure", "why"),
    [
        (Figure("planned_exits", "all", 2), "runs for 2 years"),
        (Figure("planned_exits", "all", -1), "runs for 2 years"),
        (Figure("spent_gbp", "opiate", 0), "all groups together"),
        (Figure("caseload_per_keyworker", "other", 0), "all groups together"),
        (Figure("back_12_months_after_planned_share", "all", 1), "followed so long"),
        (Figure("back_12_months_after_unplanned_share", "other", 1), "followed so long"),
    ],
)
def test_what_cannot_be_read_off_is_refused_with_the_reason(two, figure, why):
    assert why in unobservable(figure, two)


@pytest.mark.parametrize(
    "figure",
    [
        Figure("planned_exits", "other", 1),
        Figure("spent_gbp", "all", 1),
        Figure("back_6_months_after_planned_share", "all", 1),
        Figure("back_12_months_after_planned_share", "all", 0),
        Figure("counted_by_formula", "opiate", 1),
    ],
)
def test_what_can_be_read_off_is_not_refused(two, figure):
    assert unobservable(figure, two) is None
