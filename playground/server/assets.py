"""Static files: read once, compressed once, answered from memory, by name only."""

import gzip
import hashlib
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]
Signature = tuple[int, int]

TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".css": "text/css", ".woff2": "font/woff2"}
WORTH_COMPRESSING = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A static file."""

    signature: Signature
    content: bytes
    compressed: bytes | None  # None when it would not be smaller
    kind: str
    etag: bytes

    @classmethod
    def read(cls, path: Path) -> "Asset":
        """Read a file."""
        content = path.read_bytes()
        packed = gzip.compress(content, mtime=0) if len(content) >= WORTH_COMPRESSING else content
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return cls(
            signature=_signature(path),
            content=content,
            compressed=packed if len(packed) < len(content) else None,
            kind=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            etag=b'"%s"' % hashlib.sha256(content).hexdigest()[:20].encode(),
        )


class Assets:
    """Answers for the folder of static files, and hands everything else on.

    Django's own handler streams each file through a thread and warns about it under ASGI. Names are looked up among the
    files that are there, so no name can lead out of the folder.
    """

    def __init__(self, application: Application, *, folder: Path, prefix: str) -> None:
        """Take what answers the rest, the folder, and the start of the paths that stand for it."""
        self._application = application
        self._prefix = prefix
        self._folder = folder
        self._files = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
        self._assets: dict[str, Asset] = {}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a request."""
        if not scope["path"].startswith(self._prefix):
            await self._application(scope, receive, send)
            return
        asset = self._find(scope["path"].removeprefix(self._prefix))
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        status, fields, body = _answer(asset, scope["method"], headers)
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _find(self, name: str) -> Asset | None:
        """Return a file as it is now, or None when there is none of that name."""
        if name not in self._files:
            self._files |= {path.relative_to(self._folder).as_posix(): path for path in _files(self._folder)}
        path = self._files.get(name)
        if path is None or not path.is_file():
            return None
        if name not in self._assets or self._assets[name].signature != _signature(path):
            self._assets[name] = Asset.read(path)
        return self._assets[name]


def _answer(
    asset: Asset | None, method: str, headers: dict[bytes, bytes]
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body."""
    if method not in ("GET", "HEAD"):
        return _plain(405, b"Static files can only be read.\n")
    if asset is None:
        return _plain(404, b"There is no such file.\n")
    fields = [(b"etag", asset.etag), (b"cache-control", b"no-cache"), (b"vary", b"accept-encoding")]
    if headers.get(b"if-none-match") == asset.etag:
        return 304, fields, b""
    body = asset.content
    if asset.compressed is not None and b"gzip" in headers.get(b"accept-encoding", b""):
        body = asset.compressed
        fields.append((b"content-encoding", b"gzip"))
    fields += [(b"content-type", asset.kind.encode()), (b"content-length", str(len(body)).encode())]
    return 200, fields, body


def _plain(status: int, text: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return an answer in plain text."""
    fields = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    return status, fields, text


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder, hidden ones left out."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]


def _signature(path: Path) -> Signature:
    """Return what changes when a file is saved."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size
