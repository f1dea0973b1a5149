"""What one client is worth to a partnership under a formula: kept, moved on, moved on early, taken on."""

from .asking import OWN_FORMULA, incentive
from .estimate import (
    Estimate,
    band,
    band_told,
    bands_told,
    ratio,
    ratio_by_fieller,
    the_band,
)
from .kept import ClientKept, YearKept, client_kept
from .meter import Meter
from .moves import MOVES, Move
from .result import GroupWorth, Incentive, Paid, Worth

__all__ = [
    "MOVES",
    "OWN_FORMULA",
    "ClientKept",
    "Estimate",
    "GroupWorth",
    "Incentive",
    "Meter",
    "Move",
    "Paid",
    "Worth",
    "YearKept",
    "band",
    "band_told",
    "bands_told",
    "client_kept",
    "incentive",
    "ratio",
    "ratio_by_fieller",
    "the_band",
]
