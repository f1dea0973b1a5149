"""Documents that come with the program: there, and fit to be set into a page."""

from __future__ import annotations

import pytest

from simulator.errors import SimulatorError
from simulator.papers import chapters, paper

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
