"""Reference sets in a worker: read from their compacted topics, and kept up with them without a restart.

`book` decides and knows neither Kafka nor a clock; `references` has it follow the topics, by `agents.following`.

    references = references_of(kafka_settings)          # anywhere; `references.current` is empty for now
    async with references.following(outbox.alert):      # returns when everything is loaded
        references.current                              # from any thread
        references.trouble                              # for /readyz
"""

from agents.reference.observing import ReferenceObserver
from agents.reference.opening import references_of
from agents.reference.references import References
from agents.reference.settings import ReferenceSettings

__all__ = ["ReferenceObserver", "ReferenceSettings", "References", "references_of"]
