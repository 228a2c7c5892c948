"""Explicit labels: what a person sees or hears, and whether it is there.

`pipeline.explicit.writing` and `pipeline.explicit.checking` parse untrusted bytes with native libraries and are for
processes that hostile bytes may harm; what is exported here imports none of them.
"""

from pipeline.explicit.errors import ExplicitRefusedError
from pipeline.explicit.model import Checked, Claim, Marked, MarkOrder, Written
from pipeline.explicit.wording import LANGUAGES, WORDINGS, has_ai_token, has_gen_token, names_both

__all__ = [
    "LANGUAGES",
    "WORDINGS",
    "Checked",
    "Claim",
    "ExplicitRefusedError",
    "MarkOrder",
    "Marked",
    "Written",
    "has_ai_token",
    "has_gen_token",
    "names_both",
]
