"""Assumptions fitted to published figures, with how well each one is known."""
