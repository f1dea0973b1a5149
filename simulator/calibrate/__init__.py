"""Assumptions fitted to published figures, with how well each one is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from ..errors import MissingExtra

NEEDED = ("sklearn", "emcee", "threadpoolctl")
WITH_SUMS = ("scipy.linalg", "scipy.optimize", "sklearn.gaussian_process")


def check_installed() -> None:
    """Say if what fits is missing, before anything is run.

    Raises
    ------
    MissingExtra
        If it is.
    """
    if not all(find_spec(name) for name in NEEDED):
        raise MissingExtra("calibrate", "calibrate")


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums on one thread: they are small, more threads only wait, and their number would change digits.

    Raises
    ------
    MissingExtra
        If what fits is missing.
    """
    check_installed()
    for name in WITH_SUMS:  # a library that is loaded later would not be held to one thread
        import_module(name)
    with import_module("threadpoolctl").threadpool_limits(1):
        yield
