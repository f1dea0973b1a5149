"""What somebody chose on a page, which is there again when they come back from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Collection


def remember(key: str, usual: Any, options: Collection[Any] | None = None) -> None:
    """Give a control, before it is drawn, what it had when its page was last looked at.

    A control forgets when another page is looked at.

    Parameters
    ----------
    key
        The control's.
    usual
        What it has where nothing was chosen.
    options
        What it may have; where what was chosen is no longer among them, it has what is usual.
    """
    told, kept = st.session_state, _kept(key)
    chosen = told[key] if key in told else told.get(kept, usual)
    if options is not None and chosen not in options:
        chosen = usual
    # Not set again where it stands: the browser may be ahead, and would be put back.
    if key not in told or told[key] != chosen:
        told[key] = chosen
    told[kept] = chosen


def choose(key: str, value: Any) -> None:
    """Choose for the visitor, before the control is drawn."""
    st.session_state[key] = st.session_state[_kept(key)] = value


def _kept(key: str) -> str:
    return f"{key}, kept"
