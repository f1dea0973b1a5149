"""A partnership's own figures: read and checked, and made into a scenario of the area and aims to fit it to."""

from .aims import area_targets
from .area import area_scenario
from .figures import Amount, LocalFigure, LocalFigures
from .reading import read_local

__all__ = [
    "Amount",
    "LocalFigure",
    "LocalFigures",
    "area_scenario",
    "area_targets",
    "read_local",
]
