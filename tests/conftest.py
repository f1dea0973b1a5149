"""What the tests share: the real baseline, a tiny world, a tenth of a partnership, a seed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # the studies are never installed
    sys.path.insert(0, str(ROOT))

from tiny import a_tenth_of, tiny_queue  # noqa: E402 # found only now where nothing is installed

from simulator import replicate  # noqa: E402
from simulator.scenario import canonical_json, load  # noqa: E402

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("quick", max_examples=20, derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
# The same examples each time, so that what passes here passes anywhere; `make search` looks for new ones.
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_addoption(parser):
    parser.addoption(
        "--refresh-expected",
        action="store_true",
        help="write the results under tests/expected/ anew; review the difference before committing it",
    )


def pytest_configure(config):
    """Give each of several test runners a core of its own, so that none starts processes by default.

    Tests that are about several processes ask for them; the others would spend more on starting them than they win.
    """
    runner = getattr(config, "workerinput", {}).get("workerid", "")
    if runner and sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(runner.removeprefix("gw")) % len(cores)]})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Tests that share what takes long to make go to one runner, so that it is made once."""
    for item in items:
        if "sampled" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("sampled"))
        elif any(each.scope == "module" for each in fixtures_of(item)):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def fixtures_of(item):
    """What a test asks for, and what that asks for."""
    known = getattr(item, "_fixtureinfo", None)  # there is no public way
    return [found[-1] for found in known.name2fixturedefs.values()] if known else []


@pytest.fixture(scope="session")
def seed():
    return 20080401


@pytest.fixture(scope="session")
def baseline():
    return load("baseline_2008")


@pytest.fixture(scope="session")
def tenth(baseline):
    return a_tenth_of(baseline)


@pytest.fixture(scope="session")
def queue():
    return tiny_queue()


@pytest.fixture(scope="session")
def sampled(seed):
    """Replications of a scenario, made once for all the tests that ask for them."""
    samples = {}

    def sampled(*scenarios, replications):
        keys = [(canonical_json(scenario), replications) for scenario in scenarios]
        missing = {
            key: scenario
            for key, scenario in zip(keys, scenarios, strict=True)
            if key not in samples
        }
        made = replicate.run(list(missing.values()), replications, seed) if missing else []
        samples.update(zip(missing, made, strict=True))
        return [samples[key] for key in keys]

    return sampled


@pytest.fixture(autouse=True)
def no_terminal_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests print as into a file, whatever the width of the terminal or of a test runner."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def main_stays():
    """A page becomes ``__main__`` while it runs in a test; worker processes of later tests must not import it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
