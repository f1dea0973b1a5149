"""Doors from one page to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.navigation.page import StreamlitPage

DOORS = "doors"


def build(pages: Mapping[str, StreamlitPage]) -> None:
    """Say which pages there are, by address."""
    st.session_state[DOORS] = dict(pages)


def has(address: str) -> bool:
    """Whether there is a page at an address."""
    return address in st.session_state.get(DOORS, {})


def link(address: str, words: str) -> None:
    """A link to a page, where there is one."""
    page = st.session_state.get(DOORS, {}).get(address)
    if page is not None:
        st.page_link(page, label=words)
