"""The command line for workflows and runs: what the commands in ``management/commands`` are made of."""
