"""A partnership's own figures: read and checked, and made into a scenario of the area and aims to fit it to."""

from .aims import area_targets
from .area import area_scenario
from .figures import Amount, LocalFigure, LocalFigures
from .fitted_area import FittedArea, StartingArea
from .quick_fit import quick_effort, starting_area
from .reading import read_local, read_upload
from .told import RowFault, as_read, faults_by_row, in_rows, understood

__all__ = [
    "Amount",
    "FittedArea",
    "LocalFigure",
    "LocalFigures",
    "RowFault",
    "StartingArea",
    "area_scenario",
    "area_targets",
    "as_read",
    "faults_by_row",
    "in_rows",
    "quick_effort",
    "read_local",
    "read_upload",
    "starting_area",
    "understood",
]
