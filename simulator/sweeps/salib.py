"""A study as a problem of SALib, for those who want its methods in their own hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import BadInput, Fault
from ..study import Checked, check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..study import Dimension, Study, Written


def to_salib_problem(
    study: str | Path | Mapping[str, Any] | Study | Written | Checked,
) -> dict[str, Any]:
    """A study's dimensions as a problem that SALib's samplers and analyses take.

    Returns
    -------
    `num_vars`, `names`, `bounds`, `dists` and `outputs` (keys of the outcomes). A dimension with another
    distribution than a uniform, triangular, normal or lognormal one stands by its share between 0 and 1, which
    `Dimension.at` turns into a value.

    Raises
    ------
    BadInput
        With every fault of the study; or if a dimension has words for values, which SALib does not know.

    Examples
    --------
    >>> import simulator as sim
    >>> problem = sim.to_salib_problem("study.yaml")
    """
    checked = study if isinstance(study, Checked) else check(study)
    faults = [
        checked.written.fault(
            ("factors", each.name), "have numbers for SALib", "a list", "give a range"
        )
        for each in checked.dimensions
        if each.values is not None
    ]
    if not checked.dimensions:
        advice = "add factors to the study"
        faults.append(Fault("study", "factors", "hold one or more", "none", advice))
    if faults:
        raise BadInput(faults)
    told = [_bounds(each) for each in checked.dimensions]
    return {
        "num_vars": len(told),
        "names": list(checked.names),
        "bounds": [bounds for bounds, _ in told],
        "dists": [kind for _, kind in told],
        "outputs": [each.key for each in checked.outcomes],
    }


def _bounds(dimension: Dimension) -> tuple[list[float], str]:
    """Bounds in SALib's form, and the name of its distribution."""
    import math

    told = dimension.spread.distribution
    if told is None or told.kind == "uniform":
        return [dimension.low, dimension.high], "unif"
    uncut = told.low is None and told.high is None
    if told.kind == "triangular" and told.low is not None and told.high is not None:
        mode = told.mode or 0.0
        return [told.low, told.high, (mode - told.low) / (told.high - told.low)], "triang"
    if told.kind == "normal" and uncut and told.mean is not None and told.sd is not None:
        return [told.mean, told.sd], "norm"
    if told.kind == "lognormal" and uncut and told.median and told.spread:
        return [math.log(told.median), math.log(told.spread)], "lognorm"
    return [0.0, 1.0], "unif"
