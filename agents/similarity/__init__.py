"""What was sealed, in a worker: fingerprints of every manifest record, read from their topic and kept up with it.

`shards` decides and knows neither Kafka nor a clock; `known` runs it, with the port and the clockwork of
`agents.reference`.

    known = known_fingerprints_of(kafka_settings)       # anywhere; nothing is known for now
    async with known.following():                       # returns when everything is loaded
        known.nearest(fingerprint)                      # from any thread
        known.trouble                                   # for /readyz
"""

from agents.similarity.known import SealedFingerprints, known_fingerprints_of

__all__ = ["SealedFingerprints", "known_fingerprints_of"]
