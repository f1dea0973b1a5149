"""What journeys share: one server for all of them, one browser for a file, a visitor or more for each."""

from __future__ import annotations

import os
from pathlib import Path

import harness
import pytest

HERE = Path(__file__).parent
REQUIRED = os.environ.get("TREATMENT_SIM_BROWSER") == "required"
"""Whether a missing browser is a failure, as in CI, where otherwise nobody would see that nothing was tried."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(
                pytest.mark.xdist_group("browser")
            )  # one server, not one for each worker


def without(what):
    told = f"{what}; see tests/browser/conftest.py"
    if REQUIRED:
        pytest.fail(told)
    pytest.skip(told)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The app, started once, as by a user."""
    started = harness.serve(tmp_path_factory.mktemp("app"))
    try:
        started.wait()
        yield started
    finally:
        started.end()


@pytest.fixture(scope="module")
def browser():
    """Chromium; closed after each file, since Playwright keeps an event loop that other tests would trip over."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        without("Playwright is not installed: it comes with the dev extra")
    where = harness.chromium()
    if where is None:
        without("no Chromium is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=where, args=[*harness.FLAGS])
        yield started
        started.close()


@pytest.fixture
def visitors(browser, server, request):
    """Makes people, each with a browser of their own: ``visitors()``, ``visitors(harness.PHONE)``.

    At the end none of them may have asked another host for anything, and neither browser nor server may have
    complained. A test that expects it to be so empties `outside` or `complaints`.
    """
    met = []
    before = len(server.said())

    def begin(size=harness.DESKTOP, address=server.address):
        met.append(harness.visit(browser, address, size))
        return met[-1]

    yield begin
    failed = getattr(request.node, "failed", False)
    for each in met:
        if failed:
            print(f"{each.page.url} showed:\n{each.text()}\ncomplaints: {each.complaints}")  # noqa: T201
        each.context.close()
    assert [url for each in met for url in each.outside] == []
    assert [complaint for each in met for complaint in each.complaints] == []
    assert "Traceback" not in server.said()[before:], server.said()[before:]


@pytest.fixture
def visitor(visitors):
    """One person at a desktop."""
    return visitors()


@pytest.fixture
def pictures(tmp_path):
    """Where pictures of pages go: TREATMENT_SIM_PICTURES, or a folder that is thrown away."""
    return Path(os.environ.get("TREATMENT_SIM_PICTURES", tmp_path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.failed = report.failed
    return report
