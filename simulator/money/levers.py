"""A lever's value in a year and for a group."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

T = TypeVar("T")


def in_year(lever: T | tuple[T, ...], year: int) -> T:
    """A lever's value in a year, counted from 0; the last year's value holds ever after."""
    return lever[min(year, len(lever) - 1)] if isinstance(lever, tuple) else lever


Lever: TypeAlias = float | tuple[float, ...] | dict[str, float | tuple[float, ...]]
"""One value, one for each year, or either for each group."""


def for_group(lever: T | dict[str, T], group: str) -> T:
    """A lever's value for a group."""
    return lever[group] if isinstance(lever, dict) else lever


def setting(lever: Lever, group: str, year: int) -> float:
    """A lever's value for a group in a year."""
    own = lever[group] if isinstance(lever, dict) else lever
    return in_year(own, year)
