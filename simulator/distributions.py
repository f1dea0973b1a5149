"""Durations: from a person's own luck to days.

Luck is a threshold drawn from the unit exponential, or a standard normal. A duration is what the hazard
makes of it, so the same person reacts to a changed hazard with the same luck. All functions take numbers or
arrays of numbers.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Days = TypeVar("Days", float, NDArray[np.float64])

NEVER = math.inf


def scale(days: float | None) -> float:
    """A scale or median in days; ``None`` means that the thing never happens."""
    return NEVER if days is None else days


def exponential_days(threshold: float, rate_per_day: float) -> float:
    """Days until a constant hazard has used up the threshold; never, where the hazard is 0."""
    return threshold / rate_per_day if rate_per_day else NEVER


def weibull_hazard(days: float, shape: float, scale_days: float) -> float:
    """Cumulative hazard ``(days / scale) ** shape``."""
    return (days / scale_days) ** shape


def weibull_days(threshold: Days, shape: float, scale_days: float, served_days: Days | float = 0.0) -> Days:
    """Days still to come, after some are served, until a Weibull hazard has used up the threshold."""
    if scale_days == NEVER:
        return threshold * NEVER
    if isinstance(served_days, float) and served_days == 0:
        return scale_days * threshold ** (1 / shape)
    return scale_days * ((served_days / scale_days) ** shape + threshold) ** (1 / shape) - served_days


def lognormal_days(normal: Days, median_days: float, sigma: float) -> Days:
    """Days of a lognormal duration: ``median * exp(sigma * z)``."""
    return median_days * math.e ** (sigma * normal)


def two_step_days(
    threshold: float, first_rate: float, first_days: float, later_rate: float, served_days: float = 0.0
) -> float:
    """Days still to come until a hazard that changes once has used up the threshold.

    Parameters
    ----------
    first_rate, later_rate
        Hazard a day before and after ``first_days``.
    served_days
        How many days have passed already.
    """
    first_left = max(0.0, first_days - served_days)
    used_first = first_rate * first_left
    if threshold < used_first:
        return threshold / first_rate
    return first_left + exponential_days(threshold - used_first, later_rate)
