"""One step run alone, outside of its run."""
