"""A valid example for a schema."""

import time

from playground.forms.schema.document import Place, place_of
from playground.forms.validation.check import errors_of, fits
from playground.forms.validation.sample import Sampler
from playground.forms.values.values import Json

SECONDS = 0.4
UNKNOWN = 1_000_000


def example(schema: Json, *, full: bool = True) -> Json:
    """Return a value that the schema takes, found by trying; when none is found in time, the nearest miss.

    Arguments: whether what is optional is filled, too, where that succeeds.
    """
    place = place_of(schema)
    until = time.thread_time() + SECONDS

    def holds(part: Place, value: Json) -> bool:
        return fits(part, value, schema=schema, seconds=max(until - time.thread_time(), 0)) is True

    best, fewest = None, UNKNOWN + 1
    for turn in range(12):
        value = Sampler(fits=holds, full=full and turn % 2 == 0, turn=turn // 2, until=until).value(place)
        errors = errors_of(schema, value, max(until - time.thread_time(), 0.05))
        wrong = UNKNOWN if isinstance(errors, str) else len(errors)
        if wrong < fewest:
            best, fewest = value, wrong
        if not wrong or time.thread_time() > until:
            break
    return best
