"""Which page, API call and socket answers which address."""

from typing import Any

from django.urls import URLPattern, URLResolver, path

from playground.consumers import PulseWatcher, RunWatcher
from playground.views import actions, doctor, inbox, missing, patterns, run, runs, theme, workflows

urlpatterns: list[URLPattern | URLResolver] = [
    path("", workflows.home, name="home"),
    path("workflows/", workflows.workflows, name="workflows"),
    path("workflows/<str:workflow_id>/", workflows.workflow, name="workflow"),
    path("runs/", runs.runs, name="runs"),
    path("runs/many/", runs.many, name="many"),
    path("runs/<str:run_id>/", run.run, name="run"),
    path("runs/<str:run_id>/step/", run.step, name="run-step"),
    path("runs/<str:run_id>/json/", run.as_json, name="run-json"),
    path("runs/<str:run_id>/resume/", actions.resume, name="resume"),
    path("runs/<str:run_id>/cancel/", actions.cancel, name="cancel"),
    path("runs/<str:run_id>/again/", actions.again, name="run-again"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("doctor/", doctor.doctor, name="doctor"),
    path("doctor/<str:worker_id>/replace/", doctor.replace, name="replace-worker"),
    path("patterns/", patterns.patterns, name="patterns"),
    path("theme/", theme.theme, name="theme"),
]
websocket_urlpatterns: list[Any] = [  # Channels takes its own routers too
    path("ws/runs/<str:run_id>/", RunWatcher.as_asgi()),
    path("ws/pulse/", PulseWatcher.as_asgi()),
]
handler404 = missing.not_found
handler500 = missing.broken
