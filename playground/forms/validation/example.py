"""A valid example for a schema."""

import time

from playground.forms.schema.document import Place, place_of
from playground.forms.validation.check import errors_of, is_valid
from playground.forms.validation.sample import Sampler
from playground.forms.values.values import Json

SECONDS = 0.4
UNKNOWN = 1_000_000


def example(schema: Json) -> Json:
    """Return a value that the schema takes, found by trying; when none is found in time, the nearest miss."""
    place = place_of(schema)

    def fits(part: Place, value: Json) -> bool:
        return is_valid(part, value, schema=schema)

    until = time.thread_time() + SECONDS
    best, fewest = None, UNKNOWN + 1
    for turn in range(12):
        value = Sampler(fits=fits, full=turn % 2 == 0, turn=turn // 2).value(place)
        errors = errors_of(schema, value, max(until - time.thread_time(), 0.05))
        wrong = UNKNOWN if isinstance(errors, str) else len(errors)
        if wrong < fewest:
            best, fewest = value, wrong
        if not wrong or time.thread_time() > until:
            break
    return best
