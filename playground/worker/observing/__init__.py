"""What a worker tells of the runs that it executes, beside their journals: figures, traces, lines of its log."""
