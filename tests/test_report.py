"""The report: whole in itself, escaped, with heads to every table and a text to every chart."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tiny import a_tenth_of

from simulator import replicate
from simulator.errors import BadInput, MissingExtra
from simulator.findings import of_comparison, what_a_client_is_worth
from simulator.incentives import client_kept
from simulator.replicate import Comparison
from simulator.report import Study, drawings, html_of, put, write
from simulator.report import page as page_module
from simulator.report.sources import changes, evidence, grades
from simulator.scenario import fingerprint, load

HOSTILE = (
    "</title></style><script>alert('x')</script><img src=//evil.example/x onerror=alert(1)>&amp;"
)
NAMES = {"park": "Keep them", "reintegration": "Move on, with support"}


class Page(HTMLParser):
    """A page's elements in order, each with its attributes, and where it stands."""

    VOID = ("meta", "link", "br", "img", "hr", "input", "base")

    def __init__(self, text):
        super().__init__()
        self.found, self.open, self.text = [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes), tuple(self.open)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data):
        for tag in set(self.open):
            self.text.setdefault(tag, []).append(data)

    def all(self, *tags):
        return [(attributes, around) for tag, attributes, around in self.found if tag in tags]


@pytest.fixture(scope="module")
def samples(seed):
    names = ("park", "baseline_2008", "reintegration")
    return replicate.run([a_tenth_of(load(name)) for name in names], 3, seed, workers=1)


@pytest.fixture(scope="module")
def eight(seed):
    names = ("eight_park", "eight_one_moves_on", "eight_all_move_on")
    nobody, *others = replicate.run([a_tenth_of(load(name)) for name in names], 1, seed, workers=1)
    return Comparison(nobody, tuple(others))


@pytest.fixture(scope="module")
def study(samples, eight):
    comparison = Comparison(samples[0], tuple(samples[1:]))
    kept = client_kept(samples[0], "opiate")
    return Study(
        "A title",
        "What happens?",
        comparison,
        (*of_comparison(comparison), what_a_client_is_worth(kept)),
        "treatment-sim demo --seed 7",
        names=NAMES,
        kept=kept,
        together=eight,
        acting="Moving people on",
        reference="baseline_2008",
    )


@pytest.fixture(scope="module")
def html(study):
    return html_of(study)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture(scope="module")
def hostile(samples):
    def renamed(sample):
        scenario = sample.scenario.model_copy(
            update={"title": HOSTILE, "question": HOSTILE, "description": HOSTILE}
        )
        return replicate.Sample(scenario, sample.seed, sample.values, sample.inputs)

    comparison = Comparison(renamed(samples[0]), (renamed(samples[2]),))
    study = Study(HOSTILE, HOSTILE, comparison, of_comparison(comparison), HOSTILE)
    with pytest.MonkeyPatch.context() as patch:  # one hostile chart shows what all do
        drawn = drawings.lines(study, "allocation_gbp")
        for kind in ("lines", "differences", "waterfall"):
            patch.setattr(drawings, kind, lambda *_: drawn)
        return html_of(study)


def test_the_page_asks_nothing_of_the_network(page, html):
    for _, attributes, _ in page.found:
        for name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href"):
            assert not re.match(r"\s*(\w+:)?//", attributes.get(name) or "")
        assert "url(" not in (attributes.get("style") or "")
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "base")
    assert "@import" not in html
    assert "url(" not in html
    assert "http:" not in html
    policy = next(a for a, _ in page.all("meta") if a.get("http-equiv"))
    assert policy["content"].startswith("default-src 'none'")


def test_the_page_is_closed_as_it_is_opened(page):
    assert page.open == []


def test_the_page_says_its_language_and_can_be_skipped_into(page):
    ((attributes, _),) = page.all("html")
    assert attributes["lang"] == "en-GB"
    first_link = page.all("a")[0][0]
    assert first_link["href"] == "#main"
    assert "main" in [a.get("id") for a, _ in page.all("main")]


