"""What a comparison found, in plain sentences that its numbers decide.

No direction stands in the text: whether something is more, less, the same or too close to call is read
off the 95% interval of the paired differences, and so is every title.
"""

from .choosing import (
    all_findings,
    alone_or_together,
    together_of,
    what_it_costs,
    what_one_would_do,
    where_it_ends,
    who_shows_it,
)
from .drift import what_moves_the_money
from .figures import Between, Figure, Finding
from .harms import HARMS, Harms, what_it_harms
from .messages import message, why_it_moved
from .plans import (
    money_and_recovery,
    of_comparison,
    support_gbp,
    what_support_buys,
    whether_the_cut_bites,
)
from .proposed import (
    HEADLINES,
    Proposed,
    largest_part,
    levels,
    step_differences,
    what_is_proposed,
)
from .recovery_cost import what_recovery_costs
from .together import Together, acting_together, alone_and_together
from .worth import what_a_client_is_worth
from .year_by_year import YearOfMoney, year_by_year

__all__ = [
    "HARMS",
    "HEADLINES",
    "Between",
    "Figure",
    "Finding",
    "Harms",
    "Proposed",
    "Together",
    "YearOfMoney",
    "acting_together",
    "all_findings",
    "alone_and_together",
    "alone_or_together",
    "largest_part",
    "levels",
    "message",
    "money_and_recovery",
    "of_comparison",
    "step_differences",
    "support_gbp",
    "together_of",
    "what_a_client_is_worth",
    "what_is_proposed",
    "what_it_costs",
    "what_it_harms",
    "what_moves_the_money",
    "what_one_would_do",
    "what_recovery_costs",
    "what_support_buys",
    "where_it_ends",
    "whether_the_cut_bites",
    "who_shows_it",
    "why_it_moved",
    "year_by_year",
]
