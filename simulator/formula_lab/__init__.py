"""Formulas put to the test: which harms one brings, and which would bring fewer.

A formula is stressed by whole runs of pairs of scenarios; formulas are searched for on worlds that were lived
once, and what is found is confirmed by whole runs. What is found is suggested, not decided.
"""
