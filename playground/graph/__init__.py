"""A workflow's published graph: its nodes by path, and every walk over it."""
