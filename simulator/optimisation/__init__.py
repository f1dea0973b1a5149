"""Plans that serve better under limits, robust over what is not known: suggested, not decided.

Levers are chosen by a search; the few best are lived again with luck that the search has not seen, and what lies
within the noise is said to.
"""

from importlib.util import find_spec

from ..errors import MissingExtra


def check_installed() -> None:
    """Say if what searches is missing, before anything is run.

    Raises
    ------
    MissingExtra
        If it is.
    """
    if not find_spec("optuna"):
        raise MissingExtra("optimise", "search")
