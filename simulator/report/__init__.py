"""A report to read, print and send on: one HTML file that asks nothing of the network."""

from .page import html_of, write
from .study import Study

__all__ = ["Study", "html_of", "write"]
