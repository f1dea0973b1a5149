"""The pages under docs tell the truth: symbols, measures, the worked example, places and links."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest

import simulator as sim
from simulator import journey, places, years
from simulator.measures import MEASURES
from simulator.scenario import as_dict
from simulator.scenario.outline import leaves
from simulator.scenario.tree import dotted
from studies import draw_model

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
MADE_BY_COMMANDS = {DOCS / "evidence.md", DOCS / "validation.md"}
"""Pages that a command writes; they may not have been written yet."""
MODEL, LIMITS, LOG = (
    (DOCS / f"{name}.md").read_text(encoding="utf-8")
    for name in ("model", "limits", "assumptions_log")
)
PLACES = ("simulator/", "studies/", "tests/", "scenarios/", "docs/")
END_OF_RANGE = 0.02
"""So near to an end, as a part of the range, a value stands at the end."""


def without_code(page):
    """A page without its blocks of code, in which a # is no heading and brackets are no link."""
    return re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)


def section(page, heading):
    """What stands under a heading, down to the next of its level or above."""
    level = heading.index(" ")
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)",
        without_code(page),
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"no heading {heading!r}"
    return found[1]


def tables(text):
    """The tables in a text: of each its rows of cells, without head and rule."""
    runs = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in run.splitlines()[2:]]
        for run in runs
    ]


def coded(text):
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


# Places in a scenario


@pytest.fixture(scope="module")
def whole(baseline):
    return as_dict(baseline)


def expanded(path, whole):
    """A path for each group, stream or partnership that its place holder stands for."""
    kinds = {
        "<group>": whole["world"]["groups"],
        "<stream>": whole["funding"]["streams"],
        "<partnership>": whole["partnerships"],
    }
    for holder, names in kinds.items():
        if holder in path:
            return [path.replace(holder, name) for name in names]
    return [path]


def stands_in(path, whole):
    """Whether a dotted path leads to something in plain data."""
    part = whole
    for step in path.split("."):
        if not isinstance(part, dict) or step not in part:
            return False
        part = part[step]
    return True


class Symbol(NamedTuple):
    """A row of the table of symbols."""

    sign: str
    meaning: str
    unit: str
    path: str


@pytest.fixture(scope="module")
def symbols():
    (table,) = tables(section(MODEL, "## Symbols"))
    return [Symbol(*cells[:3], cells[3].strip("`")) for cells in table]


def test_every_symbol_has_a_place_in_the_baseline(symbols, whole):
    missing = {
        path
        for symbol in symbols
        for path in expanded(symbol.path, whole)
        if not stands_in(path, whole)
    }
    assert not missing


def test_every_assumption_and_lever_has_one_symbol(symbols, whole):
    told = [path for symbol in symbols for path in expanded(symbol.path, whole)]
    known = {dotted(leaf.path) for leaf in leaves(whole)}
    known |= {f"plan.{lever}" for lever in whole["plan"]}
    known |= {
        f"partnerships.{name}.{own}"
        for name, partnership in whole["partnerships"].items()
        for own in partnership
        if own != "plan"
    }
    from_the_formula = {
        f"funding.streams.{name}.amount_gbp"
        for name, stream in whole["funding"]["streams"].items()
        if stream["amount_gbp"] == "formula"
    }
    assert sorted(told) == sorted(known | from_the_formula)
    assert len({symbol.sign for symbol in symbols}) == len(symbols)


def test_units_in_the_table_are_those_of_the_schema(symbols, whole):
    units = {dotted(leaf.path): leaf.unit for leaf in leaves(whole)}
    for symbol in symbols:
        for path in expanded(symbol.path, whole):
            assert symbol.unit == units.get(path, symbol.unit), path


@pytest.mark.parametrize(
    "words",
    [
        f"A year has {years.DAYS_PER_YEAR} days",
        f"close-out of {years.CLOSE_OUT_DAYS} days",
        f"Reviews fall every {years.REVIEW_EVERY_DAYS} days",
        f"c₁ a week for {journey.SETTLED_AFTER_DAYS} days",
        f"{years.TWELVE_WEEKS_DAYS} days by the status day",
        f"{years.SIX_MONTHS_DAYS} days without a new start",
        f"share at {years.THREE_WEEKS_DAYS} days or less",
        f"for {journey.FIRST_4_WEEKS_DAYS} days after dropping out instead δ_x",
        f"for {journey.FIRST_2_WEEKS_DAYS} days after release instead ρ_p δ_u",
        f"min({places.MOST_CASELOAD_RATIO:g}, max(1,",
    ],
)
def test_numbers_that_no_scenario_holds_are_those_of_the_code(words):
    assert words in " ".join(MODEL.split())


def test_every_measure_is_defined_once():
    (table,) = tables(section(MODEL, "## Measures"))
    assert tuple(name.strip("`") for name, _ in table) == MEASURES
    assert all(len(told) > 10 for _, told in table)


