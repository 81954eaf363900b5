#!/usr/bin/env python
"""Django's entry: ``manage.py playground`` is the one command."""

import sys

from playground.cli import manage

if __name__ == "__main__":
    manage(sys.argv)
