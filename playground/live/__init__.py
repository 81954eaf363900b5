"""What has moved: nudges between processes, and what others record in the same database."""
