"""The harness itself: what it watches for is seen where it happens."""

from __future__ import annotations

import functools
import http.server
import threading

import harness
import pytest

BAD = """<!doctype html><html><head><title></title><link rel="icon" href="data:,"></head><body>
<div style="width: 3000px">wide</div><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<p style="color: #ddd; background: #fff">pale</p>
</body></html>"""
OUTSIDE = "http://outside.example/picture.png"


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A server of pages with faults."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "bad.html").write_text(BAD, encoding="utf-8")

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Silent, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def at_a_bad_page(visitors, planted):
    visitor = visitors(harness.PHONE, planted)
    visitor.page.goto(f"{planted}/bad.html")
    return visitor


def test_a_violation_is_told_with_its_place(at_a_bad_page):
    found = at_a_bad_page.violations()
    names = {line.partition(" ")[0] for line in found}
    assert {"image-alt", "document-title", "html-has-lang", "color-contrast"} <= names
    assert any("img: <img src=" in line for line in found)


def test_a_page_that_is_too_wide_is_seen(at_a_bad_page):
    assert at_a_bad_page.is_wider_than_its_window()


@pytest.mark.parametrize(
    "asks",
    [
        "new Image().src = url",
        "fetch(url).catch(() => 0)",
        "new WebSocket(url.replace('http', 'ws'))",
        "window.open(url)",
        "new Worker(URL.createObjectURL(new Blob([`fetch('${url}').catch(() => 0)`])))",
    ],
    ids=["image", "fetch", "websocket", "window", "worker"],
)
def test_a_request_to_another_host_is_caught_and_gets_nowhere(asks, visitor):
    visitor.open()
    visitor.page.evaluate(f"url => {{ {asks} }}", OUTSIDE)
    visitor.page.wait_for_timeout(500)
    assert [each.split("://")[1] for each in visitor.outside] == [OUTSIDE.split("://")[1]]
    visitor.outside.clear()
    visitor.complaints.clear()
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        visitor.page.goto(OUTSIDE)
    visitor.outside.clear()


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("console.error('ours')", "ours"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
    ],
)
def test_a_complaint_of_the_browser_is_kept(does, said, visitor):
    visitor.open()
    visitor.page.evaluate(f"() => {{ {does} }}")
    visitor.page.wait_for_timeout(300)
    assert [said in each for each in visitor.complaints] == [True]
    visitor.complaints.clear()


def test_a_page_that_works_has_not_settled(visitor):
    visitor.open()
    visitor.page.evaluate(
        "() => { document.querySelector('[data-testid=stApp]').dataset.testScriptState = 'running' }"
    )
    with pytest.raises(Exception, match="Timeout"):
        visitor.settled(within_seconds=1)


def test_an_answer_is_waited_for(visitor):
    page = visitor.open().page
    page.evaluate("() => { document.title = 'as it was' }")  # a run of the script says it anew
    with visitor.answered():
        page.keyboard.press("r")  # runs the script
    assert page.title() != "as it was"


def test_visitors_share_nothing(visitors):
    one, two = visitors().open(), visitors().open()
    one.page.evaluate("() => localStorage.setItem('mine', '1')")
    assert two.page.evaluate("() => localStorage.getItem('mine')") is None


def test_a_server_that_cannot_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "ROOT", tmp_path)
    (tmp_path / "simulator.py").write_text("raise SystemExit('no app here')", encoding="utf-8")
    started = harness.serve(tmp_path)
    with pytest.raises(AssertionError, match="no app here"):
        started.wait()
    started.end()
