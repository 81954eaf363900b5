"""The HTTP API: what the pages do, for programs, in the wire format of Mastra's workflow routes."""
