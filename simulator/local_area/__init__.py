"""A partnership's own figures: read and checked, and made into a scenario of the area and aims to fit it to."""

from .aims import area_targets
from .area import area_scenario
from .figures import Amount, LocalFigure, LocalFigures
from .reading import read_local, read_upload
from .told import RowFault, faults_by_row, understood

__all__ = [
    "Amount",
    "LocalFigure",
    "LocalFigures",
    "RowFault",
    "area_scenario",
    "area_targets",
    "faults_by_row",
    "read_local",
    "read_upload",
    "understood",
]
