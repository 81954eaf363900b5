"""How long to wait before a worker that died is replaced."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Delays that grow while workers die young, and start anew after one that lived.

    The first replacement is immediate and the second comes within two seconds, so that a single death is hardly felt.
    """

    young: float = 5.0  # seconds; one that dies before has not done much
    first: float = 0.25  # seconds
    longest: float = 10.0  # seconds
    deaths: int = 0  # of young workers in a row

    def after(self, lived: float) -> "Backoff":
        """Return the state after one more death; `lived` is in seconds."""
        return replace(self, deaths=self.deaths + 1 if lived < self.young else 0)

    @property
    def delay(self) -> float:
        """Seconds to wait before the next start."""
        return 0.0 if self.deaths < 2 else min(self.first * 2 ** min(self.deaths - 2, 30), self.longest)
