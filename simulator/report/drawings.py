"""The charts of a report as SVG that can stand in a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .. import charts
from ..charts.look import altair, vl_convert
from ..findings import alone_and_together, message, why_it_moved

if TYPE_CHECKING:
    from ..explanation import Explanation
    from ..findings import Finding
    from ..incentives import ClientKept
    from ..replicate import Comparison
    from .study import Study


def check_installed() -> None:
    """Say if what draws charts is missing.

    Raises
    ------
    MissingExtra
        If it is.
    """
    altair()
    vl_convert()


def lines(study: Study, measure: str) -> str:
    """A measure by year under each scenario."""
    title = message(study.comparison, measure, study.names)
    return inline(charts.lines_by_year(study.samples, measure, title, names=study.names))


def differences(study: Study, measure: str) -> str:
    """Differences of a measure by year from the baseline."""
    title = message(study.comparison, measure, study.names)
    return inline(charts.differences_by_year(study.comparison, measure, title, names=study.names))


def waterfall(study: Study, explanation: Explanation) -> str:
    """Why an allocation moved from the first year to the last."""
    name = study.name(explanation.sample)
    title = why_it_moved(explanation, name)
    own = explanation.partnerships[0]
    return inline(charts.waterfall(explanation, own, title, name=name))


def client_worth(kept: ClientKept, finding: Finding) -> str:
    """What a stable client brings in, against the cost."""
    return inline(charts.client_worth(kept, finding.title))


def alone_against_together(comparison: Comparison, finding: Finding) -> str:
    """What one gains or loses alone, and if all do the same."""
    found = alone_and_together(comparison)
    replications = comparison.baseline.replications
    drawn = charts.alone_against_together(found, finding.title, replications=replications)
    return inline(drawn)


def inline(chart: charts.Chart) -> str:
    """SVG as it stands inside HTML, where it needs no name space."""
    return re.sub(r' xmlns(?::xlink)?="[^"]*"', "", charts.to_svg(chart))
