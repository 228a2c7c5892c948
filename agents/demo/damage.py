"""What happens to sealed bytes on their way, one bit at a time."""

__all__ = ["flip_in_the_claim", "flip_in_the_middle", "flip_in_the_structure"]


def flip_in_the_middle(body: bytes) -> bytes:
    """Change one bit where the picture is: a manifest lies at the beginning or at the end."""
    return _flip(body, len(body) // 2)


def flip_in_the_claim(body: bytes) -> bytes:
    """Change one bit of what the claim says, so that the signature fits no more."""
    return _flip(body, body.index(b"sealstream", body.index(b"claim_generator_info")))


def flip_in_the_structure(body: bytes) -> bytes:
    """Change one bit of a name the specification asks for, so that the claim is none any more."""
    return _flip(body, body.index(b"claim_generator_info") + 3)


def _flip(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
