"""Numbers as they are read, and a name and unit for every measure."""

import math

import pytest

from simulator import wording
from simulator.measures import MEASURES

NAN = math.nan


@pytest.mark.parametrize(
    ("pounds", "text"),
    [
        (2_561_234, "£2.56m"),
        (373_000_000, "£373m"),
        (20_026_845, "£20.0m"),
        (1_234_000_000, "£1.23bn"),
        (190_321, "£190,000"),
        (52_349, "£52,300"),
        (949.6, "£950"),
        (4.2, "£4"),
        (0, "£0"),
        (999_600, "£1.00m"),
        (999_400, "£999,000"),
        (999_999_999, "£1.00bn"),
        (-190_321, "−£190,000"),
        (-0.2, "£0"),
        (NAN, "–"),
    ],
)
def test_pounds_have_three_figures(pounds, text):
    assert wording.gbp(pounds) == text


def test_exact_pounds_are_exact():
    assert wording.gbp_exact(2_561_234) == "£2,561,234"
    assert wording.gbp_exact(-1_000) == "−£1,000"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0.941, "94%"),
        (0, "0%"),
        (1, "100%"),
        (0.004, "0.4%"),
        (0.9962, "99.6%"),
        (1.27, "127%"),
        (-0.05, "−5%"),
        (NAN, "–"),
    ],
)
def test_share_is_a_percentage(part, text):
    assert wording.share(part) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1357.9, "1,358"),
        (12.4, "12"),
        (9.96, "10"),
        (3.44, "3.4"),
        (7, "7"),
        (-3.44, "−3.4"),
        (-0.01, "0.0"),
        (NAN, "–"),
    ],
)
def test_count_has_a_decimal_below_ten_alone(number, text):
    assert wording.count(number) == text


def test_days_have_their_unit():
    assert wording.days(6.3) == "6.3 days"
    assert wording.days(614.2) == "614 days"
    assert wording.days(99.96) == "100 days"


def test_points_are_a_difference_of_shares():
    assert wording.points(0.012) == "1.2 points"
    assert wording.points(-0.012) == "−1.2 points"


def test_change_has_its_sign_and_nothing_has_none():
    assert wording.signed(190_321, wording.gbp) == "+£190,000"
    assert wording.signed(-190_321, wording.gbp) == "−£190,000"
    assert wording.signed(0.3, wording.gbp) == "£0"
    assert wording.signed(-0.3, wording.gbp) == "£0"
    assert wording.signed(12) == "+12"
    assert wording.signed(NAN) == "–"


def test_interval_runs_from_low_to_high():
    assert wording.interval(2.5e6, 2.61e6, wording.gbp) == "£2.50m to £2.61m"
    assert wording.interval(6.1, 6.5, wording.days) == "6.1 to 6.5 days"
    assert wording.interval(1, 2) == "1 to 2"
    assert wording.interval(NAN, NAN) == "–"


@pytest.mark.parametrize(
    ("low", "high", "close", "words"),
    [
        (-1, 1, True, "too close to call"),
        (0, 1, True, "too close to call"),
        (0, 0, True, "no difference"),
        (NAN, NAN, True, "no interval from one replication"),
        (0.1, 1, False, ""),
        (-1, -0.1, False, ""),
    ],
)
def test_sign_is_told_where_the_interval_leaves_zero_out(low, high, close, words):
    assert wording.too_close_to_call(low, high) is close
    assert wording.verdict(low, high) == words


def test_one_of_a_thing_has_no_s():
    assert wording.counted(1, "partnership") == "1 partnership"
    assert wording.counted(1200, "replication") == "1,200 replications"


def test_sentence_case_changes_the_first_letter_alone():
    assert wording.sentence_case("own number of PDUs") == "Own number of PDUs"
    assert wording.sentence_case("") == ""


def test_every_measure_has_a_name_a_unit_and_a_way_to_be_shown():
    assert tuple(wording._WORDS) == MEASURES
    for measure in MEASURES:
        assert wording.measure_label(measure)
        assert wording.unit_of(measure)
        assert wording.show(measure, 0.5)
    assert len({wording.measure_label(measure) for measure in MEASURES}) == len(MEASURES)


def test_units_follow_the_names_of_the_measures():
    ends = {"_gbp": "£", "_share": "%", "_days": "days"}
    for measure in MEASURES:
        for end, unit in ends.items():
            assert measure.endswith(end) == (wording.unit_of(measure) == unit)


def test_label_names_its_unit_once():
    assert wording.measure_label("allocation_gbp") == "Allocation (£)"
    assert wording.measure_label("mean_wait_days") == "Average wait (days)"
    assert wording.measure_label("planned_exits") == "Planned exits"
    assert wording.measure_label("deaths") == "Deaths"


def test_value_is_shown_in_the_unit_of_its_measure():
    assert wording.show("allocation_gbp", 2_561_234) == "£2.56m"
    assert wording.show("kept_12_weeks_share", 0.941) == "94%"
    assert wording.show("mean_wait_days", 5.13) == "5.1 days"
    assert wording.show("in_contact", 1357.9) == "1,358"
    assert wording.show("caseload_per_keyworker", 41.26) == "41.3"


def test_difference_is_shown_with_its_sign_and_shares_by_points():
    assert wording.show_difference("kept_12_weeks_share", -0.012) == "−1.2 points"
    assert wording.show_difference("in_contact", 12) == "+12"
