"""The app, from a wheel with its extra alone: somebody opens Explore, and results come of runs in other processes."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from test_packaging import ELSEWHERE, installed, wheel

from simulator.proposal import Proposal
from simulator.visit import Visit

psutil = pytest.importorskip("psutil")
pytest.importorskip("streamlit")
pytest.importorskip("websockets")

from studies.app_load_people import Person, met  # noqa: E402 # which needs both

__all__ = ["wheel"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="ends the app by a signal"),
]

PATIENCE_SECONDS = 120.0
FEW = Visit(plan=Proposal().with_changes({"plan.move_on_delay_days": 0.0}), replications=4)
ALL_THERE = "4 pairs of runs:"
SPAWNS_ALONE = "import multiprocessing\nmultiprocessing.get_all_start_methods = lambda: ['spawn']\n"


@dataclass
class Reader(Person):
    """One who also keeps what the page showed."""

    shown: list[str] = field(default_factory=list)

    async def _sees(self, element):
        self.shown.append(str(element))
        await super()._sees(element)

    async def sees(self, text):
        end = time.monotonic() + PATIENCE_SECONDS
        while not any(text in each for each in self.shown):
            assert time.monotonic() < end, f"{text!r} did not come; last: {self.shown[-5:]}"
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def app(wheel, tmp_path_factory):
    """The program, installed from the wheel with its app, where nothing else is."""
    return installed(f"{wheel}[app]", tmp_path_factory.mktemp("with_app"))


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@contextmanager
def started(app, folder, home, **settings):
    """The app as its user starts it, with an address and all that it says; at the end nothing is left of it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    log = home / "said.txt"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [app, "app", "--headless", "--port", str(port)],
            cwd=folder,
            env=ELSEWHERE | {"HOME": str(home)} | settings,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process, log)
        yield address, process, log
    finally:
        for each in whose_home_is(home):
            each.kill()
        process.wait()


def wait_for(address, process, log):
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                assert answer.status == 200
                return
        except (URLError, OSError):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)


def whose_home_is(home):
    """Processes that come from what was started there, whoever their parent is by now."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get("HOME") == str(home) and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
    return found


async def explores(person):
    person.query = f"s={FEW.link}"
    await person.ask("opened")
    await person.sees(ALL_THERE)
    await person.sees("metric {")
    await person.rested()


def commands(processes):
    return [" ".join(each.cmdline()) for each in processes]


@pytest.mark.parametrize("how", ["forkserver", "spawn"])
def test_the_app_of_a_wheel_has_runs_in_an_empty_folder_and_leaves_nothing(
    app, empty, tmp_path, how
):
    settings = {}
    if how == "spawn":
        (tmp_path / "sitecustomize.py").write_text(SPAWNS_ALONE, encoding="utf-8")
        settings["PYTHONPATH"] = str(tmp_path)
    with started(app, empty, tmp_path, **settings) as (address, process, log):
        person = asyncio.run(met(address, explores, Reader))
        assert person.faults == []
        there = whose_home_is(tmp_path)
        assert any(f"multiprocessing.{how} import" in each for each in commands(there))
        process.terminate()
        _, left = psutil.wait_procs(there, timeout=20)
        assert commands(left) == []
        assert commands(whose_home_is(tmp_path)) == []
        assert "Traceback" not in log.read_text(), log.read_text()
    assert not [*empty.iterdir()]
