"""Visits that no page wrote: those that are refused, with the name of what is wrong, and those that are only strange."""

from __future__ import annotations

from simulator.proposal import OWN, Proposal

FILE = Proposal().with_changes({"plan.move_on_delay_days": 90.0}).file_text()
OTHERS = """extends: baseline_2008
title: Many
question: How many?
description: More than may be looked at while they run.
formula: {rest: {partnerships: 0}}
partnerships: {A: {size: 100.0}}
"""
CHOOSING = """extends: eight_follow_the_money
title: They choose
question: What do they choose?
description: Partnerships that choose for themselves.
"""
IMAGE = "![x](https://evil.example/a.png)"


def _own(changes=(), file=FILE, **more):
    plan = {"base": OWN, "own_file": file, "changes": [list(each) for each in changes]}
    return {"plan": plan, "against": OWN} | more


REFUSED = [
    ({"seed": -1}, "seed"),
    ({"replications": 10**9}, "replications"),
    ({"against": "/etc/passwd"}, "what it is compared with"),
    ({"against": "eight_park"}, "what it is compared with"),
    ({"plan": {"base": "long_waits"}, "against": "baseline_2008"}, "what it is compared with"),
    ({"plan": {"base": "park"}, "against": OWN}, "what it is compared with"),
    ({"plan": {"base": "/etc/passwd"}}, "base"),
    ({"plan": {"base": "england_2008"}, "against": "england_2008"}, "base"),
    ({"plan": {"changes": [["plan.nothing", 1]]}}, "plan.nothing"),
    ({"plan": {"changes": [["plan.stretch_share", "lots"]]}}, "plan.stretch_share"),
    ({"plan": {"changes": [["nope.x.y", 1]]}}, "nope.x.y"),
    ({"plan": {"changes": [["extends", "england_2008"]]}}, "extends"),
    ({"plan": {"changes": [["plan", 3], ["plan.stretch_share", 0.1]]}}, "plan.stretch_share"),
    ({"plan": {"changes": [["partnerships", {"A": {"size": 100.0}}]]}}, "people times years"),
    ({"plan": {"acting": "nobody"}}, "plan.acting"),
    ({"plan": {"title": "x" * 3000}}, "title or reason"),
    ({"plan": {"numbered": 10**9}}, "numbered"),
    ({"plan": []}, "plan"),
    ({"plan": {"base": OWN, "own_file": 3}, "against": OWN}, "plan.own_file"),
    ({"plan": {"base": OWN, "own_file": "extends: /etc/passwd.yaml"}, "against": OWN}, "extends"),
    ({"plan": {"base": "park", "own_file": "{"}}, "the file"),
    ({"unknown": 1}, "unknown"),
    ({"files": 3}, "files"),
    ({"saved": [{}] * 13}, "saved"),
    ({"saved": [{"title": "One"}, {"title": "One"}]}, "saved"),
    ({"saved": [{"title": "One", "base": "nope"}]}, "base"),
    ({"saved": [{"title": "One", "base": OWN, "own_file": "{"}]}, "the file"),
    (_own([("nope.x.y", 1)]), "nope.x.y"),
    (_own([("plan.nope.y", 1)]), "plan.nope.y"),
    (_own([("partnerships", 3)]), "partnerships"),
    (_own([("partnerships", {"A": 3})]), "partnerships.A"),
    (_own(file=OTHERS), "people times years"),
    (_own(file=CHOOSING), "behaviour"),
    (_own(file="#" * 400_000), "files of areas"),
]
FINE = [
    {
        "plan": {
            "title": IMAGE,
            "reason": IMAGE,
            "changes": [["world.support.cost_gbp_per_week", 30.0]],
        }
    },
    {"plan": {"title": "=1+1", "reason": "<script>"}, "saved": [{"title": IMAGE, "reason": IMAGE}]},
    {"plan": {"changes": [["formula.lag_years", 3]]}},
    {"plan": {"changes": [["formula.floor_share", 5.0], ["formula.ceiling_share", 9.0]]}},
    _own(saved=[{"title": "Park", "base": "park"}, {"title": "一", "base": OWN, "own_file": FILE}]),
    {"made_with": [3], "saved": [{"base": "long_waits"}]},
]
