"""Labels inside files: the implicit label of GB 45438-2025 Appendix E, and what other laws ask for beside it.

Files are parsed here, so this is for child processes (`pipeline.isolation`) wherever strangers' bytes come in.
"""

from pipeline.labels.implicit.aigc import AigcFault, AigcLabel, first_write, parse, to_json
from pipeline.labels.implicit.facts import facts_of
from pipeline.labels.implicit.model import FoundLabel, FoundLabels, LabelsToWrite, Latent
from pipeline.labels.implicit.provider_code import ProviderCode, code_ok, parse_provider_code
from pipeline.labels.implicit.table import ROWS, Row, read_labels, row_of, write_labels
from pipeline.labels.refused import ImplicitRefusedError

__all__ = [
    "ROWS",
    "AigcFault",
    "AigcLabel",
    "FoundLabel",
    "FoundLabels",
    "ImplicitRefusedError",
    "LabelsToWrite",
    "Latent",
    "ProviderCode",
    "Row",
    "code_ok",
    "facts_of",
    "first_write",
    "parse",
    "parse_provider_code",
    "read_labels",
    "row_of",
    "to_json",
    "write_labels",
]
