"""The door for terminals: TLS that asks for a certificate of the city's own, and tells the application which it was.

Granian can ask for one but does not say whose it was; uvicorn's connection knows it. So this door is uvicorn's, beside
the other, with the same application behind. Without a certificate of the city, or with one that is over, there is no
connection; whether its device is revoked the application asks at every request.
"""

import asyncio
import ssl
from pathlib import Path
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

CERTIFICATE: Final = "turnout.certificate"
"""In the `state` of an ASGI scope: the certificate in DER. A header cannot say this: it is the connection's."""


class DeviceProtocol(H11Protocol):
    """HTTP/1.1, and WebSockets that begin as it, with the certificate that TLS has verified."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        shown = transport.get_extra_info("ssl_object")
        certificate = shown.getpeercert(binary_form=True) if shown is not None else None
        self.app_state = {**self.app_state, CERTIFICATE: certificate or b""}
        super().connection_made(transport)


def device_server(
    app: Any, host: str, port: int, cert: Path, key: Path, authority: Path, ws_max_size: int, close_s: int
) -> uvicorn.Server:
    """To be served; TLS 1.2 and 1.3 alone."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        http=DeviceProtocol,
        ws_max_size=ws_max_size,
        timeout_graceful_shutdown=close_s,
        ssl_certfile=cert,
        ssl_keyfile=key,
        ssl_ca_certs=str(authority),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    config.load()
    assert config.ssl is not None
    config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return uvicorn.Server(config)
