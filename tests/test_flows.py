"""Where people went: nobody is lost, two ways to one number agree, and a life is told as it was lived."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from tiny import a_tenth_of, changed

from simulator import flows, replicate
from simulator.errors import BadInput
from simulator.flows import NAMES, STOOD, TREATED, Stage
from simulator.flows.choosing import KINDS, Both, chosen
from simulator.flows.flow import Flow, counted
from simulator.flows.follow import HAPPENED, STANDS, life
from simulator.flows.gains import ALIKE, BETTER_A, BETTER_B, NOT_COMPARED, Gains, paired_people
from simulator.flows.lives import Lives, _stages_after, lives
from simulator.flows.stages import LEADS_TO, STAGES, rung, state_of
from simulator.flows.whole import why
from simulator.journal import DEATHS, MOVES, PLANNED, UNPLANNED, Happened
from simulator.measures import journeys
from simulator.model import Run
from simulator.scenario import as_dict, load
from simulator.validate.worlds import checked
from simulator.years import first_day, month_name

REPLICATIONS = 4
STAGES_OF = {
    "in_treatment": TREATED,
    "waiting": (Stage.WAITING,),
    "untreated": (Stage.UNTREATED,),
    "in_recovery": (Stage.IN_RECOVERY,),
}
KINDS_OF = {
    "referrals": (Happened.REFERRAL,),
    "new_presentations": (Happened.START,),
    "planned_exits": PLANNED,
    "early_exits": (Happened.EARLY_EXIT,),
    "unplanned_exits": UNPLANNED,
    "supported_exits": (Happened.SUPPORTED_EXIT,),
    "deaths": DEATHS,
}


@pytest.fixture(scope="module")
def plans():
    return [a_tenth_of(load(name)) for name in ("park", "reintegration")]


@pytest.fixture(scope="module")
def told(plans, seed):
    return flows.work(None, *plans, seed, REPLICATIONS)


@pytest.fixture(scope="module")
def samples(plans, seed):
    return replicate.run(plans, REPLICATIONS, seed, workers=1)


@pytest.fixture(scope="module")
def several():
    """Two partnerships that differ, the second of which stands for three alike."""
    data = as_dict(a_tenth_of(load("baseline_2008")))
    one = next(iter(data["partnerships"].values()))
    others = {**one, "copies": 3, "size": 1.5}
    data["partnerships"] = {"Town": one, "Others": others}
    data["formula"]["rest"]["partnerships"] = 145
    return checked(data, a_tenth_of(load("baseline_2008")))


def made_up(*rows, on_day_0=(Stage.UNTREATED,)):
    """Lives of rows: person, day, what happened; one group."""
    rows = sorted(rows, key=lambda row: row[0])
    person, day, what = (
        (np.array(column) for column in zip(*rows, strict=True))
        if rows
        else [np.zeros(0, dtype=np.int64)] * 3
    )
    stood = np.array(on_day_0, dtype=np.int64)
    return Lives(
        group_of=np.zeros(len(stood), dtype=np.int64),
        first=(0,),
        on_day_0=stood,
        since=np.zeros(len(stood)),
        treated_before=np.zeros(len(stood), dtype=bool),
        person=person,
        day=day.astype(float),
        what=what,
        stage=_stages_after(person, what, stood),
    )


def both(a, b, years=1):
    return Both(a, b, 1, 0, "Town", {"opiate": "Opiates"}, 2008, years)


TREATED_AND_LEFT = (
    (0, 10, Happened.REFERRAL),
    (0, 20, Happened.START),
    (0, 104, Happened.SETTLED),
    (0, 150, Happened.READY),
    (0, 202, Happened.PLANNED_EXIT),
)


# Stages


def test_every_move_of_the_model_leads_to_a_stage_of_its_state():
    assert {what: state_of(LEADS_TO[what]) for what in MOVES} == {
        what: target for what, (_, target) in MOVES.items()
    }
    assert set(LEADS_TO) - set(MOVES) == {Happened.READY}


def test_whoever_dies_stops_or_moves_away_is_told_apart():
    assert {LEADS_TO[what] for what in DEATHS} == {Stage.DIED}
    assert LEADS_TO[Happened.STOPPED] == Stage.STOPPED
    assert LEADS_TO[Happened.MOVED_AWAY] == Stage.MOVED_AWAY


def test_every_stage_and_everything_that_is_written_has_words():
    assert set(NAMES) == set(STANDS) == set(STAGES)
    assert set(HAPPENED) == set(Happened) - {Happened.ASSESSED}


def test_two_stages_are_better_one_way_or_the_other_or_alike_or_not_compared():
    assert (BETTER_A.astype(int) + BETTER_B + ALIKE + NOT_COMPARED == 1).all()
    assert BETTER_A[Stage.IN_RECOVERY, Stage.UNTREATED]
    assert BETTER_B[Stage.DIED, Stage.UNTREATED]
    assert NOT_COMPARED[Stage.MOVED_AWAY].all()
    assert ALIKE[Stage.IN_TREATMENT, Stage.READY]


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (0, "April 2008"),
        (29.9, "April 2008"),
        (30, "May 2008"),
        (274.9, "December 2008"),
        (275, "January 2009"),
        (364.9, "March 2009"),
        (365, "April 2009"),
        (-1, "March 2008"),
        (-365, "April 2007"),
        (-91, "December 2007"),
    ],
)
def test_a_day_lies_in_its_month(day, month):
    assert month_name(day, 2008) == month


# Lives, counted by hand


def test_somebody_stands_where_the_last_thing_left_them():
    lived = made_up(*TREATED_AND_LEFT)
    stood = [int(lived.at(day)[0]) for day in (0, 10, 10.1, 20.1, 120, 150.5, 202, 203)]
    assert stood == [
        Stage.UNTREATED,
        Stage.UNTREATED,
        Stage.WAITING,
        Stage.IN_TREATMENT,
        Stage.IN_TREATMENT,
        Stage.READY,
        Stage.READY,
        Stage.IN_RECOVERY,
    ]


def test_days_in_each_stage_are_those_between_moves():
    lived = made_up(*TREATED_AND_LEFT, on_day_0=(Stage.UNTREATED, Stage.IN_RECOVERY))
    days = lived.days_in(365)
    assert days[0, Stage.UNTREATED] == 10
    assert days[0, Stage.WAITING] == 10
    assert days[0, Stage.IN_TREATMENT] == 130
    assert days[0, Stage.READY] == 52
    assert days[0, Stage.IN_RECOVERY] == 163
    assert days[1].tolist() == [365 * (stage == Stage.IN_RECOVERY) for stage in STAGES]


def test_what_changes_no_stage_leaves_somebody_where_they_were():
    rows = [(0, 5, Happened.SUPPORTED_LATER), (0, 9, Happened.SUPPORT_ENDED)]
    rows += [(1, 7, Happened.SETTLED)]
    lived = made_up(*rows, on_day_0=(Stage.IN_RECOVERY, Stage.IN_TREATMENT))
    assert lived.stage.tolist() == [Stage.IN_RECOVERY, Stage.IN_RECOVERY, Stage.IN_TREATMENT]
    assert lived.before.tolist() == lived.stage.tolist()


def test_a_flow_of_one_year_is_counted_by_hand():
    lived = made_up(
        *TREATED_AND_LEFT, (2, 100, Happened.ONSET), on_day_0=(1, Stage.READY, Stage.NOT_YET, 0)
    )
    flow = Flow.of("A plan", 2008, {"opiate": "Opiates"}, [counted(lived, 1, 1)])
    people = flow.people()[0]
    assert people[Stage.UNTREATED, Stage.IN_RECOVERY] == 1
    assert people[Stage.READY, Stage.READY] == 1
    assert people[Stage.NOT_YET, Stage.UNTREATED] == 1
    assert people.sum() == 3  # the fourth never comes
    assert flow.moves()[0].sum() == 5
    assert flow.kinds()[0, Happened.SETTLED] == 1
    assert flow.period() == ("1 April 2008", "31 March 2009")


def test_a_person_better_under_b_counts_once_and_the_same_not_at_all():
    a = made_up(*TREATED_AND_LEFT[:3], on_day_0=(1, 1))
    b = made_up(*TREATED_AND_LEFT, on_day_0=(1, 1))
    gains = Gains.of({"opiate": "Opiates"}, [paired_people(a, b, 1, 1)])
    assert gains.people()[0].tolist() == [2, 0, 1, 1, 0]
    assert gains.time("in recovery").mean == 163 / 2


# Nobody is lost


def test_stocks_change_by_what_comes_in_less_what_goes_out(told):
    for flow in (told.a, told.b):
        for group in (*flow.groups, "all"):
            stocks = flow.stocks(group)
            for place, year in enumerate(flow.years):
                moves = flow.moves(year, group)
                came, went = moves.sum(axis=1), moves.sum(axis=2)
                assert np.array_equal(stocks[:, place] + came - went, stocks[:, place + 1])


def test_everybody_is_somewhere_on_every_date(told):
    for flow in (told.a, told.b):
        assert (np.ptp(flow.stocks().sum(axis=2), axis=1) == 0).all()


def test_people_by_where_they_went_are_the_stocks(told):
    for flow in (told.a, told.b):
        stocks, whole = flow.stocks(), flow.people()
        assert np.array_equal(whole.sum(axis=2), stocks[:, 0])
        assert np.array_equal(whole.sum(axis=1)[:, 1:], stocks[:, -1, 1:])


def test_groups_add_up_to_all(told):
    each = sum(told.a.people(group=group) for group in told.a.groups)
    assert np.array_equal(each, told.a.people())


def test_stocks_are_those_of_the_tidy_table(told, samples):
    for flow, sample in zip((told.a, told.b), samples, strict=True):
        for measure, stages in STAGES_OF.items():
            for group in (*flow.groups, "all"):
                found = flow.stocks(group)[:, 1:, list(stages)].sum(axis=2)
                assert np.array_equal(found, sample.of(measure, group=group)), measure


def test_what_happened_is_what_the_tidy_table_counts(told, samples):
    for flow, sample in zip((told.a, told.b), samples, strict=True):
        for measure, kinds in KINDS_OF.items():
            found = np.stack(
                [flow.kinds(year)[:, list(kinds)].sum(axis=1) for year in flow.years], axis=1
            )
            assert np.array_equal(found, sample.of(measure)), measure


def test_who_is_ready_on_day_0_costs_what_the_ready_cost(plans, seed):
    partnership = Run(plans[0], seed, 0).partnerships[0]
    stages, pathway = lives(partnership).on_day_0, partnership.pathway
    weekly = np.array([group.clocks.weekly_pence[2] for group in pathway.group_of])
    paid = np.array(pathway._weekly_pence)
    assert (paid[stages == Stage.READY] == weekly[stages == Stage.READY]).all()
    assert (paid[stages == Stage.IN_TREATMENT] > weekly[stages == Stage.IN_TREATMENT]).all()


def test_days_in_treatment_are_the_days_of_the_journeys(plans, seed):
    run = Run(plans[1], seed, 0)
    run.finish()
    until = first_day(plans[1].years)
    told = journeys(run.partnerships[0].pathway.journal.records())
    stays = np.clip(np.minimum(told.end, until) - np.maximum(told.start, 0), 0, None)
    found = lives(run.partnerships[0]).days_in(until)
    assert found[:, list(TREATED)].sum() == pytest.approx(stays.sum(), rel=1e-9)
    assert found.sum(axis=1) == pytest.approx(until)


def test_partnerships_that_stand_for_several_count_as_often(several, seed):
    flow = flows.flow_of(None, several, seed, 2)
    sample = replicate.run([several], 2, seed, workers=1)[0]
    for measure, stages in STAGES_OF.items():
        found = flow.stocks()[:, 1:, list(stages)].sum(axis=2)
        assert np.array_equal(found, sample.of(measure, "all")), measure


def test_one_partnership_of_several_is_told_by_itself(several, seed):
    flow = flows.flow_of(None, several, seed, 2, "Others")
    sample = replicate.run([several], 2, seed, workers=1)[0]
    found = flow.stocks()[:, 1:, list(TREATED)].sum(axis=2)
    assert np.array_equal(found, sample.of("in_treatment", "Others"))


# Who gains and who loses


def test_ends_of_pairs_are_the_ends_of_each_flow(told):
    whole = told.gains.ends.sum(axis=(1, 2))
    assert np.array_equal(whole.sum(axis=2)[:, 1:], told.a.people().sum(axis=1)[:, 1:])
    assert np.array_equal(whole.sum(axis=1)[:, 1:], told.b.people().sum(axis=1)[:, 1:])


def test_everybody_gains_loses_stands_alike_or_is_not_compared(told):
    people, *parts = told.gains.people().T
    assert np.array_equal(people, sum(parts))
    by_place = [told.gains.people(stood=stood)[:, 0] for stood in STOOD if stood != "all"]
    assert np.array_equal(people, sum(by_place))


def test_a_plan_against_itself_moves_nobody(plans, seed):
    told = flows.work(None, plans[0], plans[0], seed, 2)
    net = told.gains.net()
    assert (net.mean, net.low, net.high) == (0, 0, 0)
    assert not told.gains.people()[:, 1:3].any()
    assert {each.parted for each in told.followed} == {None}
    assert len(told.followed) == 1


def test_plans_the_other_way_round_turn_the_sign(plans, told, seed):
    turned = flows.work(None, plans[1], plans[0], seed, REPLICATIONS)
    assert turned.gains.net().mean == -told.gains.net().mean
    assert turned.gains.time("in treatment").mean == pytest.approx(
        -told.gains.time("in treatment").mean
    )
    assert {"A": "B", "B": "A", "": ""}[turned.gains.better] == told.gains.better


def test_moving_on_leaves_fewer_in_treatment_and_more_in_recovery(told):
    assert told.more(TREATED).high < 0
    assert told.more((Stage.IN_RECOVERY,)).low > 0
    assert told.gains.time("of that, ready to leave").high < 0


def test_deaths_differ_by_who_dies_under_one_plan_alone(told, samples):
    only_a, only_b, more = told.gains.deaths()
    assert more.mean == pytest.approx(only_b.mean - only_a.mean)
    deaths = [sample.of("deaths").sum(axis=1).mean() for sample in samples]
    assert more.mean == pytest.approx(deaths[1] - deaths[0])


def test_the_tables_hold_the_same_numbers(told):
    table = told.a.table()
    assert table["mean"].sum() == pytest.approx(told.a.people().sum(axis=(1, 2)).mean())
    assert (table["low"] <= table["high"]).all()
    gains = told.gains.table.query("group == 'all' and stood_on_day_0 == 'all'").iloc[0]
    assert gains["b_less_a"] == pytest.approx(told.gains.net().mean)
    assert told.gains.ends_table.query("group == 'all'")["people"].sum() == pytest.approx(
        gains["people"]
    )
    assert not told.gains.time_table.empty
    assert not told.a.stock_table().empty
    assert not told.b.moves_table("2009-10", "opiate").empty


# Clients to follow


def test_lives_part_where_the_first_thing_differs():
    a = made_up(*TREATED_AND_LEFT[:4])
    b = made_up(*TREATED_AND_LEFT, (0, 300, Happened.RELAPSE))
    followed = both(a, b).followed(0)
    assert followed.parted == 202
    assert followed.sentence == (
        "Client 1 (opiates; made up): the two lives part in October 2008. Under plan B they then leave treatment as"
        " planned; under plan A nothing more happens, and they are in treatment, ready to leave. On 31 March 2009"
        " they are in treatment, ready to leave under plan A and are untreated under plan B."
    )


def test_the_same_life_has_no_parting():
    lived = made_up(*TREATED_AND_LEFT)
    followed = both(lived, lived).followed(0)
    assert followed.parted is None
    assert "the same life under both plans" in followed.sentence
    assert followed.table["same_under_both"].all()


def test_the_same_thing_on_another_day_is_told_with_its_month():
    a = made_up((0, 10, Happened.REFERRAL), (0, 20, Happened.START))
    b = made_up((0, 10, Happened.REFERRAL), (0, 90, Happened.START))
    followed = both(a, b).followed(0)
    assert "Under plan A they then start treatment; under plan B they do so in June 2008" in (
        followed.sentence
    )
    assert "under both" in followed.sentence


def test_spells_fill_the_whole_time_without_gaps():
    lived = life(made_up(*TREATED_AND_LEFT), 0, 1)
    spells = list(lived.spells)
    assert [spell[0] for spell in spells] == [0, *(spell[1] for spell in spells[:-1])]
    assert spells[-1][1] == 365
    assert [spell[2] for spell in spells] == [
        Stage.UNTREATED,
        Stage.WAITING,
        Stage.IN_TREATMENT,
        Stage.READY,
        Stage.IN_RECOVERY,
    ]
    assert all(lived.at((begin + end) / 2) == stage for begin, end, stage in spells)


def test_what_lies_after_the_last_31_march_is_not_told():
    assert len(life(made_up(*TREATED_AND_LEFT, (0, 400, Happened.RELAPSE)), 0, 1).entries) == 5


def test_clients_are_what_they_were_chosen_for(told):
    assert 1 <= len(told.followed) <= len(KINDS)
    for each in told.followed:
        if "under plan A" in each.why and "stand better at the end" in each.why:
            better = "A" if "end under plan A" in each.why else "B"
            ranks = {plan: rung(lived.ends) for plan, lived in (("A", each.a), ("B", each.b))}
            assert max(ranks, key=ranks.get) == better
            assert ranks["A"] != ranks["B"]
        if each.why.startswith("Nothing differs"):
            assert each.parted is None


def test_whoever_does_worse_under_the_better_plan_is_followed_too():
    better = made_up(*TREATED_AND_LEFT, on_day_0=(1, 1, 1))
    worse = made_up((1, 30, Happened.DIED_UNTREATED), on_day_0=(1, 1, 1))
    found = {each.kind: each for each in chosen(both(worse, better))}
    assert found["better_b"].like == 2
    assert "better_a" not in found
    loser = chosen(both(better, worse), ["better_a"])[0]
    assert "not better for everybody" in why(loser, "B")
    assert "too close to call" in why(loser, "")
    assert "as more people do" in why(loser, "A")


def test_the_same_lives_are_found_record_by_record():
    a = made_up((0, 5, Happened.REFERRAL), (1, 5, Happened.REFERRAL), on_day_0=(1, 1, 1))
    b = made_up((0, 5, Happened.REFERRAL), (1, 6, Happened.REFERRAL), on_day_0=(1, 1, 1))
    assert both(a, b).same().tolist() == [True, False, True]


def test_after_the_end_nothing_makes_lives_differ():
    a = made_up((0, 5, Happened.REFERRAL), (0, 366, Happened.GAVE_UP))
    b = made_up((0, 5, Happened.REFERRAL))
    assert both(a, b).same().tolist() == [True]


def test_a_client_is_found_again_by_who_they_are(plans, told):
    for each in told.followed:
        who = each.client
        found = flows.follow(*plans, who.seed, who.replication, who.group, who.number)
        assert (found.a, found.b, found.client) == (each.a, each.b, who)


def test_clients_are_told_as_made_up(told):
    for each in (*told.followed, *told.others):
        assert "made up" in each.client.name
        assert str(each.client.number) in each.client.name


# The whole answer


def test_sentences_say_how_sure_they_are(told):
    assert all("95% interval" in sentence for sentence in told.sentences)
    more = told.more((Stage.IN_RECOVERY,))
    assert f"{more.mean:.0f} more people under plan B" in told.sentences[0]
    assert "fewer people under plan B" in told.sentences[1]


def test_an_answer_is_small_and_can_be_sent(told):
    sent = pickle.dumps(told)
    assert len(sent) < 700_000
    assert pickle.loads(sent).sentences == told.sentences


def test_progress_is_told_after_each_run(plans, seed):
    seen = []
    flows.work(lambda done, of: seen.append((done, of)), *plans, seed, 1)
    assert seen == [(1, 2), (2, 2)]


def test_other_people_cannot_be_followed(plans, seed):
    name = "world__groups__opiate__need__onset_per_year"
    other = changed(plans[1], **{name: 1.0})
    with pytest.raises(BadInput, match="have the same people"):
        flows.work(None, plans[0], other, seed, 1)


def test_other_assumptions_leave_the_people_the_same(plans, seed):
    other = changed(plans[0], world__groups__opiate__after__relapse__scale_days=200.0)
    told = flows.work(None, plans[0], other, seed, 1)
    assert told.gains.people()[:, 1].sum() > 0


def test_every_fault_is_told_at_once(plans):
    with pytest.raises(BadInput) as caught:
        flows.work(None, *plans, -1, 0, "Nowhere")
    assert [fault.name for fault in caught.value.faults] == ["seed", "replications", "partnership"]


@pytest.mark.parametrize(("group", "number"), [("gin", 1), ("opiate", 0), ("opiate", 10**6)])
def test_nobody_else_can_be_followed(plans, seed, group, number):
    with pytest.raises(BadInput, match="must be"):
        flows.follow(*plans, seed, 0, group, number)


def test_a_flow_knows_its_years_and_groups(told):
    with pytest.raises(BadInput, match="2008-09"):
        told.a.people("1999-00")
    with pytest.raises(BadInput, match="opiate"):
        told.a.people(group="gin")