def test_every_pound_says_in_which_prices_it_is(html):
    _, *sections = html.split("<section ")
    for section in sections:
        for table in re.findall(r"<table.*?</table>", section, re.S):
            if "£" in table:
                (caption,) = re.findall(r"<caption>(.*?)</caption>", table)
                assert "prices of 2008-09" in caption or "Pounds are in prices of" in section
        for chart in re.findall(r"<svg.*?</svg>", section, re.S):
            if "£" in chart:
                told = " ".join(re.sub(r"<[^>]+>", " ", chart).split())
                assert "prices of 2008-09" in told or "Pounds are in prices of" in section


def test_on_paper_it_is_black_on_white_with_heads_on_each_page(html):
    on_paper = html.partition("@media print")[2]
    assert "--ink: #000" in on_paper
    assert "--warn: #fff" in on_paper
    assert "display: table-header-group" in on_paper
    assert "counter(page)" in html


def test_headings_go_down_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag, _, _ in page.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_each_name_is_given_once_and_each_link_leads_somewhere(page):
    names = [attributes["id"] for _, attributes, _ in page.found if "id" in attributes]
    assert len(names) == len(set(names))
    for attributes, _ in page.all("a"):
        assert attributes["href"].removeprefix("#") in names


def test_every_table_has_a_caption_and_heads(html):
    tables = re.findall(r"<table.*?</table>", html, re.S)
    assert len(tables) > 15
    for table in tables:
        inside = Page(table)
        assert len(inside.all("caption")) == 1
        assert "".join(inside.text["caption"]).strip()
        scopes = [attributes.get("scope") for attributes, _ in inside.all("th")]
        assert set(scopes) == {"col", "row"}
        assert scopes.count("row") == len(inside.all("tr")) - 1
        cells = scopes.count("row") + len(inside.all("td"))
        assert cells == scopes.count("col") * scopes.count("row")


def test_every_chart_has_a_text(page):
    images = [attributes for attributes, _ in page.all("svg")]
    assert len(images) > 8
    assert all(a["role"] == "img" and len(a["aria-label"]) > 40 for a in images)
    assert len(page.all("figure")) == len(images)


def test_what_scrolls_can_be_reached_with_the_keyboard_and_has_a_name(page):
    scrolling = [a for _, a, _ in page.found if "scroll" in (a.get("class") or "").split()]
    assert scrolling
    assert all(
        a.get("tabindex") == "0" and a.get("aria-label") and a.get("role") for a in scrolling
    )
    regions = [a["aria-label"] for a in scrolling if a["role"] == "region"]
    assert len(regions) == len(set(regions))


def test_it_says_that_it_is_illustrative_before_anything_else(html):
    assert html.index("Illustrative.") < html.index("The question")
    assert "synthetic" in html


def test_findings_come_first_and_limits_are_there(page):
    titles = [re.sub(r"\s+", " ", text) for text in page.text["h2"]]
    assert titles[:3] == ["Contents", "The question", "What was found"]
    for wanted in ("What this cannot tell", "What the results stand on", "How to make this again"):
        assert wanted in titles


def test_every_measure_and_scenario_is_told_by_year_with_bands(html):
    for measure in (
        "Allocation",
        "In treatment on 31 March",
        "Planned exits",
        "Successful completions",
        "In recovery on 31 March",
    ):
        assert re.search(rf"<caption>{measure}.*?the lowest to highest of 3 runs", html)
    assert "9 runs in 10" not in html
    assert "Bands are the lowest to highest of 3 runs, and intervals say" in html
    assert "2008-09 (transition)" in html


def test_differences_have_interval_error_and_verdict(html):
    assert "Monte-Carlo error" in html
    assert "95% interval" in html
    assert "Too close to call" in html


