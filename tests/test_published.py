"""What named areas were paid, and what the rule of 2008-09 to 2010-11 makes of it, worked out by hand."""

from fractions import Fraction

import pytest

from simulator.errors import BadInput
from simulator.published import BASE_YEAR, beside_the_rule, published_of, published_sums
from simulator.scenario import load, names


def test_every_figure_has_its_source_and_grade():
    for paid in published_sums():
        assert paid.source
        assert paid.grade in ("published", "derived", "assumed", "unverified")
        assert paid.kind in ("published", "projected")
        assert (paid.gbp is None) != (paid.change_share is None)


def test_no_year_of_an_area_is_told_twice():
    told = [(paid.area, paid.year) for paid in published_sums()]
    assert len(set(told)) == len(told)


def test_hertfordshire_as_hansard_has_it():
    sums = {year: paid.gbp for year, paid in published_of("Hertfordshire").items()}
    assert sums == {
        "2005-06": 4_120_026,
        "2006-07": 4_933_918,
        "2007-08": 5_025_733,
        "2008-09": 4_961_579,
        "2009-10": 4_976_990,
        "2010-11": 4_704_952,
    }
    assert published_of("Hertfordshire")["2010-11"].kind == "projected"


def test_hertfordshire_beside_the_rule_worked_by_hand():
    """The pot is £398m in 2007-08, 2008-09 and 2009-10, so shares are pounds until 2010-11.

    t = q/3 + 2 o/3, so q = 3 t - 2 o = 14,884,737 - 10,051,466 = 4,833,271.
    2009-10: (2 × 4,833,271 + 5,025,733) / 3 = 14,692,275 / 3 = 4,897,425.
    2010-11: 4,833,271 × 406.7 / 398 = 4,938,923.3.
    """
    first, second, third = beside_the_rule("Hertfordshire")
    assert (first.year, first.phase_in, first.by_rule_gbp) == ("2008-09", Fraction(1, 3), 4_961_579)
    assert (second.year, second.by_rule_gbp) == ("2009-10", 4_897_425)
    assert (third.year, third.by_rule_gbp) == ("2010-11", 4_938_923)
    assert [row.difference_gbp for row in (first, second, third)] == [0, 79_565, -233_971]


def test_area_without_pounds_before_the_rule_cannot_stand_beside_it():
    with pytest.raises(BadInput, match=f"must have pounds of {BASE_YEAR} and 2008-09"):
        beside_the_rule("Milton Keynes")


def test_unknown_area_suggests_the_nearest():
    with pytest.raises(BadInput, match="did you mean Hertfordshire"):
        beside_the_rule("Hertforshire")


def test_no_simulated_partnership_bears_the_name_of_a_real_area():
    real = {paid.area for paid in published_sums()}
    for name in names():
        assert not real & set(load(name).partnerships)