# The worked example


def number(cell):
    return Fraction(cell.replace("£", "").replace(",", ""))


@pytest.fixture(scope="module")
def example():
    """The rows of both tables of the example by partnership."""
    given, worked = tables(section(MODEL, "### A worked example"))
    return (
        {name: [number(cell) for cell in cells] for name, *cells in given},
        {name: [number(cell) for cell in cells] for name, *cells in worked},
    )


POT, FLOOR, PHASE_IN, WEIGHTS, COUNTS_FOR = (
    10_200_000,
    0.9,
    Fraction(2, 3),
    (Fraction(3, 4), Fraction(1, 4)),
    (2, 2, 1),
)


def shared_out(given, *, fewer_of_birch=0, phase_in=PHASE_IN, floor=FLOOR):
    members = [
        sim.Member(
            name,
            sim.Counts((opiate - fewer_of_birch * (name == "Birch"), crack, other), (0, 0, 0)),
            need=need,
            area_cost=area_cost,
            old_share=old_share,
            last_gbp=int(last),
        )
        for name, (opiate, crack, other, need, area_cost, old_share, last) in given.items()
    ]
    terms = (
        sim.Term("effective_clients", WEIGHTS[0], COUNTS_FOR),
        sim.Term("need_index", WEIGHTS[1]),
    )
    rule = sim.Rule(terms, phase_in=phase_in, floor=floor)
    return sim.allocate(POT, members, rule)


def test_the_example_says_what_it_is_given():
    told = section(MODEL, "### A worked example")
    for words in (f"£{POT:,}", "75%", "25%", "phased in by two thirds", f"floor is {FLOOR}"):
        assert words in told


def test_the_formula_gives_what_the_example_works_out(example):
    given, worked = example
    allocation = shared_out(given)
    for name, (*_, entitlement, _, gets) in worked.items():
        assert round(allocation.entitlement[name]) == entitlement
        assert allocation[name] == gets
    assert f"{float(allocation.level):.6f}" in section(MODEL, "### A worked example")
    assert sum(gets for *_, gets in worked.values()) == POT


def test_each_step_of_the_example_is_right_by_hand(example):
    given, worked = example
    total = {
        "activity": sum(row[0] for row in worked.values()),
        "need": sum(row[3] for row in given.values()),
        "old": sum(row[5] for row in given.values()),
    }
    share = {
        name: WEIGHTS[0] * worked[name][0] / total["activity"]
        + WEIGHTS[1] * given[name][3] / total["need"]
        for name in given
    }
    costed = {name: given[name][4] * share[name] for name in given}
    for name, (*clients, _need, _cost, old, last) in given.items():
        activity, told_share, new_rule, entitlement, floor, _ = worked[name]
        assert activity == sum(w * n for w, n in zip(COUNTS_FOR, clients, strict=True))
        assert told_share == share[name]
        new = POT * costed[name] / sum(costed.values())
        assert new_rule == round(new)
        assert entitlement == round(PHASE_IN * new + (1 - PHASE_IN) * POT * old / total["old"])
        assert floor == Fraction(str(FLOOR)) * last


def test_what_one_client_less_costs_is_as_the_example_says(example):
    given, _ = example
    told = section(MODEL, "### A worked example")
    fewer = shared_out(given, fewer_of_birch=1)
    assert f"gets £{fewer['Birch']:,}" in told
    assert f"£{shared_out(given)['Birch'] - fewer['Birch']:,} less" in told
    assert fewer["Alder"] == shared_out(given)["Alder"]
    free = [
        shared_out(given, fewer_of_birch=number, phase_in=1, floor=None)["Birch"]
        for number in (0, 1)
    ]
    assert f"lose £{free[0] - free[1]:,}" in told


# The log of assumptions and decisions

KINDS = {"A": "Assumption", "D": "Decision"}
GRADES = {"published", "derived", "assumed", "unverified", "choice"}
STATUSES = {"open", "accepted", "to verify", "watch"}
DIRECTIONS = re.compile(
    r"\b(higher|lower|rises?|raises?|falls?|lowers|grows?|drifts?|doubles|moves?|smaller|faster|later|earlier|"
    r"too (low|high|many|narrow|late)|hardly|below|above|scales|either direction)\b"
)
ENTRY = re.compile(
    r"### (?P<id>[AD]\d\d)\. (?P<title>[^\n]+)\n"
    r"(?P<kind>\w+) · (?P<date>\S+) · evidence: (?P<grade>\w+) · owner: (?P<owner>\w+) · "
    r"status: (?P<status>[\w ]+)\n"
    r"- \*\*Why\*\*: (?P<why>.+?)\n"
    r"- \*\*If wrong\*\*: (?P<wrong>.+?)\n"
    r"- \*\*Where\*\*: (?P<where>.+)",
    re.DOTALL,
)


