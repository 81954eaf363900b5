"""What a run is: its events folded to a state, the store that keeps them, and requests that are recorded in them."""
