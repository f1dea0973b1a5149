"""Whether what screens assumptions and splits variance is installed."""

from importlib.util import find_spec

from ..errors import MissingExtra


def check_installed() -> None:
    """Say if what screens and splits variance is missing, before anything is run.

    Raises
    ------
    MissingExtra
        If it is.
    """
    if not find_spec("SALib"):
        raise MissingExtra("sensitivity analysis", "sensitivity")
