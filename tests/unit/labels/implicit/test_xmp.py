"""XMP packets: marks are merged into what is there, only a file's own properties count, and bounds hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.implicit import FoundLabels, ImplicitRefusedError, LabelsToWrite, xmp
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER

HEAD = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
TAIL = "</rdf:RDF></x:xmpmeta>"
SPACES = (
    'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"'
)


def packet(inside: str, attributes: str = 'rdf:about=""') -> bytes:
    return f"{HEAD}<rdf:Description {attributes} {SPACES}>{inside}</rdf:Description>{TAIL}".encode()


def raws(found: FoundLabels) -> list[str]:
    return [mark.raw for mark in found.aigc]


def test_what_is_written_is_read() -> None:
    assert xmp.found_in([xmp.merge(None, LABELS)]).show(LABELS)


def test_writing_again_changes_nothing_and_other_marks_replace() -> None:
    once = xmp.merge(None, LABELS)
    assert xmp.merge(once, LABELS) == once
    found = xmp.found_in([xmp.merge(once, OTHER)])
    assert found.show(OTHER)
    assert (found.latent, found.digital_source_types) == (LABELS.latent, (AI,))


def test_everything_else_in_a_packet_stays() -> None:
    there = packet(
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Harbour</rdf:li></rdf:Alt></dc:title>"
        "<TC260:AIGC>old</TC260:AIGC>",
        'rdf:about="uuid:1" dc:source="x"',
    )
    merged = xmp.merge(there, LABELS)
    assert b"Harbour" in merged
    assert b'dc:source="x"' in merged
    assert b"old" not in merged
    assert merged.count(b'rdf:about="uuid:1"') == 2
    assert xmp.found_in([merged]).show(LABELS)


@pytest.mark.parametrize(
    "written",
    [
        packet("<TC260:AIGC>{}</TC260:AIGC>"),
        packet("", 'rdf:about="" TC260:AIGC="{}"'),
        packet("<TC260:AIGC><![CDATA[{}]]></TC260:AIGC>"),
        packet("<TC260:AIGC><rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag></TC260:AIGC>"),
        b"\xef\xbb\xbf" + packet("<TC260:AIGC>{}</TC260:AIGC>") + b"\x00\x00",
        packet("<TC260:AIGC>{}</TC260:AIGC>").decode().encode("utf-16"),
    ],
    ids=["element", "attribute", "cdata", "list", "padded", "utf-16"],
)
def test_all_spellings_of_a_property_are_read_and_replaced(written: bytes) -> None:
    assert raws(xmp.found_in([written])) == ["{}"]
    assert xmp.found_in([xmp.merge(written, LABELS)]).show(LABELS)


def test_a_mark_spelled_as_a_structure_is_read_as_the_object_it_stands_for() -> None:
    members = "".join(f"<TC260:{key}>{value}</TC260:{key}>" for key, value in (("Label", "1"), ("ProduceID", "n")))
    found = xmp.found_in([packet(f"<TC260:AIGC rdf:parseType='Resource'>{members}</TC260:AIGC>")])
    assert raws(found) == ['{"Label": "1", "ProduceID": "n"}']


def test_two_marks_in_one_packet_are_two() -> None:
    found = xmp.found_in([packet("<TC260:AIGC>{}</TC260:AIGC>", 'TC260:AIGC="[]"')])
    assert sorted(raws(found)) == ["[]", "{}"]
    assert found.contradictions == ("several-aigc-marks",)


def test_what_is_said_of_an_ingredient_says_nothing_of_the_file() -> None:
    ingredient = "<rdf:Description><TC260:AIGC>{}</TC260:AIGC></rdf:Description>"
    there = packet(f"<xmpMM:Pantry><rdf:Bag><rdf:li>{ingredient}</rdf:li></rdf:Bag></xmpMM:Pantry>")
    assert xmp.found_in([there]) == FoundLabels()
    assert b"Pantry" in xmp.merge(there, LABELS)


def test_of_several_packets_the_first_gets_the_marks_and_the_others_lose_theirs() -> None:
    other = packet("<dc:source>x</dc:source><TC260:AIGC>old</TC260:AIGC>")
    untouched = packet("<dc:source>y</dc:source>")
    written = xmp.rewrite([packet(""), other, untouched], LABELS)
    assert xmp.found_in(written).show(LABELS)
    assert (len(written), b"<dc:source>x" in written[1], written[2]) == (3, True, untouched)


def test_what_is_not_to_be_written_stays() -> None:
    there = xmp.merge(None, LABELS)
    assert xmp.found_in([xmp.merge(there, LabelsToWrite())]).show(LABELS)
    assert not xmp.found_in([xmp.without_aigc(there)]).aigc


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "well-formed"),
        (b"<a/>", "something else"),
        (packet("").replace(b"adobe:ns:meta/", b"other:ns:meta/"), "something else"),
        (packet("\x01"), "well-formed"),
        (packet("&#1;"), "well-formed"),
        (packet("&unknown;"), "well-formed"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + packet(""), "document type"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + packet("&e;"), "document type"),
        (
            b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' + packet("&b;"),
            "document type",
        ),
        (packet("<dc:a>" * 70 + "</dc:a>" * 70), "nested"),
        (packet("<dc:a>" * 100_000), "well-formed"),
        (packet("x" * xmp.MOST_XMP), "longer"),
    ],
)
def test_hostile_packets_are_refused(body: bytes, reason: str) -> None:
    for attempt in (lambda: xmp.found_in([body]), lambda: xmp.merge(body, LABELS), lambda: xmp.rewrite([body], LABELS)):
        with pytest.raises(ImplicitRefusedError, match=reason):
            attempt()


def test_a_packet_that_would_grow_too_long_is_refused() -> None:
    with pytest.raises(ImplicitRefusedError, match="longer"):
        xmp.merge(packet("x" * (xmp.MOST_XMP - 700)), LABELS)


@given(st.data())
def test_a_packet_with_anything_changed_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(xmp.merge(packet("<dc:source>x</dc:source>"), LABELS))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 12))] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"<", b">", b"</", b"&", b'"', b"rdf:", b"<!--", b"]]>", b"<?"])
        )
    try:
        written = xmp.merge(bytes(body), OTHER)
    except ImplicitRefusedError:
        return
    assert xmp.found_in([written]).show(OTHER)
