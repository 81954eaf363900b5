"""The scenarios of the user's project: their files, playing them, and what they came to."""
