"""Parameter sets of two encoders in one configuration record: H.264, H.265, and ISO/IEC 14496-15 for the record.

Pictures name their parameter sets by number. So pictures of two encoders can follow each other in one track if the
record has the sets of both, under different numbers; nothing is put between the pictures, and the sample entries `avc1`
and `hvc1` promise what they did.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

__all__ = ["Avc", "Hevc", "Joint", "NotJoinableError", "Plain", "joint_of"]

_LENGTH: Final = struct.Struct(">H")
_AVC_IDR, _AVC_SPS, _AVC_PPS = 5, 7, 8
_AVC_PROFILES: Final[Mapping[int, str]] = {66: "baseline", 77: "main", 100: "high"}
_HEVC_IDR, _HEVC_VPS, _HEVC_SPS, _HEVC_PPS = (19, 20), 32, 33, 34
_HEVC_SLICES, _HEVC_RANDOM_ACCESS = range(32), range(16, 24)
_HEVC_PPS_NUMBERS: Final = tuple(number for number in range(16, 31) if (number + 1) % 4)
"""Numbers that take eight bits more than 0 does, so that a slice gets one byte longer and no bit behind them moves; and
that leave no byte zero, so that no start code comes about."""


class NotJoinableError(Exception):
    """Pictures of the two encoders cannot be in one track."""


class Joint(Protocol):
    """How pictures of an encoder of ours come before those of another one."""

    @property
    def options(self) -> Mapping[str, str]:
        """What the encoder is asked for, beside what keeps the quality."""
        ...

    def starts_anew(self, packet: bytes) -> bool:
        """Whether a key frame needs nothing before it, nor anything after it does; all packets are to be shown."""
        ...

    def configuration(self, ours: bytes | None) -> bytes | None:
        """The record for both, given that of our encoder.

        Raises:
            NotJoinableError: there can be none.
        """
        ...

    def rewritten(self, packet: bytes) -> bytes:
        """A packet of our encoder as it goes into the track."""
        ...


def joint_of(codec: str, configuration: bytes | None) -> Joint:
    """What joins pictures of a codec.

    Args:
        codec: as FFmpeg calls it.
        configuration: the record of the track.

    Raises:
        NotJoinableError: nothing does.
    """
    try:
        match codec:
            case "vp8" | "vp9":
                return Plain(configuration)
            case "h264" if configuration and configuration[0] == 1:
                return Avc(configuration)
            case "hevc" if configuration and configuration[0] == 1:
                return Hevc(configuration)
    except (IndexError, struct.error) as error:
        raise NotJoinableError from error
    raise NotJoinableError


class Plain:
    """Key frames that say everything themselves: VP8 and VP9."""

    options: Mapping[str, str] = {}

    def __init__(self, configuration: bytes | None) -> None:
        self._configuration = configuration

    def starts_anew(self, packet: bytes) -> bool:  # noqa: ARG002 (as the others)
        """See `Joint.starts_anew`."""
        return True

    def configuration(self, ours: bytes | None) -> bytes | None:  # noqa: ARG002 (as the others)
        """See `Joint.configuration`."""
        return self._configuration

    def rewritten(self, packet: bytes) -> bytes:
        """See `Joint.rewritten`."""
        return packet


class Avc:
    """H.264: the encoder is told which number its sets shall have."""

    def __init__(self, record: bytes) -> None:
        self._width = (record[4] & 3) + 1
        self._head = bytearray(record[:5])
        self._sps, at = _listed(record, 6, record[5] & 31)
        self._pps, at = _listed(record, at + 1, record[at])
        self._tail = record[at:]
        self._used: set[int] = set()
        for unit in (*self._sps, *self._pps):
            self._note(unit)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Joint.options`."""
        profile, level = _AVC_PROFILES.get(self._head[1]), self._head[3]
        if profile is None:
            raise NotJoinableError
        number = next((number for number in range(32) if number not in self._used), None)
        if number is None:
            raise NotJoinableError
        return {"profile": profile, "level": str(level), "x264-params": f"sps-id={number}"}

    def starts_anew(self, packet: bytes) -> bool:
        """See `Joint.starts_anew`."""
        units = list(_units(packet, self._width))
        for unit in units:
            self._note(unit)
        return any(unit[0] & 31 == _AVC_IDR for unit in units)

    def configuration(self, ours: bytes | None) -> bytes:
        """See `Joint.configuration`."""
        units = _separate(ours or b"")
        sps = [unit for unit in units if unit[0] & 31 == _AVC_SPS]
        pps = [unit for unit in units if unit[0] & 31 == _AVC_PPS]
        if not sps or not pps or any(unit[1] != self._head[1] for unit in sps):
            raise NotJoinableError
        head = self._head.copy()
        for unit in sps:
            head[2] &= unit[2]
            head[3] = max(head[3], unit[3])
        counted = bytes([0xE0 | len(self._sps + sps)]), bytes([len(self._pps + pps)])
        return bytes(head) + counted[0] + _list(self._sps + sps) + counted[1] + _list(self._pps + pps) + self._tail

    def rewritten(self, packet: bytes) -> bytes:
        """See `Joint.rewritten`."""
        return b"".join(len(unit).to_bytes(self._width, "big") + unit for unit in _separate(packet))

    def _note(self, unit: bytes) -> None:
        # Our encoder numbers both kinds alike, so neither may be used.
        if unit[0] & 31 == _AVC_SPS:
            self._used.add(_number(_bits(unit[4:20])))
        elif unit[0] & 31 == _AVC_PPS:
            self._used.add(_number(_bits(unit[1:17])))


