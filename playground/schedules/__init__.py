"""Schedules: which there are, arming and disarming them, and starting what is due."""
