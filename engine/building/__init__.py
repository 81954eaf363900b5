"""How workflows are written: steps, sequences, the builder, and the committed workflow."""
