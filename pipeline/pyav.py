"""Whether PyAV is here, which decodes and encodes sound and video.

It is an extra, `sealstream[media]`: its wheels carry the encoders x264 and x265, which are GPL-2.0-or-later. Without it
everything of sound and video works that goes by the bytes of their containers: manifests, implicit labels, look-up.
"""

from importlib.util import find_spec
from typing import Final

__all__ = ["HAS_PYAV", "WITHOUT_PYAV"]

HAS_PYAV: Final = find_spec("av") is not None

WITHOUT_PYAV: Final = "the extra sealstream[media], which decodes and encodes sound and video, is not installed"
"""What is said wherever that matters; a part of a sentence."""
