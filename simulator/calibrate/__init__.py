"""Assumptions fitted to published figures, with how well each one is known."""

from importlib.util import find_spec

from ..errors import MissingExtra

NEEDED = ("sklearn", "emcee")


def check_installed() -> None:
    """Say if what fits is missing, before anything is run.

    Raises
    ------
    MissingExtra
        If it is.
    """
    if not all(find_spec(name) for name in NEEDED):
        raise MissingExtra("calibrate", "calibrate")
