"""What a study asks: scenarios, what varies, which points, how many runs, and what is read off."""

from .checked import Checked, check
from .dimension import Dimension
from .outcome import Outcome
from .reading import SECTIONS, Written, is_study, read_study, study_names
from .schema import Factor, Study

__all__ = [
    "SECTIONS",
    "Checked",
    "Dimension",
    "Factor",
    "Outcome",
    "Study",
    "Written",
    "check",
    "is_study",
    "read_study",
    "study_names",
]
