"""Distributed queues that carry the work of many machines: the port, and one package for each; none is a need."""
