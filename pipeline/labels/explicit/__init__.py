"""Explicit labels: what a person sees or hears, and whether it is there.

`writing` and `checking` in here parse untrusted bytes with native libraries and are for processes that hostile bytes
may harm; what is exported here imports none of them.
"""

from pipeline.labels.explicit.model import Checked, LabelClaim, LabeledFile, LabelOrder, Written
from pipeline.labels.explicit.wording import LABEL_LANGUAGES, WORDINGS, has_ai_token, has_gen_token, names_both
from pipeline.labels.refused import ExplicitRefusedError

__all__ = [
    "LABEL_LANGUAGES",
    "WORDINGS",
    "Checked",
    "ExplicitRefusedError",
    "LabelClaim",
    "LabelOrder",
    "LabeledFile",
    "Written",
    "has_ai_token",
    "has_gen_token",
    "names_both",
]
