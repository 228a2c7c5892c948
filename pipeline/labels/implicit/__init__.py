"""Labels inside files: the implicit label of GB 45438-2025 Appendix E, and what other laws ask for beside it.

Files are parsed here, so this is for child processes (`pipeline.isolation`) wherever strangers' bytes come in.
"""

from pipeline.labels.implicit.aigc import AigcFault, AigcLabel, aigc_json, first_write, parse_aigc
from pipeline.labels.implicit.facts import found_facts
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
    "aigc_json",
    "code_ok",
    "first_write",
    "found_facts",
    "parse_aigc",
    "parse_provider_code",
    "read_labels",
    "row_of",
    "write_labels",
]
