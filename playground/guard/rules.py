"""The rules, each a function of the request: why it is refused, or None when this rule has nothing against it."""

from playground.guard.address import Address
from playground.guard.request import AskedRequest, Refusal

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
MAX_PATH = 2048
METHODS = ("GET", "HEAD", "POST")
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
JSON_TYPE = "application/json"


def judge(request: AskedRequest, *, address: Address, max_body: int) -> Refusal | None:
    """Return the first objection to a request.

    Arguments: the address that is served; the bytes that a body may have.
    """
    address = address.at(request.port) if request.port else address
    return (
        judge_size(request)
        or judge_path(request)
        or judge_host(request, address)
        or judge_method(request)
        or judge_origin(request, address)
        or judge_site(request)
        or judge_body(request, max_body)
    )


def judge_size(request: AskedRequest) -> Refusal | None:
    """Refuse headers and paths that are too large."""
    if len(request.path) > MAX_PATH or len(request.query) > MAX_HEADER_BYTES:
        return Refusal(status=414, text="The address is too long.")
    size = sum(len(name) + len(value) for name, value in request.headers)
    if len(request.headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        return Refusal(status=431, text="The headers are too large. Cookies of other servers on this host count too.")
    return None


def judge_path(request: AskedRequest) -> Refusal | None:
    """Refuse paths that mean something else to another reader."""
    path = request.path
    if (
        not path.startswith("/")
        or path.startswith("//")
        or "\\" in path
        or any(ord(character) < 32 or ord(character) == 127 for character in path)
        or any(segment in (".", "..") for segment in path.split("/"))
    ):
        return Refusal(status=400, text="This is not a path of the playground.")
    return None


def judge_host(request: AskedRequest, address: Address) -> Refusal | None:
    """Refuse every name but ours, so that no foreign name can be bound to this address (DNS rebinding)."""
    host = request.one(b"host")
    if host is None or not address.knows(host):
        return Refusal(
            status=403,
            text=f"This playground is {address.url}. Open it there, or name the host in STEPYARD_ALLOWED_HOSTS.",
        )
    return None


def judge_method(request: AskedRequest) -> Refusal | None:
    """Refuse methods that nothing here needs; without OPTIONS no other site can ask for more."""
    allowed = (*METHODS, "DELETE", "PATCH") if request.is_api else METHODS
    if request.method not in allowed:
        return Refusal(
            status=405,
            text=f"{request.method[:20]} is not used here.",
            headers=((b"allow", ", ".join(allowed).encode()),),
        )
    return None


def judge_origin(request: AskedRequest, address: Address) -> Refusal | None:
    """Refuse what a page of another origin asks; a WebSocket must say where it comes from."""
    values = request.all(b"origin")
    if not values and not request.is_socket:
        return None
    host = request.one(b"host") or ""
    own = {f"{request.scheme}://{host.lower()}"}
    if address.is_extra(host):
        own.add(f"https://{host.lower()}")  # a proxy may speak TLS for us
    if len(values) != 1 or values[0] not in own:
        return Refusal(status=403, text="Another site asked for this. Only the playground's own pages may.")
    return None


def judge_site(request: AskedRequest) -> Refusal | None:
    """Refuse what a browser says is asked by another site, unless a person follows a link to us."""
    values = request.all(b"sec-fetch-site")
    if not values or values in (["same-origin"], ["none"]):
        return None
    is_link = request.one(b"sec-fetch-mode") == "navigate" and request.one(b"sec-fetch-dest") == "document"
    if len(values) == 1 and is_link and request.is_reading and not request.is_socket and not request.is_api:
        return None
    return Refusal(status=403, text="Another site asked for this. Only the playground's own pages may.")


def judge_body(request: AskedRequest, max_body: int) -> Refusal | None:
    """Refuse bodies that are too large or of a kind that is not read here."""
    declared = request.one(b"content-length")
    if declared is not None and (
        not (declared.isascii() and declared.isdigit()) or len(declared) > 18 or int(declared) > max_body
    ):
        return too_large(max_body)
    types = request.all(b"content-type")
    if request.is_reading or not types:
        return None
    kind = types[0].partition(";")[0].strip().lower()
    if len(types) > 1 or not (kind == JSON_TYPE or (kind in FORM_TYPES and not request.is_api)):
        expected = JSON_TYPE if request.is_api else "a form"
        return Refusal(status=415, text=f"The body must be {expected}.")
    return None


def too_large(max_body: int) -> Refusal:
    """Return the refusal of a body over the limit."""
    return Refusal(status=413, text=f"The body is over the limit of {max_body} bytes.")
