"""The secret that opens a playground which other machines can reach."""

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from playground.guard.address import HOST
from playground.guard.request import AskedRequest, Refusal

PARAMETER = "token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, or an empty one for an address that only this machine reaches."""

    secret: str

    def judge(self, request: AskedRequest) -> Refusal | None:
        """Refuse who does not know the token; send who brings it in the address on, with a cookie in its place."""
        if not self.secret or self._has_cookie(request) or self._has_bearer(request):
            return None
        if not request.is_socket and request.method == "GET" and self._is_brought(request):
            return self._exchange(request)
        return Refusal(
            status=401,
            text="This playground needs its token. Open the address that the command printed, or send the header "
            "Authorization: Bearer <token>.",
            headers=((b"www-authenticate", b"Bearer"),),
        )

    def _has_cookie(self, request: AskedRequest) -> bool:
        """Whether the browser has been let in before."""
        return _same(request.cookie(self._cookie_name(request)) or "", self._proof)

    def _has_bearer(self, request: AskedRequest) -> bool:
        """Whether a program shows the token."""
        return request.bearer is not None and self.is_secret(request.bearer)

    def is_secret(self, text: str) -> bool:
        """Whether a text is the token."""
        return bool(self.secret) and _same(text, self.secret)

    def _is_brought(self, request: AskedRequest) -> bool:
        """Whether the address holds the token."""
        return any(name == PARAMETER and _same(value, self.secret) for name, value in request.parameters())

    def _exchange(self, request: AskedRequest) -> Refusal:
        """Return a redirection that sets the cookie and takes the token out of the address and the history."""
        rest = urlencode([(name, value) for name, value in request.parameters() if name != PARAMETER])
        place = quote(request.path) + (f"?{rest}" if rest else "")
        cookie = f"{self._cookie_name(request)}={self._proof}; Path=/; HttpOnly; SameSite=Lax"
        return Refusal(status=303, text="", headers=((b"location", place.encode()), (b"set-cookie", cookie.encode())))

    def _cookie_name(self, request: AskedRequest) -> str:
        """Return the cookie's name, with the port, as cookies are shared by all ports of a host.

        The port is that which the browser sees: a proxy may have several of these processes behind one address.
        """
        match = HOST.fullmatch((request.one(b"host") or "").lower())
        return f"stepyard_token_{(match and match['port']) or 80}"

    @property
    def _proof(self) -> str:
        """What the cookie holds: it shows that the token was known, and does not give it away."""
        return hmac.new(self.secret.encode(), b"stepyard cookie", hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))
