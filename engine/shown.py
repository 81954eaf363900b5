"""What a user gave, as it stands in a message: short, and never the cause of another error."""

MAX_SHOWN = 200
"""Characters of one value in a message; what is longer is cut."""


def shown(value: object, most: int = MAX_SHOWN) -> str:
    """Return ``repr(value)``, cut after ``most`` characters; the name of its type when ``repr`` itself raises."""
    try:
        text = repr(value)
    except Exception:  # It is the user's, and may raise anything.
        return f"a value of type {type(value).__qualname__}"
    return text if len(text) <= most else f"{text[:most]}…"
