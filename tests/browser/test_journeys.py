"""Journeys: what people come to do with the app, from beginning to end, in a real browser."""

from __future__ import annotations

from dataclasses import replace

import harness
import pytest

from simulator.proposal import Proposal
from simulator.screens.navigation import PAGES
from simulator.visit import Visit

PLAN = Proposal().with_changes({"plan.move_on_delay_days": 0.0})
FEW = Visit(plan=PLAN, replications=4)
ADDRESSES = [address for _, address, _ in PAGES]
DELAY = "How long are clients kept"
PATIENCE = 90_000


def to(address, visit=FEW):
    return f"/{address}?s={visit.link}"


def explored(visitor, visit=FEW):
    """Explore with all its runs there."""
    visitor.open(to("explore", visit), still=False)
    visitor.page.get_by_text(f"{visit.replications} pairs of runs:").wait_for(timeout=PATIENCE)
    return visitor.settled()


def slider(visitor, begins=DELAY):
    return visitor.page.locator('[data-testid="stSlider"]', has_text=begins).get_by_role("slider")


@pytest.mark.parametrize("address", ADDRESSES, ids=[each or "start" for each in ADDRESSES])
@pytest.mark.parametrize("size", [harness.DESKTOP, harness.PHONE], ids=["desktop", "phone"])
def test_every_page_opens_accessible_in_one_width_and_asks_nobody_outside(
    address, size, visitors, pictures
):
    visitor = visitors(size).open(to(address))
    visitor.page.locator("h1").wait_for(timeout=PATIENCE)
    visitor.page.wait_for_timeout(3000)
    visitor.settled()
    visitor.page.screenshot(path=pictures_of(pictures, address, size), full_page=True)
    assert visitor.page.locator("h1").count() == 1
    assert visitor.page.locator('[data-testid="stException"]').count() == 0
    assert visitor.violations() == []
    assert not visitor.is_wider_than_its_window()


def pictures_of(folder, address, size):
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{address or 'start'}_{size['width']}.png"


def test_a_first_visit_through_a_shared_link(visitor):
    explored(visitor)
    told = visitor.text()
    assert "0 days, instead of 614 days" in told.replace("\u2060", "")
    assert "95% interval" in told
    assert slider(visitor).input_value() == "0"


def test_numbers_of_a_chart_are_drawn_when_opened_and_taken_away(visitor, tmp_path):
    page = explored(visitor).page
    assert page.locator("table").count() == 0
    with visitor.answered():
        page.get_by_text(": in numbers").first.click()
    page.locator("table").wait_for(timeout=PATIENCE)
    for place in range(2):  # what was taken once is there again
        with page.expect_download(timeout=PATIENCE) as waiting:
            page.get_by_role("button", name="Download these numbers as CSV").click()
        file = tmp_path / f"{place}.csv"
        waiting.value.save_as(file)
        assert "allocation_gbp" in file.read_text(encoding="utf-8-sig")


def test_a_reload_in_the_middle_of_runs_keeps_the_plan_and_its_steps(visitor):
    visitor.open(to("explore", replace(FEW, replications=100)), still=False)
    page = visitor.page
    page.locator('[data-testid="stMetric"]').first.wait_for(timeout=PATIENCE)
    moved = page.get_by_text("1,460 days, instead of")
    for _ in range(9):  # what is moved while the page is drawn anew may be put back
        slider(visitor).press("End")
        page.wait_for_timeout(8000)
        if moved.count():
            break
    moved.first.wait_for(timeout=PATIENCE)
    link = page.url
    page.reload()
    moved.first.wait_for(timeout=PATIENCE)
    assert page.url == link
    undo = page.get_by_role("button", name="Undo")
    page.wait_for_function(
        "() => [...document.querySelectorAll('button')].some("
        "each => each.innerText === 'Undo' && !each.disabled)",
        timeout=PATIENCE,
    )
    undo.click()
    page.get_by_text("0 days, instead of").wait_for(timeout=PATIENCE)


