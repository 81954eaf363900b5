"""The playground: one Django project that is also its one app."""
