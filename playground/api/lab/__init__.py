"""What a developer asks of the lab over HTTP: steps run alone, waits ended, results pinned."""
