"""A client certificate that is replaced in its file is shown from then on; half a pair changes nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agents.kafka_connection import connection
from agents.settings import KafkaSettings
from devstack.certificates import TlsAuthority
from pipeline.errors import OperatorError


@asynccontextmanager
async def listening(authority: TlsAuthority, seen: list[int]) -> AsyncIterator[int]:
    """A server that notes the serial number of each client's certificate; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server"))
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(int(writer.get_extra_info("peercert")["serialNumber"], 16))
        writer.write(b"!")
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def connect(port: int, context: object) -> None:
    assert isinstance(context, ssl.SSLContext)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    assert await reader.read(1) == b"!"
    writer.close()


async def test_a_renewed_certificate_is_shown_from_the_next_connection_on(tmp_path: Path) -> None:
    authority, seen = TlsAuthority(tmp_path), list[int]()
    certificate, key = authority.issue("client")
    settings = KafkaSettings(security_protocol="SSL", ssl_ca=authority.file, ssl_cert=certificate, ssl_key=key)
    context = connection(settings)["ssl_context"]
    async with listening(authority, seen) as port:
        await connect(port, context)
        old_key = key.read_bytes()
        authority.issue("client")
        new_key = key.read_bytes()
        key.write_bytes(old_key)  # as it is while only one of the two is there
        await connect(port, context)
        assert seen[1] == seen[0]
        key.write_bytes(new_key)
        await connect(port, context)
        await connect(port, context)
    assert seen[2] == seen[3] != seen[0]


@pytest.mark.parametrize("left_out", ["ssl_cert", "ssl_key"])
def test_half_a_pair_is_refused_at_start(left_out: str, tmp_path: Path) -> None:
    certificate, key = TlsAuthority(tmp_path).issue("client")
    pair: dict[str, Path | None] = {"ssl_cert": certificate, "ssl_key": key, left_out: None}
    with pytest.raises(OperatorError, match="SEALSTREAM_KAFKA_SSL_KEY"):
        connection(KafkaSettings(security_protocol="SSL", **pair))  # type: ignore[arg-type]


def test_a_key_of_another_certificate_is_refused_at_start(tmp_path: Path) -> None:
    authority = TlsAuthority(tmp_path)
    certificate, _ = authority.issue("client")
    _, key = authority.issue("another")
    with pytest.raises(OperatorError, match="belong together"):
        connection(KafkaSettings(security_protocol="SSL", ssl_cert=certificate, ssl_key=key))
