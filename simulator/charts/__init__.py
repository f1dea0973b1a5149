"""Charts of what was found: one definition for the app, the report and the picture.

A chart says its message in its title and its unit and period below it. Lines carry dashes and their names at
their right end, so that nothing hangs on colour alone, and each chart has a text alternative.
"""

from .bars import alone_against_together, client_worth, difference_waterfall, waterfall
from .conduct import choices_by_round, price_of_following
from .formulas import lost_alone, recovery_by_formula
from .harms import gained_by_harm, in_pounds, worth_by_day
from .lines import differences_by_year, lines_by_year, lines_for_page
from .local_area import assumptions_shown, fit_shown
from .look import Chart, picture, to_png, to_svg
from .meter import four_moves, meter
from .own_formula import (
    alone_and_together,
    alone_by_formula,
    gains_and_losses,
    meter_by_formula,
    price_by_rule,
    recovery_by_rule,
)
from .ranges import determined, met

__all__ = [
    "Chart",
    "alone_against_together",
    "alone_and_together",
    "alone_by_formula",
    "assumptions_shown",
    "choices_by_round",
    "client_worth",
    "determined",
    "difference_waterfall",
    "differences_by_year",
    "fit_shown",
    "four_moves",
    "gained_by_harm",
    "gains_and_losses",
    "in_pounds",
    "lines_by_year",
    "lines_for_page",
    "lost_alone",
    "met",
    "meter",
    "meter_by_formula",
    "picture",
    "price_by_rule",
    "price_of_following",
    "recovery_by_formula",
    "recovery_by_rule",
    "to_png",
    "to_svg",
    "waterfall",
    "worth_by_day",
]