class Hevc:
    """H.265: the encoder numbers its sets from 0, so they get other numbers behind its back."""

    options: Mapping[str, str] = {"x265-params": "log-level=none:open-gop=0:bframes=0:high-tier=0:repeat-headers=0"}

    def __init__(self, record: bytes) -> None:
        self._width = (record[21] & 3) + 1
        self._head = bytearray(record[:22])
        self._arrays: list[tuple[int, list[bytes]]] = []
        self._used: dict[int, set[int]] = {_HEVC_VPS: set(), _HEVC_SPS: set(), _HEVC_PPS: set()}
        at = 23
        for _ in range(record[22]):
            kind = record[at]
            units, at = _listed(record, at + 3, _LENGTH.unpack_from(record, at + 1)[0])
            self._arrays.append((kind, units))
            for unit in units:
                self._note(unit)
        self._pps_number = 0

    def starts_anew(self, packet: bytes) -> bool:
        """See `Joint.starts_anew`."""
        units = list(_units(packet, self._width))
        for unit in units:
            self._note(unit)
        return any(_hevc_kind(unit) in _HEVC_IDR for unit in units)

    def configuration(self, ours: bytes | None) -> bytes:
        """See `Joint.configuration`."""
        free = (range(16), range(16), _HEVC_PPS_NUMBERS)
        chosen = [
            next((number for number in numbers if number not in self._used[kind]), None)
            for kind, numbers in zip((_HEVC_VPS, _HEVC_SPS, _HEVC_PPS), free, strict=True)
        ]
        vps, sps, pps = chosen
        if vps is None or sps is None or pps is None:
            raise NotJoinableError
        self._pps_number = pps
        head, arrays = self._head.copy(), [(kind, list(units)) for kind, units in self._arrays]
        for unit in _separate(ours or b""):
            made, kind = _renumbered(unit, vps, sps, pps), _hevc_kind(unit)
            if made is None:
                continue
            if kind == _HEVC_SPS:
                _agree(head, _plain(unit)[2:])
            home = next((units for other, units in arrays if other & 63 == kind), None)
            if home is None:
                raise NotJoinableError
            home.append(made)
        return (
            bytes(head)
            + bytes([len(arrays)])
            + b"".join(bytes([kind]) + _LENGTH.pack(len(units)) + _list(units) for kind, units in arrays)
        )

    def rewritten(self, packet: bytes) -> bytes:
        """See `Joint.rewritten`."""
        units = (self._pointed(unit) for unit in _separate(packet) if _hevc_kind(unit) in _HEVC_SLICES)
        return b"".join(len(unit).to_bytes(self._width, "big") + unit for unit in units)

    def _pointed(self, unit: bytes) -> bytes:
        """A slice that names our set: behind one flag, or two of a key frame, a 1 stands for the number 0."""
        flags = 2 if _hevc_kind(unit) in _HEVC_RANDOM_ACCESS else 1
        first = f"{unit[2]:08b}"
        if first[flags] != "1":
            raise NotJoinableError
        longer = first[:flags] + _coded(self._pps_number) + first[flags + 1 :]
        return unit[:2] + int(longer, 2).to_bytes(2, "big") + unit[3:]

    def _note(self, unit: bytes) -> None:
        kind = _hevc_kind(unit)
        if kind in self._used:
            bits = _bits(_plain(unit)[2:])
            at = _hevc_number_at(kind, bits)
            self._used[kind].add(int(bits[:4], 2) if kind == _HEVC_VPS else _number(bits[at:]))


