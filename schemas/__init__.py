"""The public contract: what producers send and consumers receive, as JSON Schema 2020-12.

Every message version has one file, `<name>.schema.json`; what messages share is in `common.v*.schema.json`. The
schemas describe the data of a CloudEvent, which in binary mode is the whole Kafka value. `asyncapi.yaml` describes
the topics, `examples/` shows every message, and `released/` holds what was released, for `compatibility`. Two more
schemas, `policy-*`, are of files that people write: policy packs and their examples.

    violation = first_violation(validator("generation-event.v1"), data)

The `$id`s are under a host of the reserved domain `.invalid`, so that relative references work in every JSON Schema
library and in every tool that goes by file names, and nobody can ever be asked for a schema over the network.
"""

from .loader import load, names, validator
from .violations import Violation, first_violation

__all__ = ["Violation", "first_violation", "load", "names", "validator"]
