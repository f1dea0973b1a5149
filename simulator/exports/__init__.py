"""A comparison to take away: tables, a workbook, a report, and all of it in one ZIP.

Every file has the same bytes for the same comparison, and the tables are those that ``treatment-sim compare``
writes, to the last byte.
"""

from .about import About
from .again import compare_command, scenario_files
from .data import csv_files, data_package, dictionary_csv, parquet_files
from .whole import everything, report_html, work
from .workbook import workbook

__all__ = [
    "About",
    "compare_command",
    "csv_files",
    "data_package",
    "dictionary_csv",
    "everything",
    "parquet_files",
    "report_html",
    "scenario_files",
    "work",
    "workbook",
]