@pytest.fixture(scope="module")
def entries():
    chunks = re.findall(r"^(### .*?)(?=^#|\Z)", LOG, re.MULTILINE | re.DOTALL)
    found = [(chunk, ENTRY.fullmatch(chunk.strip())) for chunk in chunks]
    assert not [chunk.splitlines()[0] for chunk, whole in found if not whole]
    return [whole.groupdict() for _, whole in found if whole]


def test_every_entry_of_the_log_is_whole_and_has_a_number_of_its_own(entries):
    assert all(part.strip() for entry in entries for part in entry.values())
    assert 30 <= len(entries) <= 60
    assert [int(entry["id"][1:]) for entry in entries] == list(range(1, len(entries) + 1))


def test_every_entry_says_its_kind_its_grade_its_owner_and_its_status(entries):
    roles = {row[0] for row in tables(section(LOG, "## Roles"))[0]}
    assert roles >= {"commissioner", "analyst", "assurer"}
    for entry in entries:
        assert entry["kind"] == KINDS[entry["id"][0]], entry["id"]
        assert date.fromisoformat(entry["date"]), entry["id"]
        assert entry["grade"] in GRADES, entry["id"]
        assert entry["owner"] in roles, entry["id"]
        assert entry["status"] in STATUSES, entry["id"]


def test_every_entry_says_which_measure_moves_and_which_way(entries):
    for entry in entries:
        assert set(coded(entry["wrong"])) & set(MEASURES), entry["id"]
        assert DIRECTIONS.search(entry["wrong"]), entry["id"]


def test_every_place_that_the_log_names_is_there(entries, whole):
    for entry in entries:
        places = coded(entry["where"])
        assert places, entry["id"]
        for place in places:
            if place.startswith(PLACES):
                assert (ROOT / place).exists(), f"{entry['id']}: {place}"
            else:
                assert all(stands_in(path, whole) for path in expanded(place, whole)), place


def test_the_grade_of_an_entry_is_that_of_the_register(entries, baseline):
    """One place of each entry about a number has that grade; an entry may name other values besides."""
    for entry in entries:
        grades = {
            baseline.evidence[key].grade
            for place in coded(entry["where"])
            for key in baseline.evidence
            if re.fullmatch(
                re.escape(place).replace("<group>", r"\w+").replace("<stream>", r"\w+"), key
            )
        }
        if entry["id"].startswith("A") and grades:
            assert entry["grade"] in grades, entry["id"]


# What is not known


def test_limits_name_every_fitted_value_at_the_end_of_its_range(baseline):
    listed = re.search(r"<!-- at the end of its range.*?-->(.*?)<!--", LIMITS, re.DOTALL)
    at_an_end = {
        each.path
        for each in sim.evidence.assumptions(baseline)
        if each.evidence
        and each.evidence.fitted_to
        and each.range
        and isinstance(each.value, int | float)
        and not END_OF_RANGE < place_in_range(each) < 1 - END_OF_RANGE
    }
    assert listed
    assert set(coded(listed[1])) == at_an_end


def place_in_range(assumption):
    low, high = assumption.range
    return (assumption.value - low) / (high - low)


# Pages as files


def test_stress_des_answers_its_20_items():
    page = (DOCS / "stress-des.md").read_text(encoding="utf-8")
    items = re.findall(r"^\*\*(\d\.\d)\b|^### (2\.5) ", page, re.MULTILINE)
    told = list(dict.fromkeys(one or other for one, other in items))
    in_part = {1: 3, 2: 5, 3: 4, 4: 3, 5: 4, 6: 1}
    assert told == [f"{part}.{n}" for part, many in in_part.items() for n in range(1, many + 1)]
    assert [f"2.5.{n}" for n in range(1, 6)] == re.findall(r"^\*\*(2\.5\.\d)", page, re.MULTILINE)
    assert len(told) == 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page):
    text = page.read_text(encoding="utf-8")
    named = {name for name in coded(without_code(text)) if name.startswith(PLACES)}
    assert not {name for name in named if " " not in name and not (ROOT / name).exists()} - {
        str(each.relative_to(ROOT)) for each in MADE_BY_COMMANDS
    }


def anchors(page):
    """What a page's headings are called in links."""
    heads = re.findall(r"^#+ (.+)$", without_code(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page):
    text = without_code(page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if file in MADE_BY_COMMANDS and not file.exists():
            continue
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(file), f"{page.name}: {target}"


def test_the_picture_is_the_one_that_the_study_draws():
    assert draw_model.FILE.read_text(encoding="utf-8") == draw_model.drawing()


def test_the_picture_has_a_text_alternative():
    svg = draw_model.FILE.read_text(encoding="utf-8")
    assert 'role="img"' in svg
    assert escape(draw_model.TOLD) in svg
