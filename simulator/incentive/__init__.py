"""What one client is worth to a partnership under a formula: kept, moved on, moved on early, taken on."""

from .estimate import Estimate, ratio
from .kept import ClientKept, YearKept, client_kept

__all__ = ["ClientKept", "Estimate", "YearKept", "client_kept", "ratio"]