def test_it_can_be_made_again(html, study):
    assert "treatment-sim demo --seed 7" in html
    for sample in (*study.samples, *study.together.samples):
        assert fingerprint(sample.scenario) in html
    assert "Each of the 3 plans was run 3 times" in html


def test_support_the_client_kept_and_acting_together_are_told_only_where_they_are(
    html, samples, monkeypatch
):
    monkeypatch.setattr(drawings, "inline", lambda _: "")
    for told in (
        "Support places used",
        "Break-even",
        "Area 1 alone",
        "What moves the money if nothing",
    ):
        assert told in html
    comparison = Comparison(samples[0], (samples[1],))
    plain = html_of(Study("T", "Q?", comparison, (), "command"))
    for untold in ("Support places used", "Break-even", "Area 1", "What was found"):
        assert untold not in plain


def test_nothing_of_a_scenario_becomes_part_of_the_page(hostile):
    assert "<script" not in hostile
    assert "<img" not in hostile
    page = Page(hostile)
    assert not page.all("script", "img")
    assert HOSTILE in "".join(page.text["title"])
    assert HOSTILE in "".join(page.text["h1"])
    assert page.open == []


@pytest.mark.slow
def test_the_same_study_gives_the_same_bytes(study, html):
    assert html_of(study) == html


def test_the_words_about_people_are_careful(html):
    assert not re.search(r"\baddict|\bjunkie|\babuser", html, re.I)


def test_it_prints_without_cutting_charts_or_rows(html):
    css = re.search(r"@media print \{.*\}", html, re.S).group()
    assert re.search(r"figure\.scroll[^}]*break-inside: avoid", css)
    assert re.search(r"tr, \.finding \{ break-inside: avoid", css)
    assert re.search(r"\.scroll \{ overflow: visible", css)
    assert "table-header-group" in css


def test_amounts_and_years_do_not_break_at_the_end_of_a_line(html):
    assert re.search(r'<span class="n">[+−]?£[\d,.]+m?</span>', html)
    assert '<span class="n">2012-13</span>' in html


# Tables


def test_what_differs_is_told_lever_by_lever_in_the_words_of_the_schema(baseline):
    (row,) = changes(load("move_on"), baseline).rows
    assert row.head == "How long ready clients are kept (plan.move_on_delay_days)"
    each = "Opiates: 614 days; Crack without opiates: 614 days; Other drugs: 30 days"
    assert [cell.text for cell in row.cells] == [each, "0 days"]
    assert changes(baseline, baseline) is None


def test_partnerships_tell_only_what_is_their_own(baseline):
    heads = [row.head for row in changes(load("eight_one_moves_on"), load("eight_park")).rows]
    assert heads == [
        "Area 1: How long ready clients are kept (partnerships.Area 1.plan.move_on_delay_days)"
    ]
    rows = changes(load("eight_park"), baseline).rows
    (names,) = [row for row in rows if row.head == "Partnerships (partnerships)"]
    assert names.cells[1].text.startswith("8 partnerships: Area 1, Area 2")


def test_evidence_is_counted_by_grade_and_every_assumption_is_told(baseline):
    counts = {row.head.lower(): int(row.cells[0].text) for row in grades(baseline).rows}
    assert list(counts) == ["unverified", "assumed", "derived", "published"]
    for grade, number in counts.items():
        rows = evidence(baseline, grade).rows
        assert len(rows) == number
        assert all(row.cells[4].text for row in rows)


# Files


def test_a_file_is_written_whole_or_not_at_all(study, html, tmp_path, monkeypatch):
    monkeypatch.setattr(page_module, "html_of", lambda _: html)
    path = write(study, tmp_path / "new" / "report.html")
    assert path.read_text(encoding="utf-8") == html
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match="must be writable"):
        put(tmp_path / "file" / "report.html", b"x")


def test_without_jinja2_it_says_what_to_install(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtra, match=r"\[report\]"):
        html_of(study)
