"""The app as visitors meet it: a server in a process of its own, Debian's Chromium, and what both of them said.

Nothing here knows what the app is about: journeys do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

ROOT = Path(__file__).parents[2]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
BROWSERS = ("chromium", "chromium-browser")
FLAGS = (
    "--no-sandbox",  # which cannot be had by root, as whom tests run
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # what is asked for outside never gets there
)
STARTS_WITHIN_SECONDS = 120
SETTLES_WITHIN_SECONDS = 90
STILL_MILLISECONDS = 300
"""How long nothing may happen until a page counts as settled: longer than a browser thinks between two steps."""

IS_STILL = """
still => {
    const app = document.querySelector('[data-testid="stApp"]');
    const busy = !app
        || app.dataset.testScriptState !== 'notRunning'
        || app.dataset.testConnectionState !== 'CONNECTED'
        || document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
    if (busy) {
        delete window.stillSince;
        return false;
    }
    window.stillSince ??= performance.now();
    return performance.now() - window.stillSince >= still;
}
"""
COUNTS_RUNS = """
window.runs = 0;
new MutationObserver(changes => { window.runs += changes.length; }).observe(
    document, {subtree: true, attributes: true, attributeFilter: ['data-test-script-state']}
);
"""
"""Begins before the page does: a run of the script may be over sooner than anybody looks."""


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


# The server


@dataclass(frozen=True)
class Server:
    """The app, listening on this machine alone."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def said(self) -> str:
        """All that it wrote to its terminal."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait(self) -> None:
        """Until it answers, or tell why it does not."""
        end = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.is_up():
            ended = self.process.poll() is not None
            assert not ended, f"the app ended at once:\n{self.said()}"
            assert time.monotonic() < end, f"the app does not answer:\n{self.said()}"
            time.sleep(0.1)

    def end(self) -> None:
        """Nothing is left of it or of its workers."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def a_free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def serve(folder: Path) -> Server:
    """Start the app as a user does, in a folder that holds nothing, by a user without settings."""
    port, log = a_free_port(), folder / "server.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "app", "--headless", "--port", str(port)],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Server(process, f"http://127.0.0.1:{port}", log)


# The visitor


@dataclass
class Visit:
    """One person's browser: what they see, and what their browser asked for and complained of.

    Parameters
    ----------
    page
        Playwright's page, for whatever is not here.
    outside
        Addresses of other hosts than the app's that were asked for; a test that leaves one fails.
    complaints
        Errors on the console and in scripts; a test that leaves one fails.
    """

    address: str
    context: BrowserContext
    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/", *, still: bool = True) -> Visit:
        """Go to a page of the app.

        Parameters
        ----------
        still
            Wait until it has settled, as a page does not while runs come in.
        """
        self.page.goto(f"{self.address}{path}")
        return self.settled() if still else self

    def reload(self) -> Visit:
        """Load the page again, as with F5."""
        self.page.reload()
        return self.settled()

    def settled(self, within_seconds: float = SETTLES_WITHIN_SECONDS) -> Visit:
        """Wait until the script has run, nothing on the page is stale, and it stays so for a moment."""
        milliseconds = within_seconds * 1000
        self.page.wait_for_function(
            IS_STILL, arg=STILL_MILLISECONDS, timeout=milliseconds, polling=50
        )
        return self

    @contextmanager
    def answered(self) -> Iterator[None]:
        """Do what the app must answer with a run of its script, and wait for that and until it has settled."""
        self.settled()
        before = self.page.evaluate("window.runs")
        yield
        milliseconds = SETTLES_WITHIN_SECONDS * 1000
        self.page.wait_for_function(
            "before => window.runs > before", arg=before, timeout=milliseconds, polling=50
        )
        self.settled()

    def resized(self, size: dict[str, int]) -> Visit:
        """The window as wide as a desktop's or a phone's."""
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        return self.settled()

    def text(self) -> str:
        """What can be read on the page."""
        return self.page.inner_text("body")

    def violations(self) -> list[str]:
        """What axe finds: each violation with its places, to be read by who mends them."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [line for each in found for line in _lines(each)]

    def pictures(self, name: str, folder: Path) -> list[Path]:
        """The whole page as a desktop and a phone show it, as PNG files; the window is a desktop's after it."""
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for kind, size in (("phone", PHONE), ("desktop", DESKTOP)):
            self.resized(size)
            files.append(folder / f"{name}_{kind}.png")
            self.page.screenshot(path=files[-1], full_page=True)
        return files

    def is_wider_than_its_window(self) -> bool:
        """Whether something must be scrolled to from left to right."""
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self.page.evaluate(wide))


def _lines(violation: dict[str, Any]) -> list[str]:
    about = f"{violation['id']} ({violation['impact']}): {violation['help']}"
    return [
        f"{about}\n    {' '.join(map(str, node['target']))}: {node['html'][:200]}"
        for node in violation["nodes"]
    ]


def visit(browser: Browser, address: str, size: dict[str, int] = DESKTOP) -> Visit:
    """A new person: nothing is shared with others, not even cookies."""
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale="en-GB",
        accept_downloads=True,
        reduced_motion="reduce",
    )
    context.add_init_script(COUNTS_RUNS)
    begun = Visit(address, context, context.new_page())
    ours = urlsplit(address).netloc

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != ours:
            begun.outside.append(url)

    def watch(page: Page) -> None:
        page.on("websocket", lambda socket_: asked(socket_.url))
        page.on("pageerror", lambda error: begun.complaints.append(str(error)))

    context.on("request", lambda request: asked(request.url))

    def heard(told: ConsoleMessage) -> None:
        # On a page with an address of its own Streamlit looks for its server there first, and is told 404.
        looking = "404" in told.text and "/_stcore/" in told.location.get("url", "")
        if told.type == "error" and not looking:
            begun.complaints.append(told.text)

    context.on("console", heard)
    context.on("page", watch)
    watch(begun.page)
    return begun