def test_explore_with_the_keyboard_alone(visitor):
    visitor.open(to("explore", replace(FEW, plan=Proposal())), still=False)
    visitor.page.get_by_text("Nothing is changed yet.").wait_for(timeout=PATIENCE)
    page = visitor.page
    wanted = slider(visitor)
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            break
    else:
        pytest.fail("the first lever is not reached by the keyboard")
    page.keyboard.press("ArrowLeft")
    page.get_by_text("613 days, instead of 614 days").wait_for(timeout=PATIENCE)
    page.get_by_text("4 pairs of runs:").wait_for(timeout=PATIENCE)


def test_two_people_at_once_see_their_own(visitors):
    one, other = visitors(), visitors()
    explored(one)
    explored(other, replace(FEW, plan=Proposal("park")))
    assert "0 days, instead of 614 days" in one.text()
    assert slider(one).input_value() == "0"
    assert slider(other).input_value() == "1460"
    assert "614" not in other.page.locator("h3").first.inner_text()


def test_a_bad_link_is_told_and_the_page_lives_on(visitor):
    visitor.open(f"/explore?s={FEW.link[:-4]}", still=False)  # and has the usual 100 runs of each
    visitor.page.get_by_text("The link could not be opened").wait_for(timeout=PATIENCE)
    slider(visitor).wait_for(timeout=PATIENCE)
    assert slider(visitor).input_value() == "614"  # nothing of it was taken


def test_a_broken_file_of_an_area_is_told_by_row(visitor):
    visitor.open("/area")
    page = visitor.page
    page.get_by_text("Figures of my own").click()
    chooser = page.locator('input[type="file"]')
    chooser.wait_for(state="attached", timeout=PATIENCE)
    broken = b"area,year,quarter,measure,group,value,source\nX,2008-09,,in_treatment,opiate,about 300,us\n"
    chooser.set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": broken})
    page.get_by_text("must be put right").wait_for(timeout=PATIENCE)
    assert page.locator('[data-testid="stException"]').count() == 0


def test_plans_are_compared(visitor):
    visitor.open(to("compare"), still=False)
    visitor.page.get_by_role("heading", name="What differs in them").wait_for(timeout=PATIENCE)
    visitor.page.get_by_text("How long ready clients are kept").first.wait_for(timeout=PATIENCE)


def test_a_formula_must_fill_its_bar(visitor):
    visitor.open("/formula-lab")
    page = visitor.page
    page.get_by_text("The bar is full").wait_for(timeout=PATIENCE)
    page.get_by_text("partnerships gain").first.wait_for(timeout=PATIENCE)
    weight = page.get_by_role("spinbutton").first
    weight.fill("10")
    weight.press("Enter")
    page.get_by_text("missing").first.wait_for(timeout=PATIENCE)


def test_a_report_is_made_and_prints(visitor, tmp_path):
    visitor.open(to("reports"), still=False)
    page = visitor.page
    page.get_by_role("button", name="Make report").click(timeout=PATIENCE)
    with page.expect_download(timeout=PATIENCE * 3) as waiting:
        page.get_by_role("button", name="Report (HTML").click(timeout=PATIENCE * 3)
    file = tmp_path / "report.html"
    waiting.value.save_as(file)
    printed = visitor.context.new_page()
    printed.goto(file.as_uri())
    assert printed.locator("table").count() > 5
    assert printed.locator("svg").count() > 3
    assert printed.pdf().startswith(b"%PDF")
    visitor.outside.clear()  # the file itself


def test_the_method_can_be_searched(visitor):
    visitor.open("/method?part=Assumptions")
    page = visitor.page
    box = page.get_by_role("textbox", name="Search")
    box.fill("relapse")
    box.press("Enter")
    page.get_by_text("found").first.wait_for(timeout=PATIENCE)
    assert "Relapse" in page.inner_text("table") or "relapse" in page.inner_text("table")
