"""The playground as a Django app."""

from django.apps import AppConfig


class PlaygroundConfig(AppConfig):
    """Name the app."""

    name = "playground"
    verbose_name = "Stepyard playground"
    default_auto_field = "django.db.models.BigAutoField"
