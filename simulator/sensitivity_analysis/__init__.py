"""Which assumptions matter: to an outcome, to a decision, and what it would be worth to know them.

One assumption is moved at a time, or all at once; chance is told apart from what is not known; and where
plans are compared, it is told where the choice between them would change, and what knowing would be worth.
"""

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
