"""Days in the life of one or two clients whose luck is given, with logs that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from tiny import finished, journal, pounds_for, tiny_queue, two_groups

from simulator.chance import Chance
from simulator.journal import MOVES, Happened, State
from simulator.years import WEEKS_PER_YEAR

NEVER = math.inf
MIDDLE = {"assessment": 0.0, "ready": 0.0, "picked up": 0.5, "since": 0.5, "kept 12 weeks": 0.5}


@pytest.fixture
def log_of(monkeypatch):
    """Lives a scenario with luck by purpose; what is not given never happens, or is as in the middle.

    Luck is one number for all or one for each person, for every spell or for one: ``("drop out", 1)``.
    """

    def log_of(scenario, luck):
        def row(chance, group, purpose, spell, people, kind=None):
            keys = (group, purpose), (purpose, spell), purpose
            given = next((luck[key] for key in keys if key in luck), MIDDLE.get(purpose, NEVER))
            each = np.full(people, NEVER if isinstance(given, list) else float(given))
            if isinstance(given, list):
                each[: len(given)] = given[:people]
            return each

        monkeypatch.setattr(Chance, "row", row)
        records = journal(finished(scenario, 1))
        return [
            (round(float(day), 6), int(person), Happened(what))
            for day, person, what in zip(records.day, records.person, records.what, strict=True)
            if day >= 0
        ]

    return log_of


def of_client(log, client=0):
    return [(day, what) for day, person, what in log if person == client]


def in_group(*changes):
    return [f"world.groups.opiate.{change}" for change in changes]


def clients(n, *changes, pot=1_000_000):
    """So many people who never had treatment; each seeks it after as many days as their luck says."""
    return tiny_queue(
        f"history.groups.opiate.never_treated={n}",
        f"formula.pot_gbp={pot}",
        *in_group("need.onset_per_year=0.0", "need.first_seeking_per_year=365.0"),
        *in_group("treatment.drop_out.scale_days=100.0", "after.relapse.scale_days=100.0"),
        *changes,
    )


READY_AFTER_100 = in_group("treatment.ready={median_days: 100.0, sigma: 0.9}")
ASSESSED_AFTER_5 = in_group("waiting.assessment={median_days: 5.0, sigma: 1.0}")


# Through treatment


def test_a_client_goes_from_need_to_a_planned_exit(log_of):
    scenario = clients(1, *READY_AFTER_100, *ASSESSED_AFTER_5)
    assert of_client(log_of(scenario, {"seek": 10.0})) == [
        (10, Happened.REFERRAL),
        (15, Happened.START),
        (99, Happened.SETTLED),
        (115, Happened.READY),
        (197, Happened.PLANNED_EXIT),  # the second quarterly review
    ]


@pytest.mark.parametrize(
    ("delay_days", "leaves_on"),
    [(0, 197), (82, 197), (82.5, 288), (100, 288), (173, 288), (1000, 1198)],
)
def test_a_planned_exit_is_at_the_first_review_once_the_delay_has_passed(
    delay_days, leaves_on, log_of
):
    # Ready on day 115; reviews on days 106, 197, 288 and so on, every 91 days from the start on day 15.
    changes = [*READY_AFTER_100, f"plan.move_on_delay_days={delay_days}"]
    scenario = clients(1, *changes, *ASSESSED_AFTER_5)
    assert of_client(log_of(scenario, {"seek": 10.0}))[-1] == (leaves_on, Happened.PLANNED_EXIT)


def test_a_shorter_delay_moves_on_those_who_are_held_at_their_next_review(log_of):
    scenario = clients(1, *READY_AFTER_100, "plan.move_on_delay_days=[900, 0, 0, 0]")
    log = of_client(log_of(scenario, {"seek": 15.0}))
    assert log[-1] == (
        15 + 4 * 91,
        Happened.PLANNED_EXIT,
    )  # day 379, the first review after 1 April


def test_who_is_ready_within_12_weeks_never_costs_as_a_settled_client(log_of):
    scenario = clients(1, *in_group("treatment.ready={median_days: 50.0, sigma: 0.9}"))
    assert of_client(log_of(scenario, {"seek": 10.0}))[2:] == [
        (60, Happened.READY),
        (101, Happened.PLANNED_EXIT),
    ]


def test_a_client_who_drops_out_is_untreated_again_and_may_come_back(log_of):
    scenario = clients(1, *in_group("need.seeks_again={shape: 0.5, scale_days: 400.0}"))
    luck = {("seek", 0): 10.0, ("seek", 1): 0.5, ("drop out", 0): 0.3, ("drop out", 1): 2.0}
    assert of_client(log_of(scenario, luck)) == [
        (10, Happened.REFERRAL),
        (10, Happened.START),
        (40, Happened.DROPPED_OUT),
        (140, Happened.REFERRAL),  # 400 × 0.5²
        (140, Happened.START),
        (224, Happened.SETTLED),
        (340, Happened.DROPPED_OUT),
    ]


def test_a_relapse_leads_back_to_untreated_need_and_a_new_journey(log_of):
    changes = in_group("need.seeks_again={shape: 1.0, scale_days: 100.0}")
    scenario = clients(1, *READY_AFTER_100, *changes)
    log = of_client(log_of(scenario, {"seek": 1.0, ("relapse", 0): 0.5, ("ready", 1): 1.0}))
    days = [day for day, what in log if what in (Happened.PLANNED_EXIT, Happened.RELAPSE)]
    assert days[:2] == [183, 233]
    assert log[6:8] == [(333, Happened.REFERRAL), (333, Happened.START)]
    # The second readiness has luck of its own: one sigma above the median.
    assert log[9] == (round(333 + 100 * math.exp(0.9), 6), Happened.READY)


@pytest.mark.parametrize(
    ("purpose", "change", "what"),
    [
        ("stop", "need.stops_untreated_per_year=3.65", Happened.STOPPED),
        ("die untreated", "need.deaths_untreated_per_year=3.65", Happened.DIED_UNTREATED),
    ],
)
def test_need_may_end_without_treatment(purpose, change, what, log_of):
    log = of_client(log_of(clients(1, *in_group(change)), {purpose: 1.0, "seek": 101.0}))
    assert log == [(100, what)]


@pytest.mark.parametrize(
    ("purpose", "change", "what"),
    [
        ("die in treatment", "treatment.deaths_per_year=3.65", Happened.DIED_IN_TREATMENT),
        ("move away", "treatment.moves_away_per_year=3.65", Happened.MOVED_AWAY),
    ],
)
def test_treatment_may_end_for_good(purpose, change, what, log_of):
    log = of_client(log_of(clients(1, *in_group(change)), {"seek": 10.0, purpose: 0.5}))
    assert log[2:] == [(60, what)]


def test_a_client_may_die_waiting(log_of):
    scenario = clients(1, *in_group("need.deaths_untreated_per_year=3.65"), pot=0)
    log = of_client(log_of(scenario, {"seek": 10.0, "die waiting": 0.5}))
    assert log == [(10, Happened.REFERRAL), (60, Happened.DIED_WAITING)]


def test_a_client_may_die_in_recovery(log_of):
    changes = in_group("after.deaths_in_recovery_per_year=3.65")
    log = of_client(
        log_of(clients(1, *READY_AFTER_100, *changes), {"seek": 1.0, "die in recovery": 2.0})
    )
    # The exit is on day 183; there are no deaths in the first 28 days of this world.
    assert log[-1] == (183 + 28 + 200, Happened.DIED_IN_RECOVERY)


# The list


def test_the_list_is_strictly_in_order_and_a_blocked_head_blocks_all(log_of):
    log = log_of(two_kinds(), SEEKING_IN_TURN)
    starts = [(day, person) for day, person, what in log if what is Happened.START]
    # Money is left for the cheap client on day 3, but a dear one stands before them.
    assert starts == [(1, 0), (21, 1), (21, 2)]


def test_priority_puts_a_group_before_all_others(log_of):
    log = log_of(two_kinds("plan.priority={opiate: 2, other: 1}"), SEEKING_IN_TURN)
    starts = [(day, person) for day, person, what in log if what is Happened.START]
    assert starts == [(1, 0), (3, 2), (21, 1)]


def two_kinds(*changes):
    """Two who cost £100 a week and one who costs £50, where there are £150 and a little."""
    return two_groups(
        "history.groups.opiate.never_treated=2",
        "history.groups.other.never_treated=1",
        f"formula.pot_gbp={pounds_for(1.05)}",
        *(
            f"world.groups.{group}.{change}"
            for group in ("opiate", "other")
            for change in (
                "need.onset_per_year=0.0",
                "need.first_seeking_per_year=365.0",
                "treatment.drop_out.scale_days=100.0",
            )
        ),
        *changes,
    )


SEEKING_IN_TURN = {
    ("opiate", "seek"): [1.0, 2.0],
    ("other", "seek"): [3.0],
    ("opiate", "drop out"): [0.2, 9.0],
}


def test_somebody_who_gives_up_is_untreated_again_and_may_try_once_more(log_of):
    scenario = clients(1, *in_group("waiting.mean_patience_days=20.0"), pot=0)
    luck = {("seek", 0): 10.0, ("patience", 0): 1.5, ("seek", 1): 50.0, ("patience", 1): 0.5}
    assert of_client(log_of(scenario, luck))[:4] == [
        (10, Happened.REFERRAL),
        (40, Happened.GAVE_UP),
        (90, Happened.REFERRAL),
        (100, Happened.GAVE_UP),
    ]


@pytest.mark.parametrize(
    ("patience", "then"), [(0.2, (14, Happened.GAVE_UP)), (0.3, (15, Happened.START))]
)
def test_patience_runs_from_referral(patience, then, log_of):
    # Referred on day 10, assessed on day 15; a place is free.
    scenario = clients(1, *ASSESSED_AFTER_5, *in_group("waiting.mean_patience_days=20.0"))
    assert of_client(log_of(scenario, {"seek": 10.0, "patience": patience}))[1] == then


def test_patience_counts_the_days_before_the_assessment(log_of):
    scenario = clients(1, *ASSESSED_AFTER_5, *in_group("waiting.mean_patience_days=20.0"), pot=0)
    log = of_client(log_of(scenario, {"seek": 10.0, "patience": 1.0}))
    assert log[1] == (30, Happened.GAVE_UP)


def test_who_has_started_cannot_give_up_any_more(log_of):
    scenario = clients(1, *in_group("waiting.mean_patience_days=20.0"))
    log = of_client(log_of(scenario, {"seek": 10.0, "patience": 1.0}))
    assert log == [(10, Happened.REFERRAL), (10, Happened.START), (94, Happened.SETTLED)]


def test_a_freed_place_is_filled_at_once(log_of):
    scenario = clients(2, pot=pounds_for(1))
    log = log_of(scenario, {"seek": [10.0, 20.0], "drop out": [0.5, 9.0]})
    assert of_client(log, 0)[-1] == (60, Happened.DROPPED_OUT)
    assert of_client(log, 1)[:2] == [(20, Happened.REFERRAL), (60, Happened.START)]


def test_a_client_who_gets_cheaper_makes_room(log_of):
    changes = in_group(
        "treatment.cost_settled_gbp_per_week=40.0", "treatment.cost_ready_gbp_per_week=0.0"
    )
    log = log_of(clients(2, *changes, pot=pounds_for(1)), {"seek": [10.0, 20.0]})
    assert of_client(log, 0)[-1] == (94, Happened.SETTLED)
    assert [day for day, what in of_client(log, 1) if what is Happened.START] == [94]


def test_new_money_on_1_april_starts_those_who_wait(log_of):
    scenario = clients(2, pot=f"[{pounds_for(1)}, {pounds_for(2)}, 0, 0]")
    log = log_of(scenario, {"seek": [10.0, 20.0]})
    assert (365, Happened.START) in of_client(log, 1)
    assert of_client(log, 1)[-1] == (449, Happened.SETTLED)  # a cut puts nobody out


def test_committed_pounds_follow_the_phases_of_the_client(log_of):
    costs = ("first_12_weeks", 110.0), ("settled", 75.5), ("ready", 35.25)
    changes = in_group(*(f"treatment.cost_{name}_gbp_per_week={gbp}" for name, gbp in costs))
    scenario = clients(1, *READY_AFTER_100, *changes)
    log_of(scenario, {"seek": 10.0})
    assert journal(finished(scenario, 1)).committed[1:].tolist() == [11_000, 7_550, 3_525, 0]


# Levers and caseloads


def test_an_early_exit_comes_before_readiness_or_not_at_all(log_of):
    scenario = clients(1, *READY_AFTER_100, "plan.early_exit_rate_per_year=3.65")
    log = of_client(log_of(scenario, {"seek": 10.0, "early exit": 0.5}))
    assert log[-1] == (60, Happened.EARLY_EXIT)
    log = of_client(log_of(scenario, {"seek": 10.0, "early exit": 1.1}))
    assert log[-1] == (192, Happened.PLANNED_EXIT)


@pytest.mark.parametrize(
    ("by_year", "leaves_on"),
    [
        # The threshold of 1 is used from day 15; 350 days are left until 1 April.
        ("[0, 3.65, 0, 0]", 365 + 100),
        ("[0.365, 3.65, 0, 0]", 365 + 65),
        ("[0.365, 0, 3.65, 0]", 730 + 65),
        ("[0.73, 0.365, 0.365, 0]", 365 + 300),
    ],
)
def test_early_exits_follow_the_lever_by_year(by_year, leaves_on, log_of):
    scenario = clients(1, f"plan.early_exit_rate_per_year={by_year}")
    log = of_client(log_of(scenario, {"seek": 15.0, "early exit": 1.0}))
    assert log[-1] == (leaves_on, Happened.EARLY_EXIT)


def test_after_an_early_exit_relapse_comes_sooner(log_of):
    scenario = clients(
        1,
        *READY_AFTER_100,
        "plan.early_exit_rate_per_year=3.65",
        "world.early_exit_relapse_hazard_ratio=2.0",
    )
    log = of_client(log_of(scenario, {"seek": 10.0, "early exit": 0.5, "relapse": 0.8}))
    assert log[-2:] == [(60, Happened.EARLY_EXIT), (100, Happened.RELAPSE)]


def test_fuller_caseloads_use_up_what_is_left_of_the_threshold_faster(log_of):
    """On 1 April the money for three falls to that for less than one, against integrating the hazard."""
    shape, scale_days, threshold, start = 0.6, 900.0, 1.1, 10.0
    pot = pounds_for(0.9)
    scenario = clients(
        3,
        *in_group(f"treatment.drop_out={{shape: {shape}, scale_days: {scale_days}}}"),
        "world.caseload.drop_out_exponent=0.5",
        pot=f"[{pounds_for(3)}, {pot}, {pot}, {pot}]",
    )
    # The second client leaves in the second summer, so on 1 October the caseload eases.
    log = log_of(
        scenario, {"seek": start, "drop out": [threshold, NEVER, NEVER], "move away": [NEVER] * 3}
    )
    budget_gbp = pot / WEEKS_PER_YEAR
    ratio = (300 / budget_gbp) ** 0.5

    def hazard(day):
        ordinary = shape / scale_days * ((day - start) / scale_days) ** (shape - 1)
        return ordinary * (1 if day < 365 else ratio)

    before = quad(hazard, start, 365)[0]

    def left(day):
        return threshold - before - quad(hazard, 365, day)[0]

    assert of_client(log)[-1] == (pytest.approx(brentq(left, 365, 3_000)), Happened.DROPPED_OUT)


def test_a_caseload_that_eases_slows_down_dropping_out_from_the_next_half_year(log_of):
    pot = pounds_for(0.5)
    scenario = clients(
        2,
        *in_group("treatment.drop_out={shape: 1.0, scale_days: 1000.0}"),
        "world.caseload.drop_out_exponent=1.0",
        pot=f"[{pounds_for(2)}, {pot}, {pot}, {pot}]",
    )
    one, two = 100 * WEEKS_PER_YEAR / pot, 200 * WEEKS_PER_YEAR / pot
    # The first leaves 50 days after 1 April; from 1 October (day 548) the second is alone.
    first = (355 + two * 50) / 1000
    log = log_of(scenario, {"seek": 10.0, "drop out": [first, 1.5]})
    assert of_client(log, 0)[-1] == (pytest.approx(415.0), Happened.DROPPED_OUT)
    leaves = 548 + (1500 - 355 - two * 183) / one
    assert of_client(log, 1)[-1] == (pytest.approx(leaves), Happened.DROPPED_OUT)


def test_outreach_hastens_first_seeking_by_so_many_referrals_a_year(log_of):
    # Two people seek at 0.01 a day each, so 7.3 a year; £730 of outreach bring 7.3 a year more.
    scenario = clients(
        2,
        *in_group("need.first_seeking_per_year=3.65"),
        "plan={treatment_share: 0.0, outreach_share: 1.0, outreach_to: [opiate]}",
        pot=730,
    )
    log = log_of(scenario, {"seek": [1.0, 1.4]})
    assert of_client(log, 0) == [(50, Happened.REFERRAL)]
    assert of_client(log, 1) == [(70, Happened.REFERRAL)]


def test_outreach_to_fewer_people_reaches_each_more_often(log_of):
    scenario = clients(
        2,
        *in_group("need.first_seeking_per_year=3.65"),
        "plan={treatment_share: 0.0, outreach_share: 1.0, outreach_to: [opiate]}",
        pot=730,
    )
    # Twice the rate until 1 October uses 3.66; from then on the second is alone, at three times the rate.
    log = log_of(scenario, {"seek": [1.0, 3.66 + 0.3]})
    assert of_client(log, 1) == [(pytest.approx(183 + 10), Happened.REFERRAL)]


def test_outreach_to_nobody_changes_nothing(log_of):
    scenario = clients(
        1,
        *in_group("need.first_seeking_per_year=0.0"),
        "plan={treatment_share: 0.0, outreach_share: 1.0, outreach_to: [opiate]}",
    )
    assert log_of(scenario, {"seek": 1.0}) == []


# Prison


def taken_into_custody(*changes):
    return clients(
        1,
        *in_group(
            "treatment.custody_per_year=3.65", "need.seeks_again={shape: 1.0, scale_days: 70.0}"
        ),
        "world.prison={mean_stay_days: 120.0, picked_up_share: 0.3}",
        *changes,
    )


IN_CUSTODY = {("seek", 0): 10.0, ("custody", 0): 0.5, "stay in prison": 0.25}


def test_a_client_is_picked_up_on_release(log_of):
    log = of_client(
        log_of(taken_into_custody(*ASSESSED_AFTER_5), IN_CUSTODY | {("picked up", 0): 0.29})
    )
    assert log[2:6] == [
        (65, Happened.CUSTODY),
        (95, Happened.RELEASE),
        (95, Happened.REFERRAL),
        (100, Happened.START),
    ]


def test_a_client_who_is_not_picked_up_seeks_treatment_later(log_of):
    luck = IN_CUSTODY | {("picked up", 0): 0.31, ("picked up", 1): 0.0, ("seek", 1): 1.0}
    log = of_client(log_of(taken_into_custody(), luck))
    assert log[2:5] == [(60, Happened.CUSTODY), (90, Happened.RELEASE), (160, Happened.REFERRAL)]


def test_deaths_are_higher_in_the_two_weeks_after_release(log_of):
    scenario = taken_into_custody(
        *in_group("need.deaths_untreated_per_year=0.365"),
        "world.prison.deaths_first_2_weeks_ratio=10.0",
    )
    luck = IN_CUSTODY | {"picked up": 0.9, ("seek", 1): 9.0}
    # 0.01 a day for 14 days, then 0.001 a day.
    log = of_client(log_of(scenario, luck | {("die untreated", 1): 0.1}))
    assert log[-1] == (100, Happened.DIED_UNTREATED)
    log = of_client(log_of(scenario, luck | {("die untreated", 1): 0.15}))
    assert log[-1] == (90 + 14 + 10, Happened.DIED_UNTREATED)


# Support


def support_places(places, *changes):
    """So many support places at £10 a week, and as much for treatment as anybody needs."""
    gbp = math.ceil(places * 10 * WEEKS_PER_YEAR)
    return [
        "formula.pot_gbp=1000000",
        f"plan={{treatment_share: {1 - gbp / 1_000_000}, reintegration_share: {gbp / 1_000_000}}}",
        *changes,
    ]


def test_a_support_place_follows_a_planned_exit_and_ends_after_its_weeks(log_of):
    log = of_client(log_of(clients(1, *READY_AFTER_100, *support_places(1)), {"seek": 10.0}))
    assert log[-3:] == [
        (192, Happened.PLANNED_EXIT),
        (192, Happened.SUPPORTED_EXIT),
        (192 + 26 * 7, Happened.SUPPORT_ENDED),
    ]


def test_support_puts_off_a_relapse_while_it_lasts(log_of):
    ratios = "world.support={relapse_hazard_ratio: 0.5, relapse_hazard_ratio_afterwards: 1.0}"
    scenario = clients(1, *READY_AFTER_100, *support_places(1, ratios))
    log = of_client(log_of(scenario, {"seek": 10.0, "relapse": 0.5}))
    assert log[-2:] == [(292, Happened.SUPPORT_ENDED), (292, Happened.RELAPSE)]
    # 182 days at half the hazard use 0.91; what is left of 1.5 lasts 59 days.
    log = of_client(log_of(scenario, {"seek": 10.0, "relapse": 1.5}))
    assert log[-2:] == [(374, Happened.SUPPORT_ENDED), (433, Happened.RELAPSE)]


def test_without_a_free_support_place_a_planned_exit_goes_without(log_of):
    scenario = clients(2, *READY_AFTER_100, *support_places(1))
    log = log_of(scenario, {"seek": [10.0, 20.0]})
    assert of_client(log, 1)[-1] == (202, Happened.PLANNED_EXIT)


def test_support_closed_to_unplanned_exits_is_not_given_to_them(log_of):
    log = of_client(log_of(clients(1, *support_places(1)), {"seek": 10.0, "drop out": 0.5}))
    assert log[-1] == (60, Happened.DROPPED_OUT)


def test_support_open_to_unplanned_exits_hastens_seeking_while_it_lasts(log_of):
    scenario = clients(
        1,
        *in_group("need.seeks_again={shape: 1.0, scale_days: 400.0}"),
        *support_places(
            1, "plan.support_open_to=[unplanned]", "world.support.seeks_again_hazard_ratio=2.0"
        ),
    )
    luck = {("seek", 0): 10.0, ("drop out", 0): 0.5}
    log = of_client(log_of(scenario, luck | {("seek", 1): 0.5}))
    assert log[2:6] == [
        (60, Happened.DROPPED_OUT),
        (60, Happened.SUPPORTED_LATER),
        (160, Happened.SUPPORT_ENDED),
        (160, Happened.REFERRAL),
    ]
    # 182 days at twice the hazard use 0.91; what is left of 1 lasts 36 days.
    log = of_client(log_of(scenario, luck | {("seek", 1): 1.0}))
    assert log[4:6] == [(242, Happened.SUPPORT_ENDED), (278, Happened.REFERRAL)]


IN_RECOVERY_LATELY = "history.groups.opiate.in_recovery={since: [{up_to_days: 200.0, share: 1.0}]}"


@pytest.mark.parametrize("since", [[0.2, 0.5], [0.5, 0.2]])
def test_a_place_that_ends_is_handed_to_the_next_in_recovery_the_last_to_leave_first(since, log_of):
    scenario = clients(
        0,
        *support_places(1, "plan.support_open_to=[planned, in_recovery]"),
        "history.groups.opiate.in_recovery.people=2",
        IN_RECOVERY_LATELY,
    )
    log = log_of(scenario, {"since": since})
    last, before = (0, 1) if since[0] < since[1] else (1, 0)
    assert log == [
        (0, last, Happened.SUPPORTED_LATER),
        (182, last, Happened.SUPPORT_ENDED),
        (182, before, Happened.SUPPORTED_LATER),
        (364, before, Happened.SUPPORT_ENDED),
    ]


def test_support_that_begins_late_keeps_what_recovery_has_used_of_the_threshold(log_of):
    scenario = clients(
        0,
        *support_places(
            1,
            "plan={support_open_to: [in_recovery], support_reach_back_days: 1000.0}",
            "plan={treatment_share: [1, 0.9, 0.9, 0.9], reintegration_share: [0, 0.1, 0.1, 0.1]}",
            "world.support.relapse_hazard_ratio=0.5",
        ),
        *in_group("after.relapse={shape: 0.5, scale_days: 400.0}"),
        "history.groups.opiate.in_recovery.people=1",
        IN_RECOVERY_LATELY,
    )
    log = log_of(scenario, {"since": [0.5], "relapse": [0.65]})
    # In recovery for 100 days on day 0 and for 465 when support begins; it halves the hazard.
    used = math.sqrt(465 / 400) - math.sqrt(100 / 400)
    relapses = 400 * (math.sqrt(465 / 400) + (0.65 - used) / 0.5) ** 2 - 100
    assert log[0] == (365, 0, Happened.SUPPORTED_LATER)
    assert (pytest.approx(relapses), 0, Happened.RELAPSE) in log
    assert relapses < 365 + 182


@pytest.mark.parametrize(
    ("reach_back_days", "supported"), [(99, []), (100, [0]), (149, [0]), (150, [0, 1])]
)
def test_support_reaches_back_no_further_than_the_plan_says(reach_back_days, supported, log_of):
    scenario = clients(
        0,
        *support_places(2, "plan.support_open_to=[in_recovery]"),
        f"plan.support_reach_back_days={reach_back_days}",
        "history.groups.opiate.in_recovery.people=2",
        IN_RECOVERY_LATELY,
    )
    log = log_of(scenario, {"since": [0.5, 0.75]})  # 100 and 150 days ago
    assert [person for _, person, what in log if what is Happened.SUPPORTED_LATER] == supported


def test_a_relapse_frees_the_support_place_for_the_next(log_of):
    scenario = clients(
        0,
        *support_places(1, "plan.support_open_to=[in_recovery]"),
        "history.groups.opiate.in_recovery.people=2",
        IN_RECOVERY_LATELY,
    )
    log = log_of(scenario, {"since": [0.5, 0.4], "relapse": [NEVER, 0.3]})
    assert log[0] == (0, 1, Happened.SUPPORTED_LATER)
    assert set(log[1:4]) == {
        (30, 1, Happened.RELAPSE),
        (30, 1, Happened.SUPPORT_ENDED),
        (30, 0, Happened.SUPPORTED_LATER),
    }


# The calendar's seams

BOUNDARIES = [183.0, 365.0, 548.0, 730.0]


@pytest.mark.parametrize("day", BOUNDARIES)
def test_a_client_due_on_1_april_or_1_october_has_one_event_and_not_two(day, log_of):
    scenario = clients(1, *in_group("need.seeks_again={shape: 1.0, scale_days: 100.0}"))
    log = of_client(log_of(scenario, {("seek", 0): day, ("drop out", 0): 0.5}))
    assert log == [
        (day, Happened.REFERRAL),
        (day, Happened.START),
        (day + 50, Happened.DROPPED_OUT),
    ]


@pytest.mark.parametrize("day", BOUNDARIES)
@pytest.mark.parametrize(
    ("purpose", "change", "what"),
    [
        ("drop out", "treatment.drop_out.scale_days=100.0", Happened.DROPPED_OUT),
        ("die in treatment", "treatment.deaths_per_year=3.65", Happened.DIED_IN_TREATMENT),
        ("move away", "treatment.moves_away_per_year=3.65", Happened.MOVED_AWAY),
    ],
)
def test_an_exit_due_on_1_april_or_1_october_happens_once(day, purpose, change, what, log_of):
    log = of_client(log_of(clients(1, *in_group(change)), {"seek": 3.0, purpose: (day - 3) / 100}))
    assert log[-1] == (day, what)
    assert (
        sum(what not in (Happened.REFERRAL, Happened.START, Happened.SETTLED) for _, what in log)
        == 1
    )


def test_a_review_on_1_april_moves_the_client_on(log_of):
    # 365 is 4 × 91 and one day; a caseload that changes on that day must not put the review off.
    scenario = clients(
        1,
        *READY_AFTER_100,
        "plan.move_on_delay_days=[200, 100, 100, 100]",
        pot="[50000, 2000, 0, 0]",
    )
    log = of_client(log_of(scenario, {"seek": 1.0}))
    assert log[-1] == (365, Happened.PLANNED_EXIT)


def test_a_support_place_that_ends_on_1_october_is_handed_on_that_day(log_of):
    scenario = clients(
        0,
        *support_places(
            1, "plan={support_open_to: [in_recovery], support_weeks: 26.142857142857142}"
        ),
        "history.groups.opiate.in_recovery.people=2",
        IN_RECOVERY_LATELY,
    )
    log = log_of(scenario, {"since": [0.5, 0.2]})
    assert [what for _, _, what in log] == [Happened.SUPPORTED_LATER, Happened.SUPPORT_ENDED] * 2
    assert [day for day, _, _ in log] == [0, 183, 183, 366]


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_moment_before_or_after_a_boundary_loses_nobody(boundary, log_of):
    """Days are added up in floating point; no event is lost or doubled at the seam."""
    for start in (0.1, 91.3, boundary - 0.7):
        for leaves in (math.nextafter(boundary, 0), math.nextafter(boundary, NEVER)):
            log = log_of(clients(1), {"seek": start, "drop out": (leaves - start) / 100})
            exits = [day for day, what in of_client(log) if what is Happened.DROPPED_OUT]
            assert exits == [pytest.approx(boundary)]


def test_on_1_april_each_client_stands_where_their_last_record_put_them(tenth, seed):
    run = finished(tenth, seed)
    records = journal(run)
    pathway = run.partnerships[0].pathway
    last = {}
    for person, what in zip(records.person.tolist(), records.what.tolist(), strict=True):
        if Happened(what) in MOVES:
            last[person] = MOVES[Happened(what)][1]
    moved = np.array([last.get(person, State.NOT_YET) for person in range(len(pathway.state))])
    now = np.array(pathway.state)
    stayed = np.array([person not in last for person in range(len(now))])
    assert np.array_equal(moved[~stayed], now[~stayed])
