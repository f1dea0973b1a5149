"""Durations: from a person's own luck to days.

Luck is a threshold drawn from the unit exponential, or a standard normal. A duration is what the hazard
makes of it, so the same person reacts to a changed hazard with the same luck.
"""

from __future__ import annotations

import math

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


def weibull_days(
    threshold: float, shape: float, scale_days: float, served_days: float = 0.0
) -> float:
    """Days still to come, after some are served, until a Weibull hazard has used up the threshold."""
    if not served_days:
        return scale_days * threshold ** (1 / shape)
    used = (served_days / scale_days) ** shape
    return scale_days * (used + threshold) ** (1 / shape) - served_days


def lognormal_days(normal: float, median_days: float, sigma: float) -> float:
    """Days of a lognormal duration: ``median * exp(sigma * z)``."""
    return median_days * math.exp(sigma * normal)


def two_step_days(
    threshold: float,
    first_rate: float,
    first_days: float,
    later_rate: float,
    served_days: float = 0.0,
) -> float:
    """Days still to come until a hazard that changes once has used up the threshold.

    Parameters
    ----------
    first_rate, later_rate
        Hazard a day before and after ``first_days``.
    served_days
        How many days have passed already.
    """
    first_left = first_days - served_days if first_days > served_days else 0.0
    used_first = first_rate * first_left
    if threshold < used_first:
        return threshold / first_rate
    return first_left + ((threshold - used_first) / later_rate if later_rate else NEVER)
