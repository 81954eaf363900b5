"""Addresses, identifiers, paths, secrets, patterns and encoded values."""

import re
from datetime import date
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
)
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Annotated, Any
from uuid import UUID, uuid3, uuid5

from pydantic import (
    UUID1,
    UUID3,
    UUID4,
    UUID5,
    AnyHttpUrl,
    AnyUrl,
    AnyWebsocketUrl,
    Base64Bytes,
    Base64Str,
    Base64UrlBytes,
    Base64UrlStr,
    BaseModel,
    Field,
    FileUrl,
    FtpUrl,
    HttpUrl,
    Json,
    MongoDsn,
    PostgresDsn,
    RedisDsn,
    Secret,
    SecretBytes,
    SecretStr,
    UrlConstraints,
    WebsocketUrl,
    field_serializer,
)
from pydantic.networks import IPvAnyAddress, IPvAnyInterface, IPvAnyNetwork

NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


class Credentials(BaseModel):
    user: str
    password: SecretStr


class Settings(BaseModel):
    database: PostgresDsn = PostgresDsn("postgres://user:word@localhost:5432/app")
    cache: RedisDsn | None = None
    key: SecretBytes = SecretBytes(b"\xff")
    folder: Path = Path("/tmp")


class Attachment(BaseModel):
    name: str
    content: Base64Bytes


class Encoded(BaseModel):
    raw: Base64Bytes
    text: Base64Str
    url: Base64UrlBytes = b""
    word: Base64UrlStr = ""


class Shown(BaseModel):
    token: SecretStr

    @field_serializer("token", when_used="json")
    def _reveal(self, value: SecretStr) -> str:
        return value.get_secret_value()


class Webhook(BaseModel):
    url: HttpUrl
    headers: dict[str, str] = Field(default_factory=dict, max_length=20)


class Payload(BaseModel):
    body: Json[dict[str, int]]
    raw: Json[Any] = None


TYPES = {
    "UUID": (UUID, UUID(int=0), UUID(int=2**128 - 1)),
    "UUID1": (UUID1, UUID("a8098c1a-f86e-11da-bd1a-00112444be1e")),
    "UUID3": (UUID3, uuid3(NAMESPACE, "x")),
    "UUID4": (UUID4, UUID("16fd2706-8baf-433b-82eb-8c7fada847da")),
    "UUID5": (UUID5, uuid5(NAMESPACE, "x")),
    "any url": (AnyUrl, AnyUrl("mailto:a@b.example"), AnyUrl("https://example.org/a?b=c#d")),
    "http url": (HttpUrl, HttpUrl("https://example.org/"), HttpUrl("http://localhost:8000/a%20b")),
    "any http url": (AnyHttpUrl, AnyHttpUrl("http://example.org/")),
    "file url": (FileUrl, FileUrl("file:///tmp/x")),
    "ftp url": (FtpUrl, FtpUrl("ftp://example.org/x")),
    "websocket url": (WebsocketUrl, WebsocketUrl("ws://example.org/")),
    "any websocket url": (AnyWebsocketUrl, AnyWebsocketUrl("wss://example.org/")),
    "postgres dsn": (PostgresDsn, PostgresDsn("postgresql://u:p@h:5432/db")),
    "redis dsn": (RedisDsn, RedisDsn("redis://localhost:6379/0")),
    "mongo dsn": (MongoDsn, MongoDsn("mongodb://localhost:27017/db")),
    "https only": (
        Annotated[AnyUrl, UrlConstraints(allowed_schemes=["https"], max_length=100)],
        AnyUrl("https://a.b/"),
    ),
    "IPv4 address": (IPv4Address, IPv4Address("127.0.0.1")),
    "IPv6 address": (IPv6Address, IPv6Address("::1")),
    "IPv4 network": (IPv4Network, IPv4Network("10.0.0.0/8")),
    "IPv6 network": (IPv6Network, IPv6Network("fe80::/10")),
    "IPv4 interface": (IPv4Interface, IPv4Interface("10.0.0.1/8")),
    "IPv6 interface": (IPv6Interface, IPv6Interface("fe80::1/10")),
    "any address": (IPvAnyAddress, ip_address("10.0.0.1"), ip_address("::1")),
    "any network": (IPvAnyNetwork, IPv4Network("10.0.0.0/8")),
    "any interface": (IPvAnyInterface, IPv4Interface("10.0.0.1/8")),
    "either address": (IPv4Address | IPv6Address, IPv4Address("10.0.0.1"), IPv6Address("::2")),
    "hosts": (dict[str, IPv4Address], {"a": IPv4Address("10.0.0.1")}),
    "path": (Path, Path("/tmp/a b"), Path("relative/x.txt")),
    "pure path": (PurePath, PurePath("a/b")),
    "posix path": (PurePosixPath, PurePosixPath("/a")),
    "windows path": (PureWindowsPath, PureWindowsPath("C:\\a")),
    "paths": (list[Path], [Path("a"), Path("/b")]),
    "by path": (dict[Path, int], {Path("a/b"): 1}),
    "secret str": (SecretStr, SecretStr("word"), SecretStr("")),
    "secret bytes": (SecretBytes, SecretBytes(b"\x00\xff")),
    "secret date": (Secret[date], Secret[date](date(2026, 1, 1))),
    "secret int": (Secret[int], Secret[int](4)),
    "secret dict": (Secret[dict[str, int]], Secret[dict[str, int]]({"a": 1})),
    "credentials": (Credentials, Credentials(user="a", password=SecretStr("word"))),
    "list of credentials": (list[Credentials], [Credentials(user="a", password=SecretStr("word"))]),
    "a secret that serialises itself": (Shown, Shown(token=SecretStr("word"))),
    "settings": (Settings, Settings(), Settings(cache=RedisDsn("redis://localhost:6379/0"))),
    "pattern": (re.Pattern[str], re.compile("a.*")),
    "any pattern": (re.Pattern, re.compile("x+")),
    "encoded": (Encoded, Encoded(raw=b"/wA=", text="w6Q=", url=b"__79", word="YT9i")),
    "encoded or not": (Encoded | None, None),
    "attachment": (Attachment, Attachment(name="a.bin", content=b"AAH/")),
    "json": (Json, {"a": 1}),
    "json of ints": (Json[list[int]], [1, 2]),
    "json in a model": (Payload, Payload.model_validate({"body": '{"a": 1}', "raw": "[1]"})),
    "json or not": (Json[list[int]] | None, None, [1]),
    "webhook": (Webhook, Webhook(url="https://example.org/", headers={"x": "y"})),
}
