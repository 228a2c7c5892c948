"""How the peers sign: c2pa-python with everything off that a claim of generation does not need."""

import io
import json
import os
from pathlib import Path
from typing import Final

import c2pa

__all__ = ["context", "sign"]

_SETTINGS: Final = {
    "version": 1,
    "verify": {
        "verify_after_sign": False,
        "verify_after_reading": False,
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
    },
    "builder": {
        "thumbnail": {"enabled": False},
        "actions": {
            "auto_created_action": {"enabled": False},
            "auto_opened_action": {"enabled": False},
            "auto_placed_action": {"enabled": False},
        },
    },
}
_CREATED: Final = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
}
_DEFINITION: Final = json.dumps(
    {
        "claim_generator_info": [{"name": "peer", "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "created": True,
                "data": {"allActionsIncluded": True, "actions": [_CREATED]},
            },
            {"label": "c2pa.ai-disclosure", "created": True, "data": {"modelType": "c2pa.types.model"}},
        ],
    }
)


def context() -> c2pa.Context:
    """What signs: the chain and key in the files that BENCH_CERTIFICATES and BENCH_KEY name."""
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(
            alg=b"es256",
            sign_cert=Path(os.environ["BENCH_CERTIFICATES"]).read_bytes(),
            private_key=Path(os.environ["BENCH_KEY"]).read_bytes(),
            ta_url=None,
        )
    )
    return c2pa.Context.from_dict(_SETTINGS, signer)


def sign(signing: c2pa.Context, body: bytes, media_type: str) -> tuple[bytes, bytes]:
    """The sealed asset and its manifest; text stays as it is, with its manifest beside it."""
    sealed = io.BytesIO()
    builder = c2pa.Builder.from_json(_DEFINITION, signing)
    try:
        if media_type.startswith("text/"):
            builder.set_no_embed()
            return body, builder.sign("application/octet-stream", io.BytesIO(body), sealed)
        manifest = builder.sign(media_type, io.BytesIO(body), sealed)
        return sealed.getvalue(), manifest
    finally:
        builder.close()
