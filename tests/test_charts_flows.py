"""Charts of people: ribbons hold everybody, lanes the whole time, and nothing is cut off or left to colour."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from tiny import a_tenth_of

from simulator import charts, flows
from simulator.charts import flows as ribbons
from simulator.charts.flows import where_people_went, where_people_went_by_year
from simulator.charts.gains import who_gains
from simulator.charts.lives import two_lives
from simulator.charts.stages import COLOURS, LONG, ORDER, SHORT, TEXT_ON
from simulator.flows import NAMES, TREATED, Stage
from simulator.scenario import load

PHONE_PIXELS = 360
PAGE_PIXELS = 720


@pytest.fixture(scope="module")
def told(seed):
    plans = [a_tenth_of(load(name)) for name in ("park", "move_on")]
    return flows.work(None, *plans, seed, 3)


def values(chart):
    """All rows of all layers."""
    rows = [row for data in chart.to_dict()["datasets"].values() for row in data]
    assert rows
    return rows


def luminance(colour):
    if colour == "white":
        return 1.0
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def width_of(chart):
    svg = charts.to_svg(chart)
    return float(re.search(r'<svg [^>]*width="([\d.]+)"', svg)[1])


def test_every_stage_has_a_colour_that_is_seen_and_text_that_is_read():
    assert set(ORDER) == set(COLOURS) == set(TEXT_ON) == set(SHORT) == set(LONG) == set(NAMES)
    for stage in ORDER:
        assert contrast(COLOURS[stage], "white") >= 2.8
        assert contrast(COLOURS[stage], TEXT_ON[stage]) >= 4.5


def test_ribbons_leave_and_enter_with_everybody(told):
    people = told.b.people()
    drawn = ribbons._Drawn(ribbons.WIDE, [people], TREATED)
    leaves, enters = {}, {}
    for column, a, b, out, into in drawn._links():
        high = drawn.means[column][a, b] * drawn.per_person
        leaves[a] = max(leaves.get(a, 0), out + high - drawn.tops[0][a])
        enters[b] = max(enters.get(b, 0), into + high - drawn.tops[1][b])
    for stage, high in leaves.items():
        assert high == pytest.approx(drawn.stocks[0][stage] * drawn.per_person)
    for stage, high in enters.items():
        assert high == pytest.approx(drawn.stocks[1][stage] * drawn.per_person)
    lowest = max(top + drawn.stocks[1][s] * drawn.per_person for s, top in drawn.tops[1].items())
    assert lowest <= ribbons.WIDE.height + 1e-6


@pytest.mark.parametrize("size", [ribbons.WIDE, ribbons.NARROW])
def test_names_never_stand_on_each_other(told, size):
    drawn = ribbons._Drawn(size, [told.a.people()], TREATED)
    for column in (0, 1):
        edge = -np.inf
        for _, text, _, place in drawn._labels(column):
            half = ribbons.LINE_HEIGHT * len(text) / 2
            assert place - half >= edge
            edge = place + half


def test_by_year_every_column_holds_everybody(told):
    people = [ribbons._with_those_to_come(told.a, place, "all") for place in range(5)]
    sums = {round(float(each.mean(axis=0).sum()), 6) for each in people}
    assert len(sums) == 1
    for before, after in itertools.pairwise(people):
        assert np.array_equal(before.sum(axis=1), after.sum(axis=2))


def test_the_title_tells_who_recovers_and_how_sure_that_is(told):
    chart = where_people_went(told.b)
    stood, recovered = told.b.treated_to_recovery
    title = " ".join(chart.title.text)
    assert f"{recovered.mean:.0f}" in title
    assert f"{stood.mean:.0f} people who were in treatment" in title
    assert " to " in title


def test_the_text_alternative_tells_every_number_that_is_drawn(told):
    chart = where_people_went(told.b, year="2009-10", group="opiate")
    for stage in (Stage.UNTREATED, Stage.IN_RECOVERY):
        number = told.b.people("2009-10", "opiate")[:, stage].sum(axis=1).mean()
        assert f"{LONG[stage].lower()} {number:,.0f}" in chart.description
    assert "1 April 2009" in chart.description


def test_whoever_is_followed_has_colour_and_all_others_are_pale(told):
    fills = {
        layer["mark"]["fill"]
        for layer in where_people_went(told.b, follow=(Stage.UNTREATED,)).to_dict()["layer"]
        if isinstance(layer.get("mark"), dict) and layer["mark"]["type"] == "area"
    }
    assert fills == {ribbons.PALE, COLOURS[Stage.UNTREATED]}


@pytest.mark.slow
@pytest.mark.parametrize("narrow", [False, True])
def test_nothing_is_wider_than_the_page_or_the_telephone(told, narrow):
    plans = (told.a.title, told.b.title)
    drawn = [
        where_people_went(told.a, narrow=narrow),
        who_gains(told.gains, narrow=narrow),
        who_gains(told.gains, by="stood", narrow=narrow),
        *(two_lives(each, plans, narrow=narrow) for each in told.followed),
    ]
    if not narrow:
        drawn.append(where_people_went_by_year(told.a))
    widest = max(width_of(chart) for chart in drawn)
    assert widest <= (PHONE_PIXELS if narrow else PAGE_PIXELS)


def test_lanes_are_full_from_the_first_day_to_the_last(told):
    for each in told.followed:
        rows = [row for row in values(two_lives(each, ("One", "Other"))) if "middle_x" in row]
        tops = {row["y"] for row in rows}
        assert len(tops) == 2
        for top in tops:
            lane = sorted((row["x"], row["x2"]) for row in rows if row["y"] == top)
            assert lane[0][0] == 0
            assert lane[-1][1] >= each.a.until
            assert all(b[0] <= a[1] for a, b in itertools.pairwise(lane))


def test_every_colour_of_the_lanes_is_named_in_the_key(told):
    for each in told.followed:
        rows = values(two_lives(each, ("One", "Other")))
        lanes = {row["colour"] for row in rows if "middle_x" in row}
        assert lanes
        assert lanes == {row["colour"] for row in rows if "words_x" in row}


def test_lives_that_part_say_where_and_the_same_life_says_so(told):
    for each in told.followed:
        chart = two_lives(each, ("One", "Other"))
        said = [row for row in values(chart) if row.get("text") == "they part here"]
        assert bool(said) == (each.parted is not None)
        assert each.sentence in chart.description


def test_who_gains_tells_each_group_and_what_is_too_close_to_call(told):
    chart = who_gains(told.gains)
    for label in told.gains.groups.values():
        assert label in chart.description
    assert "better under B" in chart.description


def test_one_replication_has_no_interval_and_says_so(seed):
    plans = [a_tenth_of(load(name)) for name in ("park", "move_on")]
    chart = who_gains(flows.work(None, *plans, seed, 1).gains)
    assert "no interval from one replication" in chart.description
    assert charts.to_svg(chart)
