"""When something is due: cron expressions and intervals as times, and what to start of those that have passed."""
