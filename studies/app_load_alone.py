"""How soon one person alone is answered, in a real browser: the part of `studies.app_load` that needs one."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness import Visit
    from playwright.sync_api import Page

SLIDER = '[class*="st-key-slide-plan-stretch_share-0"] input[type="range"]'
MOVES, TO_THE_END = 10, 3
"""Moves of the lever, and after how many of them all runs are waited for."""
STANDS_SECONDS = 5.0
"""How long a count must not change until it counts as standing."""
READS_MILLISECONDS = 2000
PATIENCE_MILLISECONDS = 240_000
BEFORE = "() => [...document.querySelectorAll('h3')].map(each => each.textContent)"
"""Headings, of which one says what is changed."""
ANSWERED = """before => [...document.querySelectorAll('h3')]
    .filter(head => !before.includes(head.textContent))
    .some(head => [...document.querySelectorAll('[data-testid="stMetricValue"]')]
        .filter(figure => head.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING).length >= 4)"""
"""A heading that was not there before, with the four figures under it."""
WHOLE = """before => [...document.querySelectorAll('[data-testid="stAlert"]')]
    .every(told => !told.textContent.includes('results of before'))"""
"""Nothing of the plan before is left on the page."""
DONE = "() => /100 pairs of runs: the same/.test(document.body.textContent)"
COUNT = "() => document.body.textContent.match(/(?:Stopped at )?([0-9]+) of [0-9]+ pairs/)?.[1]"
STOPPED = "() => /Stopped at [0-9]+ of/.test(document.body.textContent)"


def _until(page: Page, what: str, given: object = None) -> float:
    """Seconds until something can be read on the page."""
    begin = time.perf_counter()
    page.wait_for_function(what, arg=given, timeout=PATIENCE_MILLISECONDS, polling=50)
    return time.perf_counter() - begin


def _moves(page: Page) -> tuple[float, float]:
    """Seconds from a key until the answer about the new plan, and until the whole page is about it."""
    before = page.evaluate(BEFORE)
    page.locator(SLIDER).focus()
    begin = time.perf_counter()
    page.keyboard.press("ArrowRight")
    _until(page, ANSWERED, before)
    answered = time.perf_counter()
    _until(page, WHOLE, before)
    return answered - begin, time.perf_counter() - begin


def _stops(page: Page) -> tuple[float, float, int]:
    """Seconds from the press of Stop until the page says so, and until its count stands; runs counted in between."""
    begin = time.perf_counter()
    page.get_by_role("button", name="Stop", exact=True).click()
    _until(page, STOPPED)
    said = stood = time.perf_counter()
    first = last = page.evaluate(COUNT)
    while (now := time.perf_counter()) < stood + STANDS_SECONDS:
        count = page.evaluate(COUNT)
        if count not in {None, last}:
            last, stood = count, now
        time.sleep(0.05)
    return said - begin, stood - begin, int(last) - int(first)


def measured(address: str) -> list[str]:
    """What one person waits for, as lines of a page."""
    from harness import FLAGS, chromium, visit
    from playwright.sync_api import sync_playwright

    where = chromium()
    if where is None:
        return ["Left out: no Chromium is installed."]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=[*FLAGS])
        try:
            return _told(visit(browser, address))
        finally:
            browser.close()


def _told(one: Visit) -> list[str]:
    page = one.page
    page.goto(f"{one.address}/explore")
    _until(page, DONE)
    firsts, wholes, ends = [], [], []
    for place in range(MOVES):
        begin = time.perf_counter()
        first, whole = _moves(page)
        firsts.append(first)
        wholes.append(whole)
        page.wait_for_timeout(READS_MILLISECONDS)
        if place < TO_THE_END:
            _until(page, DONE)
            ends.append(time.perf_counter() - begin)
    said, stood, more = _stops(page)
    return [
        "| from | to | median, seconds | least to most |",
        "|---|---|---|---|",
        f"| lever moved | answer with first bands of the new plan ({MOVES} moves) | {_spread(firsts)} |",
        f"| lever moved | charts of the new plan too ({MOVES} moves) | {_spread(wholes)} |",
        f"| lever moved | 100 pairs of runs ({TO_THE_END} moves) | {_spread(ends)} |",
        f"| Stop | the page says so (once) | {said:.2f} | |",
        f"| Stop | its count stands, {more} pairs later (once) | {stood:.2f} | |",
    ]


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} | {min(seconds):.2f} to {max(seconds):.2f}"
