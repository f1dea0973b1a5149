"""The app: its pages, along the top, and what stands on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from . import (
    area,
    clients,
    compare,
    doors,
    explore,
    front,
    lab,
    memory,
    method,
    money,
    pieces,
    reports,
    state,
)
from .desk import desk

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "Treatment Funding Simulator"
PAGES: tuple[tuple[str, str, Callable[[], None]], ...] = (
    ("Start", "", front.show),
    ("Explore", "explore", explore.show),
    ("Money", "money", money.show),
    ("Clients", "clients", clients.show),
    ("Compare", "compare", compare.show),
    ("Formula lab", "formula-lab", lab.show),
    ("Your area", "area", area.show),
    ("Reports", "reports", reports.show),
    ("Method", "method", method.show),
)
"""Title, address and page, in the order of the navigation."""


def show() -> None:
    """Draw whichever page is asked for."""
    st.set_page_config(page_title=NAME, page_icon="⚖️", layout="wide")
    desk()
    pages = {
        address: st.Page(
            _whole(page), title=title, url_path=address or "start", default=not address
        )
        for title, address, page in PAGES
    }
    doors.build(pages)
    st.navigation([*pages.values()], position="top").run()


def _whole(page: Callable[[], None]) -> Callable[[], None]:
    """A page with what stands on all: the visitor's own state, and whatever was wrong with the link."""

    def drawn() -> None:
        state.begin()
        state.keep()
        st.html(pieces.FITS)
        wrong = state.trouble()
        if wrong is not None:
            pieces.faults(wrong, "The link could not be opened, so this is a fresh start:")
        memory.remember()
        page()

    drawn.__name__ = page.__module__.rpartition(".")[2]
    return drawn
