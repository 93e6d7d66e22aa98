"""Files for browsers: the built console, kept in memory, and the map's tiles, read by range from the file.

Names with a content hash are immutable and kept for a year; pages are asked for again each time (ETag). No page may
load anything from another host: the Content-Security-Policy says so, and the map needs nothing else.
"""

import asyncio
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGES: Final = ("/", "/console", "/map", "/wall", "/admin", "/engineer", "/field", "/sign-in", "/setup")
"""Screens of the console: all are the one page, which finds out by itself which."""

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No exceptions: scripts, styles and workers come from files of ours or not at all. `blob:` is for hearing how long a
recording runs that a person has chosen, before it is sent."""

SECURITY: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"geolocation=(self), microphone=(), camera=(), interest-cohort=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

CHUNK_BYTES: Final = 256 * 1024
"""Of a file on its way out: what one reader holds in memory."""

RANGE_BYTES_MAX: Final = 8 * 1024 * 1024
"""In one answer to a range; a tile has some kilobytes, the directory of a city's tiles some hundred."""

GZIP_FROM_BYTES: Final = 1_024
HASHED: Final = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.(js|css|woff2?|png|svg|webp|mp3|wasm|json)$")
_TYPES: Final = {
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".pmtiles": "application/octet-stream",
}


class Asset(msgspec.Struct, frozen=True):
    body: bytes
    packed: bytes | None
    """The same, gzipped, where that is smaller."""
    kind: str
    etag: str
    immutable: bool


class Assets:
    """`built` is Vite's output, `tiles` the city's PMTiles archive; either may be missing, and then says so."""

    def __init__(self, built: Path, tiles: Path | None) -> None:
        self._files = {f"/{path.relative_to(built).as_posix()}": _asset(path) for path in _files_in(built)}
        self.use_tiles(tiles)

    def use_tiles(self, tiles: Path | None) -> None:
        """Another archive, from the next request on (7.6). Pages ask for it by its version, so none is mixed."""
        self._tiles = tiles
        self._tiles_etag = _stat_etag(tiles) if tiles is not None and tiles.is_file() else ""

    @property
    def has_pages(self) -> bool:
        return "/index.html" in self._files

    def knows(self, path: str) -> bool:
        is_page = path in PAGES or path.startswith(("/console/", "/field/", "/print/", "/station/"))
        return is_page or path in self._files or path == TILES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {bytes(key).lower(): bytes(value).decode("latin-1") for key, value in scope["headers"]}
        path = str(scope["path"])
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
        elif path == TILES:
            await self._send_tiles(scope["method"], headers, send)
        else:
            asset = self._files.get(path) or self._files.get("/index.html")
            if asset is None:
                await _answer(send, 503, [(b"content-type", b"text/html; charset=utf-8")], _NOT_BUILT.encode())
            else:
                await _send_asset(asset, scope["method"], headers, send)

    async def _send_tiles(self, method: str, headers: dict[bytes, str], send: Send) -> None:
        """The archive, whole or by one range (RFC 9110, section 14). Several ranges at once are answered whole."""
        if self._tiles is None or not self._tiles_etag:
            await _answer(send, 404, [], b"")
            return
        size = self._tiles.stat().st_size
        head = [
            (b"content-type", b"application/octet-stream"),
            (b"accept-ranges", b"bytes"),
            (b"etag", self._tiles_etag.encode()),
            (b"cache-control", b"no-cache"),
        ]
        if headers.get(b"if-none-match") == self._tiles_etag:
            await _answer(send, 304, head, b"")
            return
        wanted = headers.get(b"range", "")
        condition = headers.get(b"if-range")
        span = read_range(wanted, size) if condition in (None, self._tiles_etag) else None
        if span is None and wanted.startswith("bytes=") and "," not in wanted and condition is None:
            await _answer(send, 416, [*head, (b"content-range", f"bytes */{size}".encode())], b"")
            return
        first, last = span if span is not None else (0, size - 1)
        if span is not None:
            head.append((b"content-range", f"bytes {first}-{last}/{size}".encode()))
        head.append((b"content-length", str(last - first + 1).encode()))
        status = 206 if span is not None else 200
        await send({"type": "http.response.start", "status": status, "headers": [*head, *SECURITY]})
        if method == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        await _send_file(self._tiles, first, last, send)


TILES: Final = "/tiles/city.pmtiles"

_NOT_BUILT: Final = (
    "<!doctype html><meta charset=utf-8><title>Turnout 出动</title><p>The console has not been built yet: run "
    "<code>./scripts/serve</code>.</p><p>控制台尚未构建：请运行 <code>./scripts/serve</code>。</p>"
)


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range asked for; None where there is none that can be given."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if found is None or not (found[1] or found[2]) or size == 0:
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size - 1) if length else None
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    last = min(last, first + RANGE_BYTES_MAX - 1)
    return (first, last) if first <= last else None


async def _send_file(path: Path, first: int, last: int, send: Send) -> None:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": left > 0 and bool(chunk)})
            if not chunk:
                return


async def _send_asset(asset: Asset, method: str, headers: dict[bytes, str], send: Send) -> None:
    caching = b"public, max-age=31536000, immutable" if asset.immutable else b"no-cache"
    head = [
        (b"content-type", asset.kind.encode()),
        (b"etag", asset.etag.encode()),
        (b"cache-control", caching),
        (b"vary", b"accept-encoding"),
    ]
    if asset.etag in headers.get(b"if-none-match", ""):
        await _answer(send, 304, head, b"")
        return
    body = asset.body
    if asset.packed is not None and "gzip" in headers.get(b"accept-encoding", ""):
        body = asset.packed
        head.append((b"content-encoding", b"gzip"))
    head.append((b"content-length", str(len(body)).encode()))
    await _answer(send, 200, head, b"" if method == "HEAD" else body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *SECURITY]})
    await send({"type": "http.response.body", "body": body})


def _files_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()] if folder.is_dir() else []


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in ("application/json", "application/manifest+json"):
        kind += "; charset=utf-8"
    packed = gzip.compress(body, compresslevel=6, mtime=0) if len(body) >= GZIP_FROM_BYTES else None
    if packed is not None and len(packed) > len(body) * 0.9:
        packed = None
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    return Asset(body, packed, kind, etag, HASHED.search(path.name) is not None and path.name != "index.html")


def _stat_etag(path: Path) -> str:
    stat = path.stat()
    return f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"'