def _agree(head: bytearray, sps: bytes) -> None:
    """Let the head of a record be true of a further set: profile and tier the same, flags of both, the higher level."""
    if head[1] != sps[1]:
        raise NotJoinableError
    for at in range(2, 12):
        head[at] &= sps[at]
    head[12] = max(head[12], sps[12])


def _renumbered(unit: bytes, vps: int, sps: int, pps: int) -> bytes | None:
    """A parameter set under another number; None of anything else."""
    kind, bits = _hevc_kind(unit), _bits(_plain(unit)[2:])
    if kind == _HEVC_VPS:
        bits = f"{vps:04b}" + bits[4:]
    elif kind == _HEVC_SPS:
        at = _hevc_number_at(kind, bits)
        bits = f"{vps:04b}" + bits[4:at] + _coded(sps) + _behind_number(bits[at:])
    elif kind == _HEVC_PPS:
        bits = _coded(pps) + _coded(sps) + _behind_number(_behind_number(bits))
    else:
        return None
    whole = bits.rstrip("0")
    whole += "0" * (-len(whole) % 8)
    return unit[:2] + _guarded(int(whole, 2).to_bytes(len(whole) // 8, "big"))


def _hevc_kind(unit: bytes) -> int:
    return unit[0] >> 1 & 63


def _hevc_number_at(kind: int, bits: str) -> int:
    """Where the number of a set begins: of a sequence's, behind its profile, which takes more with layers of time."""
    if kind != _HEVC_SPS:
        return 0
    if int(bits[4:7], 2):
        raise NotJoinableError
    return 8 + 96


def _bits(data: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in data)


def _number(bits: str) -> int:
    """The Exp-Golomb number with which bits begin."""
    zeros = bits.index("1") if "1" in bits else len(bits)
    return int(bits[zeros : 2 * zeros + 1] or "1", 2) - 1


def _behind_number(bits: str) -> str:
    return bits[2 * bits.index("1") + 1 :]


def _coded(number: int) -> str:
    """A number as Exp-Golomb bits."""
    bits = f"{number + 1:b}"
    return "0" * (len(bits) - 1) + bits


def _plain(unit: bytes) -> bytes:
    """Without the bytes that keep start codes out."""
    return unit.replace(b"\0\0\3", b"\0\0")


def _guarded(data: bytes) -> bytes:
    made = bytearray()
    for byte in data:
        if byte <= 3 and made[-2:] == b"\0\0":  # noqa: PLR2004
            made.append(3)
        made.append(byte)
    return bytes(made)


def _separate(stream: bytes) -> list[bytes]:
    """The units between start codes; none ends in a zero."""
    return [unit for part in stream.split(b"\0\0\1") if (unit := part.rstrip(b"\0"))]


def _units(packet: bytes, width: int) -> Iterator[bytes]:
    """The units of a packet, each behind its length."""
    at = 0
    while at + width < len(packet):
        length = int.from_bytes(packet[at : at + width], "big")
        if not 0 < length <= len(packet) - at - width:
            raise NotJoinableError
        yield packet[at + width : at + width + length]
        at += width + length


def _listed(record: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    units = []
    for _ in range(count):
        length = _LENGTH.unpack_from(record, at)[0]
        units.append(record[at + 2 : at + 2 + length])
        at += 2 + length
    if any(not unit for unit in units):
        raise NotJoinableError
    return units, at


def _list(units: list[bytes]) -> bytes:
    return b"".join(_LENGTH.pack(len(unit)) + unit for unit in units)
