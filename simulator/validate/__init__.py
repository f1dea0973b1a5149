"""How far the model can be trusted: checks against theory, another engine, and published years."""

from .checks import Check, Section
from .effort import FULL, QUICK, Effort
from .whole import Validation, validate

__all__ = ["FULL", "QUICK", "Check", "Effort", "Section", "Validation", "validate"]
