"""A sweep that is killed goes on where it was: nothing finished is lost or run again, and the bytes are the same."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest

import simulator as sim
from simulator.beside import PART
from simulator.sweeps import written
from studies import killed_sweeps
from studies.killed_sweeps import Place, killed_at, lay_out, quick

CELLS = 500
LARGEST = 64
"""Cells of a batch, at the most."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return lay_out(tmp_path_factory.mktemp("study"), size=0.002)


@pytest.fixture(scope="module")
def whole(study, tmp_path_factory):
    """The files of the same sweep that nobody killed, run in this process alone."""
    place = Place(study, tmp_path_factory.mktemp("whole"), "quick")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(killed_sweeps.LOG, str(place.log))
        swept = sim.sweep(study, out=place.out, cells=place.cells, model=quick)
    assert swept.asked.run == CELLS
    return place.fingerprints()


def begun(place, many):
    return lambda: place.many_begun() >= many


@linux
@pytest.mark.slow
def test_a_sweep_killed_three_times_loses_nothing_and_ends_with_the_same_bytes(
    study, whole, tmp_path
):
    """All processes, then the one that was started alone, then while tables are written."""
    place = Place(study, tmp_path, "quick")
    first = killed_at(place, "all", begun(place, 170), "early")
    assert 0 < first.before < 170
    second = killed_at(place, "parent", begun(place, 160), "late")
    third = killed_at(place, "all", lambda: place.has(f"measures{written.ending()}"), "tables")
    runs = (first, second, third)
    had = [0, *(each.before for each in runs)]
    assert had == sorted(had)
    assert third.before == CELLS
    for earlier, later in pairwise(runs):
        again = {key for keys in later.begun.values() for key in keys}
        assert len(again) <= CELLS - earlier.before
        assert not again & earlier.finished
    for each in runs[:2]:
        assert len(each.begun) <= 2
        for keys in each.begun.values():
            unfinished = [key not in each.finished for key in keys]
            assert unfinished == sorted(unfinished), "more than the last batch was lost"
            assert sum(unfinished) <= LARGEST
    last = third.again(whole)
    assert last.holds(CELLS)
    assert last.run == 0
    assert [*tmp_path.rglob(".*swept*")] == []


NOBODY = 999_999_999
"""A process that there cannot be."""


def test_what_a_killed_sweep_left_half_written_goes(study, tmp_path):
    place = Place(study, tmp_path)
    place.out.mkdir()
    left = place.out / f".differences.csv.{NOBODY}{PART}"
    left.write_text("half a li", encoding="utf-8")
    data = {"title": "One", "scenarios": [str(study.parent / "kept.yaml")], "replications": 1}
    sim.sweep(data, out=place.out, cells=place.cells)
    assert not left.exists()
    assert (place.out / written.PACKAGE).exists()
