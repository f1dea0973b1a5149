"""A comparison to take away: tables, a workbook, a report, and all of it in one ZIP.

Every file has the same bytes for the same comparison, and the tables are those that ``treatment-sim compare``
writes, to the last byte.
"""

from .about import About
from .again import compare_command, scenario_files
from .chosen import Chosen, chosen, comparison_of, why_not
from .data import csv_files, data_package, dictionary_csv, parquet_files
from .whole import everything, missing_parts, report_html, work
from .workbook import workbook

__all__ = [
    "About",
    "Chosen",
    "chosen",
    "compare_command",
    "comparison_of",
    "csv_files",
    "data_package",
    "dictionary_csv",
    "everything",
    "missing_parts",
    "parquet_files",
    "report_html",
    "scenario_files",
    "why_not",
    "work",
    "workbook",
]
