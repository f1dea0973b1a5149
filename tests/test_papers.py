"""Documents that come with the program: there, and fit to be set into a page."""

from __future__ import annotations

import re

import pytest

from simulator.errors import SimulatorError
from simulator.papers import chapters, paper
from simulator.proposal import Proposal
from simulator.scenario import load

SHOWN = ("help.md", "model.md", "validation.md", "limits.md", "glossary.md", "accessibility.md")


@pytest.mark.parametrize("name", SHOWN)
def test_a_document_comes_in_chapters_without_its_title_and_near_links(name):
    begins, found = chapters(name)
    assert begins or found
    for text in (begins, *found.values()):
        assert not text.startswith("# ")
        assert ".md)" not in text
        assert "![" not in text
    told = "".join((begins, *found, *found.values()))
    assert len(told) > 0.6 * len(paper(name)) - 2000


def test_links_to_elsewhere_stay(monkeypatch):
    monkeypatch.setattr(
        "simulator.papers.paper",
        lambda name: (
            "# T\nSee [here](https://example.org) and [there](there.md).\n## A\ntext ![x](y.svg)"
        ),
    )
    assert chapters("x") == ("See [here](https://example.org) and there.", {"A": "text"})


def test_a_document_that_is_not_there_is_told():
    with pytest.raises(SimulatorError, match=r"nothing\.md: the document did not come"):
        paper("nothing.md")


@pytest.mark.slow
def test_the_numbers_of_the_help_are_those_that_a_reader_sees(sampled):
    """Each within twice the interval of 20 pairs of runs, and what a rounding to five takes."""
    plan = Proposal().with_changes({"plan.move_on_delay_days": 0.0}).scenario()
    baseline, moved = sampled(load("baseline_2008"), plan, replications=20)
    told = re.search(
        r"£([0-9,]+) a year less .* some ([0-9]+) fewer people in treatment and some ([0-9]+) more in recovery",
        " ".join(paper("help.md").split()),
    )
    less, fewer, more = (float(each.replace(",", "")) for each in told.groups())
    for measure, expected, step in (
        ("allocation_gbp", -less, 5000),
        ("in_treatment", -fewer, 5),
        ("in_recovery", more, 5),
    ):
        pairs = (moved.of(measure) - baseline.of(measure))[:, -1]
        half = 2.093 * pairs.std(ddof=1) / len(pairs) ** 0.5
        assert abs(expected - pairs.mean()) < 2 * half + step / 2, measure
