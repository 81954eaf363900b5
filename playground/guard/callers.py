"""Who asks, and what he may do: a person that a trusted proxy names, or a program with a token of its own."""

import ipaddress
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from playground.guard.request import AskedRequest, Refusal
from playground.guard.token import Token

OPEN = frozenset({"/healthz", "/readyz"})
"""What whoever watches the processes asks without being known; the answers give nothing away."""
METRICS = "/metrics"
HARMLESS = frozenset({"/theme/"})
"""What is posted and changes only how the caller's own pages look."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Role(StrEnum):
    """What a caller may do."""

    METRICS = "metrics"
    """Read the figures for a monitoring system, and nothing else."""
    VIEWER = "viewer"
    """Read everything that pages and API show."""
    OPERATOR = "operator"
    """Start, answer, cancel and delete, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent a request."""

    name: str = ""
    """How he is called; empty where nobody says, as on one's own machine."""
    role: Role = Role.OPERATOR

    @property
    def may_change(self) -> bool:
        """Whether he may do more than read."""
        return self.role is Role.OPERATOR

    @property
    def may_see_code(self) -> bool:
        """Whether he is shown the sources of steps, as they were published."""
        return self.may_change

    def judge(self, request: AskedRequest) -> Refusal | None:
        """Refuse what his role does not allow."""
        if self.role is Role.METRICS and request.path != METRICS:
            return Refusal(status=403, text="This token is for /metrics alone.")
        if self.may_change or request.is_reading or request.path in HARMLESS:
            return None
        who = f"{self.name} is" if self.name else "You are"
        return Refusal(status=403, text=f"{who} a viewer here, who changes nothing. An operator can do this.")


NOBODY = Caller()
caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
"""Who sent the request that is being answered."""
way: ContextVar[str] = ContextVar("way", default="")
"""On which way it came: ``page``, ``api`` or ``command``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxies whose word is taken for who asks."""

    networks: tuple[Network, ...] = ()
    """Where their connections come from; none, and no header is believed."""
    user_header: str = "x-forwarded-user"
    role_header: str = "x-forwarded-role"

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.networks)

    def caller(self, request: AskedRequest) -> Caller | None:
        """Return whom a trusted proxy names; None when the request comes past it, or names nobody."""
        address = _address(request.peer)
        if address is None or not any(address in network for network in self.networks):
            return None
        name = request.one(self.user_header.encode())
        if not name or not name.strip():
            return None
        roles = {role.strip().lower() for role in (request.one(self.role_header.encode()) or "").split(",")}
        role = Role.OPERATOR if Role.OPERATOR in roles else Role.VIEWER
        return Caller(name=name.strip()[:200], role=role)


def _address(peer: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return None
    # A socket for both families sees an IPv4 address in the clothes of IPv6.
    return getattr(address, "ipv4_mapped", None) or address


async def no_tokens(secret: str) -> Caller | None:
    """Know no API token."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Decides from whom a request is, and whether he may ask it."""

    token: Token
    proxies: Proxies = field(default_factory=Proxies)
    of_token: Callable[[str], Awaitable[Caller | None]] = no_tokens
    """Returns whose API token it is, if it is one."""

    async def admit(self, request: AskedRequest) -> Caller | Refusal:
        """Return who asks, or why he is not let in."""
        if request.path in OPEN and request.is_reading:
            return Caller(role=Role.VIEWER)
        found = await self._known(request)
        return found if isinstance(found, Refusal) else found.judge(request) or found

    async def _known(self, request: AskedRequest) -> Caller | Refusal:
        named = self.proxies.caller(request)
        if named is not None:
            return named
        bearer = request.bearer
        owner = await self.of_token(bearer) if bearer and not self.token.is_secret(bearer) else None
        if owner is not None:
            return owner
        if self.proxies and not self.token.secret:
            return Refusal(
                status=401,
                text="This playground is opened through its proxy, which says who asks: the header "
                f"{self.proxies.user_header} is missing, or the request did not come from a trusted proxy.",
            )
        return self.token.judge(request) or NOBODY
