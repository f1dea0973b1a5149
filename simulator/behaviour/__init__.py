"""What partnerships do about their levers: hold, put clients first, or follow the money.

One is asked what it would choose while the others stay; then everybody is, until nobody gains by changing. The gap
between where that ends and what is best for clients is the price of the perverse incentive.
"""

from .choices import Option, options_of
from .clients import ClientsFirst, clients_first
from .equilibrium import FollowTheMoney, follow_the_money
from .lives import OUTCOMES
from .price import AloneAndTogether, Price, alone_and_together, price
from .resolve import Resolved, resolved
from .responses import Response, best_response
from .seats import MOST_TYPES

__all__ = [
    "MOST_TYPES",
    "OUTCOMES",
    "AloneAndTogether",
    "ClientsFirst",
    "FollowTheMoney",
    "Option",
    "Price",
    "Resolved",
    "Response",
    "alone_and_together",
    "best_response",
    "clients_first",
    "follow_the_money",
    "options_of",
    "price",
    "resolved",
]
