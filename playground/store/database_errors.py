"""Which errors of a database pass by themselves: told by SQLSTATE where there is one, never by a server's words."""

from django.db import InterfaceError, OperationalError

LOST_CLASSES = ("08", "57P")
"""The connection failed; the server shuts down, has crashed, or is starting."""
OTHERS = frozenset({"25006", "40001", "40P01", "55P03"})
"""A server that became a standby, a serialization failure, a deadlock, a lock that was not available."""
FULL = "53"
"""The disk is full, the memory, or the number of connections."""

NO_STATE = object()


def is_passing(error: BaseException) -> bool:
    """Tell whether waiting may mend the error: the database is locked or away, or the disk is full."""
    state = _sqlstate(error)
    if isinstance(state, str):
        return state.startswith((*LOST_CLASSES, FULL)) or state in OTHERS
    if state is None:
        # The driver's own: no server has said anything, since there is no connection (any more).
        return isinstance(error, OperationalError | InterfaceError)
    text = str(error)
    return "locked" in text or "busy" in text or "disk is full" in text


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection on which it happened is of no use any more."""
    state = _sqlstate(error)
    if isinstance(state, str):
        return state.startswith(LOST_CLASSES) or state == "25006"
    return state is None and isinstance(error, OperationalError | InterfaceError)


def is_refused(error: BaseException, state: str) -> bool:
    """Tell whether the server has refused a statement with this SQLSTATE."""
    return _sqlstate(error) == state


def _sqlstate(error: BaseException) -> object:
    """Return the SQLSTATE; None when the driver knows of none, NO_STATE where there are no such things (SQLite)."""
    return getattr(error.__cause__, "sqlstate", NO_STATE)
