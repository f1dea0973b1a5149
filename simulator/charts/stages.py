"""How the stages in which people stand are drawn: their order, their colours, and their names on a narrow chart."""

from __future__ import annotations

from ..flows import NAMES, Stage
from ..wording import sentence_case
from .look import INK, PALETTE

ORDER = (
    Stage.IN_RECOVERY,
    Stage.READY,
    Stage.IN_TREATMENT,
    Stage.WAITING,
    Stage.UNTREATED,
    Stage.PRISON,
    Stage.STOPPED,
    Stage.MOVED_AWAY,
    Stage.DIED,
    Stage.NOT_YET,
)
"""From the top."""
COLOURS = {
    Stage.IN_RECOVERY: PALETTE[1],
    Stage.READY: PALETTE[5],
    Stage.IN_TREATMENT: PALETTE[0],
    Stage.WAITING: PALETTE[3],
    Stage.UNTREATED: PALETTE[2],
    Stage.PRISON: PALETTE[4],
    Stage.STOPPED: "#767676",
    Stage.MOVED_AWAY: "#767676",
    Stage.DIED: INK,
    Stage.NOT_YET: "#949494",
}
TEXT_ON = {
    stage: "white"
    if stage
    in (
        Stage.IN_TREATMENT,
        Stage.UNTREATED,
        Stage.PRISON,
        Stage.STOPPED,
        Stage.MOVED_AWAY,
        Stage.DIED,
    )
    else INK
    for stage in ORDER
}
"""The colour of text that stands on a stage's colour."""
SHORT = {
    Stage.IN_RECOVERY: "Recovery",
    Stage.READY: "In treatment, ready",
    Stage.IN_TREATMENT: "In treatment, not ready",
    Stage.WAITING: "Waiting",
    Stage.UNTREATED: "Untreated",
    Stage.PRISON: "Prison",
    Stage.STOPPED: "Stopped",
    Stage.MOVED_AWAY: "Moved away",
    Stage.DIED: "Died",
    Stage.NOT_YET: "Came later",
}
LONG = {stage: sentence_case(NAMES[stage]) for stage in ORDER} | {
    Stage.READY: "In treatment, ready",
    Stage.NOT_YET: "Came to need treatment later",
}
