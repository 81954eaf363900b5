"""The headers that protect every response, errors and static files included."""

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),  # for browsers that do not know frame-ancestors
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

SECURED = frozenset(name for name, _ in SECURITY_HEADERS)
"""What an application cannot set itself."""


def secured(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response with the protecting ones, and with none that lets other sites read it."""
    kept = [
        (name, value)
        for name, value in headers
        if name.lower() not in SECURED and not name.lower().startswith(b"access-control-")
    ]
    return [*kept, *SECURITY_HEADERS]
