"""Files of strangers: whatever their bytes, a check answers, and soon."""

import random
import time
from contextlib import suppress

import pytest

from pipeline.assets.promises import broken_promise, reason_to_leave
from pipeline.credentials.placing.id3 import place_in_id3
from pipeline.credentials.placing.pdf import place_in_pdf
from pipeline.credentials.placing.place import UnplaceableError
from pipeline.credentials.placing.tiff import place_in_tiff
from tests.unit.labels.implicit import audio_video_makers as films
from tests.unit.labels.implicit import makers

FILES = {
    **{name: (makers.media_type_of(name), makers.made(name)) for name in makers.MAKERS if not name.startswith("html")},
    **{
        name: (films.media_type_of(name), films.made(name))
        for name in ("mp4-fragments", "mov", "avi", "wav", "mp3-2.3")
    },
}
PLACES = {"application/pdf": place_in_pdf, "image/tiff": place_in_tiff, "audio/mpeg": place_in_id3}


@pytest.mark.parametrize("name", FILES)
def test_spoiled_bytes_raise_nothing_and_take_no_time(name: str) -> None:
    media_type, body = FILES[name]
    chance = random.Random(name)
    begun = time.process_time()
    for _ in range(60):
        spoiled = bytearray(body)
        for _ in range(chance.randrange(1, 6)):
            spoiled[chance.randrange(min(len(body), 4096))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
        cut = bytes(spoiled[: chance.choice((len(body), chance.randrange(len(body))))])
        for before, after in ((body, cut), (cut, body), (cut, cut + b"!")):
            assert isinstance(broken_promise(before, after, media_type), str | None)
        assert isinstance(reason_to_leave(cut, media_type), str | None)
        if media_type in PLACES:
            with suppress(UnplaceableError):
                place = PLACES[media_type](cut, 3000)
                assert len(place.head) + len(place.tail) > len(cut)
    assert time.process_time() - begun < 20
