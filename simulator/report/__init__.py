"""A report to read, print and send on: one HTML file that asks nothing of the network."""

from .page import check_installed, html_of, put, write
from .study import Study

__all__ = ["Study", "check_installed", "html_of", "put", "write"]
