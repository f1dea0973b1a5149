"""How the app bears many people at once, and how soon one person alone is answered.

    python -m studies.app_load --people 20 --seconds 600 --write

The app runs as a user starts it. People are connections that speak Streamlit's own protocol, as a browser does: each
opens Explore, answers what the page asks of the browser's memory, moves one lever every 8 to 12 seconds, and asks
again as often as the page tells it to. Timed is the server's part: from the request until the message that its run
has ended, waiting included. These connections take processor time on the same machine. Before them, one person with
a real browser is alone with the app.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from studies import app_load_alone
from studies.app_load_people import BAND, KINDS, Person, live

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "studies" / "app_load.md"
OPENS_WITHIN_SECONDS = 8.0
LOOKS_EVERY_SECONDS = 15.0
LAST_WORDS = 1000
"""Characters of what a server said, where something was wrong with it."""
MIB = 2**20
PARTS = 10
"""In so many parts of the time memory is told: whether it comes to an end of growing."""
ALL = "all"
ROWS = KINDS | {
    ALL: "**all of these**",
    BAND: "lever moved, until the first answer about its plan; at once where somebody has had its runs",
}


@dataclass(frozen=True)
class Memory:
    """Resident memory in MiB at one moment; pages that processes share count in each."""

    server: float
    workers: float
    processes: int
    load: float


def look(pid: int) -> Memory:
    """What the app holds now: its server, and all that the server started."""
    server, *workers = psutil.Process(pid).children(recursive=True)
    held: list[float] = []
    for each in workers:
        try:
            held.append(each.memory_info().rss / MIB)
        except psutil.NoSuchProcess:
            continue
    return Memory(server.memory_info().rss / MIB, sum(held), len(held), os.getloadavg()[0])


async def _looks(pid: int, every: float, seen: list[Memory]) -> None:
    while True:
        seen.append(look(pid))
        await asyncio.sleep(every)


async def crowd(
    address: str, pid: int, people: int, seconds: float, every: float, own_luck: bool
) -> tuple[list[Person], list[Memory]]:
    """Many at once: what each met, and what the app held meanwhile."""
    seen: list[Memory] = []
    looks = asyncio.create_task(_looks(pid, every, seen))
    streams = np.random.default_rng(1).spawn(people)

    async def comes(place: int) -> Person:
        chance = streams[place]
        wait = chance.uniform(0, OPENS_WITHIN_SECONDS)
        await asyncio.sleep(wait)
        return await live(address, chance, seconds - wait, 1000 + place if own_luck else None)

    met = await asyncio.gather(*map(comes, range(people)))
    looks.cancel()
    return list(met), seen


def taken(met: Sequence[Person]) -> dict[str, tuple[int, float, float]]:
    """For each kind of request, and for all: how many, and the median and 95th percentile of seconds until its run had ended."""
    every = {
        kind: [each for person in met for each in person.took[kind]] for kind in (*KINDS, BAND)
    }
    every[ALL] = [each for kind in KINDS for each in every[kind]]
    return {
        kind: (len(every[kind]), *map(float, np.percentile(every[kind], (50, 95))))
        for kind in ROWS
        if every[kind]
    }


def report(
    met: Sequence[Person], seen: Sequence[Memory], alone: list[str], asked: argparse.Namespace
) -> str:
    """What was measured, as a page."""
    faults = [each for person in met for each in person.faults]
    parts = [part for part in np.array_split(np.arange(len(seen)), PARTS) if len(part)]
    loads = [each.load for each in seen]
    told = " --own-luck" if asked.own_luck else ""
    rows = [
        f"| {ROWS[kind]} | {n} | {mid:.2f} | {high:.2f} |"
        for kind, (n, mid, high) in taken(met).items()
    ]
    held = [
        f"| {name} | "
        + " | ".join(f"{np.mean([getattr(seen[at], part) for at in each]):,.0f}" for each in parts)
        + " |"
        for name, part in (("server", "server"), ("workers, together", "workers"))
    ]
    heads = [f"{place + 1} of {len(parts)}" for place in range(len(parts))]
    return "\n".join(
        [
            "# How the app bears many people",
            "",
            f"Made by `python -m studies.app_load --people {asked.people} --seconds {asked.seconds:g}{told} --write`. "
            + " ".join(__doc__.split("\n\n")[2].split()),
            "",
            (
                f"Machine: {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, Streamlit"
                f" {version('streamlit')}; load average (1 minute) {min(loads):.1f} to {max(loads):.1f},"
                f" {np.mean(loads):.1f} on average, this study's own load included."
            ),
            "",
            f"## {asked.people} people for {asked.seconds:g} seconds",
            "",
            "| request | times | median, seconds | 95th percentile, seconds |",
            "|---|---|---|---|",
            *rows,
            "",
            f"Faults: {len(faults)}{': ' + '; '.join(sorted(set(faults))) if faults else ''}."
            + (
                " Each has a seed of their own."
                if asked.own_luck
                else " All have one seed, and so share runs of 31 plans."
            ),
            "",
            f"| resident memory, MiB, mean of a part of the time | {' | '.join(heads)} |",
            "|---" * (len(parts) + 1) + "|",
            *held,
            "",
            (
                f"{len(seen)} looks, {seen[0].processes} to {seen[-1].processes} processes beside the server."
                " Pages that processes share count in each."
            ),
            "",
            "## One person alone",
            "",
            *alone,
            "",
        ]
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print or write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument(
        "--own-luck", action="store_true", help="a seed for each, so that no runs are shared"
    )
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        met, seen, alone = measured(Path(folder), asked)
    page = report(met, seen, alone, asked)
    print(page)
    if asked.write:
        REPORT.write_text(page, encoding="utf-8")


def measured(
    folder: Path, asked: argparse.Namespace, every: float = LOOKS_EVERY_SECONDS
) -> tuple[list[Person], list[Memory], list[str]]:
    """Start the app, warm it with one visit, then the one person and the many."""
    sys.path.append(str(ROOT / "tests" / "browser"))
    from harness import serve

    server = serve(folder)
    try:
        server.wait()
        asyncio.run(live(server.address, np.random.default_rng(0), 0.0, None))
        alone = ["Left out."] if asked.no_browser else app_load_alone.measured(server.address)
        print("One person alone:", *alone, sep="\n", flush=True)
        met, seen = asyncio.run(
            crowd(
                server.address,
                server.process.pid,
                asked.people,
                asked.seconds,
                every,
                asked.own_luck,
            )
        )
        ended = server.process.poll()
        if ended is not None or "Traceback" in server.said():
            state = "is up" if ended is None else f"ended with status {ended}"
            met[0].faults.append(f"the server {state}, and told of: {server.said()[-LAST_WORDS:]}")
    finally:
        server.end()
    return met, seen, alone


if __name__ == "__main__":
    main()
