"""The connection to Temporal, the same for every process: encrypted payloads, encoded failures."""

import asyncio
from dataclasses import replace

import structlog
from temporalio.client import Client, TLSConfig
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.service import RPCError

from activities.kit.codec import EncryptingCodec
from activities.kit.json_payloads import ProtocolPayloadConverter
from activities.kit.keys import KeyRing
from activities.kit.settings import KitSettings

_LONGEST_PAUSE = 5.0


def data_converter(ring: KeyRing) -> DataConverter:
    """JSON, failures with encoded messages, and the codec over both."""
    return replace(
        DataConverter.default,
        payload_converter_class=ProtocolPayloadConverter,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
        payload_codec=EncryptingCodec(ring),
    )


async def connect(settings: KitSettings, ring: KeyRing) -> Client:
    """A connected client; raises `RuntimeError` or `RPCError` when the server does not answer."""
    key = settings.temporal_api_key
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        api_key=key.get_secret_value() if key else None,
        tls=_tls(settings),
        data_converter=data_converter(ring),
    )


async def connect_patiently(settings: KitSettings, ring: KeyRing) -> Client:
    """Tries until the server answers: whoever supervises this process decides how long that may take."""
    pause = 0.1
    while True:
        try:
            return await connect(settings, ring)
        except (RuntimeError, RPCError) as error:
            structlog.get_logger("temporal").warning("temporal does not answer", address=settings.temporal_address, error=str(error)[:300])
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 2)


def _tls(settings: KitSettings) -> TLSConfig | bool:
    if settings.temporal_tls_cert and settings.temporal_tls_key:
        return TLSConfig(
            client_cert=settings.temporal_tls_cert.read_bytes(),
            client_private_key=settings.temporal_tls_key.read_bytes(),
        )
    return settings.temporal_api_key is not None
