"""The first page, as somebody sees it who has never been here."""

from __future__ import annotations

import harness
import pytest


@pytest.fixture
def first_page(visitor):
    return visitor.open()


def test_it_opens_with_one_title_and_says_that_it_is_illustrative(first_page):
    assert first_page.page.locator("h1").all_inner_texts() == ["Treatment Funding Simulator"]
    assert "Illustrative" in first_page.text()
    assert first_page.page.title()


@pytest.mark.parametrize("size", [harness.DESKTOP, harness.PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_violation(size, visitors):
    assert visitors(size).open().violations() == []


def test_it_fits_a_phone(visitors):
    assert not visitors(harness.PHONE).open().is_wider_than_its_window()


def test_a_reload_keeps_what_was_chosen(first_page):
    page = first_page.page
    page.get_by_role("combobox", name="Scenario").click()
    with first_page.answered():
        page.get_by_role("option", name="Ready clients are moved on at once", exact=True).click()
    chosen, question = page.url, page.locator("h2").first.inner_text()
    assert "?scenario=" in chosen
    first_page.reload()
    assert page.url == chosen
    assert page.locator("h2").first.inner_text() == question


def test_pictures_are_taken_at_two_widths(first_page, pictures):
    for file in first_page.pictures("first_page", pictures):
        assert file.read_bytes().startswith(b"\x89PNG")
