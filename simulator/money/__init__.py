"""Money: levers, funding streams and what they may pay for, clusters, and a year's pounds of one partnership."""

from .fenced import Fenced, clustered, detox_beds, detox_episodes, fenced_by_year
from .levers import Lever, for_group, in_year, setting
from .streams import (
    ACCOUNT_COLUMNS,
    FENCED_USES,
    PLAN_USES,
    USES,
    Account,
    Holding,
    attributed,
    holdings,
    payable,
    settled,
)
from .year import YearMoney, overhead_gbp, year_money

__all__ = [
    "ACCOUNT_COLUMNS",
    "FENCED_USES",
    "PLAN_USES",
    "USES",
    "Account",
    "Fenced",
    "Holding",
    "Lever",
    "YearMoney",
    "attributed",
    "clustered",
    "detox_beds",
    "detox_episodes",
    "fenced_by_year",
    "for_group",
    "holdings",
    "in_year",
    "overhead_gbp",
    "payable",
    "setting",
    "settled",
    "year_money",
]
