"""The contract of the C2PA Soft Binding Resolution API: as published, and as it can be kept.

`softbinding-resolution-api-1.1.0.yaml` is the OpenAPI document "C2PA Soft Binding Resolution API", version 1.1.0, by
the Coalition for Content Provenance and Authenticity (https://c2pa.org/specifications), under the Creative Commons
Attribution 4.0 International licence (https://creativecommons.org/licenses/by/4.0/), without a change. Whoever serves
or tests what `errata` makes of it says that it was changed.
"""

from console.doors.contract.errata import ERRATA, Erratum, WantedTokens, corrected, published, served

__all__ = ["ERRATA", "Erratum", "WantedTokens", "corrected", "published", "served"]
