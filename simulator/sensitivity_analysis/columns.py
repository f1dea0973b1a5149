"""What the columns of the tables mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tabled import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

MEANS = {
    "scenario": "Name of the scenario that is looked at",
    "baseline": "Name of the scenario that is taken off; empty where the outcome itself is looked at",
    "outcome": "Measure and year, such as in_recovery@last; net is the net benefit",
    "unit": "Unit of the outcome, and of what is told of it",
    "dimension": "Name of the assumption",
    "replications": "How many replications there are, with the same luck everywhere",
    "verdict": "Why a sign, or a value, cannot be told; empty where it can",
    "rank": "1 for the assumption that moves this number most",
    "left_out": "How many walks, samples or worlds were left out whole, because a cell failed",
    "value": "Value of the assumption; of a list, the place in it from 0",
    "said": "The same as it is read",
    "low": "Lower end of the 95% interval",
    "high": "Upper end of the 95% interval",
    "mc_error": "Standard error over replications, by luck alone",
    "worlds": "How many worlds there are",
    "share": "Part of the whole, from 0 to 1",
}
"""In any table, where nothing else is said of it."""

OWN: Mapping[str, Mapping[str, str]] = {
    "tornado": {
        "end": "Where the assumption is moved: low, high, or a listed value",
        "level": "The number where the assumption stands there, all others as they are",
        "change": "Mean paired change from the number as it is",
    },
    "morris": {
        "mu": "Mean change of the number for a move over the whole range of the assumption",
        "mu_low": "Lower end of the 95% interval of mu over replications",
        "mu_high": "Upper end of the 95% interval of mu over replications",
        "mu_star": "Mean change without regard to sign",
        "low": "Lower end of the 95% interval of mu_star over walks",
        "high": "Upper end of the 95% interval of mu_star over walks",
        "sigma": "Standard deviation of the change over walks: how far it hangs on all the others",
        "mc_error": "Standard error of one change over replications, in the mean square",
        "trajectories": "How many walks went through",
    },
    "sobol": {
        "other": "Second assumption of a pair; empty for one by itself",
        "index": "S1 by itself, ST with what goes through others, S2 of a pair beyond both by themselves",
        "share": "Part of the number's variance over all worlds; an estimate may lie below 0 or above 1",
        "by_chance": "What ST would be of an assumption that does nothing, by luck alone",
        "base_samples": "How many base samples went through",
    },
    "chance": {
        "source": "assumptions: what is not known; luck: the same in every world; both: luck that differs by world",
        "spread": "Standard deviation by this source, in the unit of the outcome",
        "share": "Part of the variance of single runs",
    },
    "ahead": {
        "better": "Whether higher or lower is better; empty where it was not said, and ahead means higher",
        "clearly_ahead": "Worlds in which the 95% interval over replications lies on the better side",
        "clearly_behind": "Worlds in which it lies on the worse side",
        "too_close": "Worlds in which it holds zero",
        "alike": "Worlds in which all replications come to exactly the same",
        "ahead": "Worlds in which the scenario is ahead on average, clearly or not",
        "share": "ahead as part of all worlds, with a 95% interval as worlds are a sample",
        "runs_share": "Part of single runs, a world with its luck, in which the scenario is ahead",
    },
    "switches": {
        "others": "Whether all other assumptions are as they are, or uncertain",
        "found": "switches; too close to call; none in the range; cannot be told",
        "sign_changes": "How often the mean difference changes sign along the range",
        "number": "Which of the switches along this assumption, from 1; 0 for none, and for a list",
        "value": "Value of the assumption at which the lead changes",
        "low": "Value from which on the difference is too close to call; missing where that begins at the range's end",
        "high": "Value up to which it is too close to call; missing where that goes on to the range's end",
        "ahead_below": "Who is ahead below the value",
        "ahead_above": "Who is ahead above it",
        "ahead_at": "Of a list: the values at which the scenario is ahead of the baseline",
    },
    "curves": {"mean": "Mean of the number at the value, all other assumptions as they are"},
    "knowing": {
        "what": "everything, one assumption, or a group",
        "known": "What would be found out before choosing: its name",
        "value": "How much better the choice would be at most, corrected for noise, in the unit of the outcome",
        "value_gbp": "The same in pounds; missing where no worth was given",
        "low_gbp": "Lower end of its 95% interval, in pounds",
        "high_gbp": "Upper end of its 95% interval, in pounds",
        "share_of_all": "Part of the value of knowing everything",
        "low": "Lower end of the 95% interval of the cautious estimate, or 0: no value seen",
        "high": "Upper end of the 95% interval of the value",
        "cautious": "Chosen on one half of worlds and luck, judged on the other: too low if anything",
        "uncorrected": "Chosen and judged on the same sample, before the correction",
    },
}
"""In one table, where it is not what it is in the others."""


def column_table(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What each column of each table means: one row for each."""
    rows = (
        {"table": name, "column": column, "meaning": OWN[name].get(column) or MEANS[column]}
        for name, table in tables.items()
        for column in table.columns
    )
    return table_of(rows, ("table", "column", "meaning"))
