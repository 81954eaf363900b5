"""How much memory this process holds."""

import os
import resource
from pathlib import Path


def resident_memory() -> int:
    """Return the bytes of memory that the process holds now; on systems without /proc, the most it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
