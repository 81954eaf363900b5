"""Which page, API call and socket answers which address."""

from typing import Any

from django.urls import URLPattern, URLResolver, path

from playground.api import compare as api_compare
from playground.api import fuzz as api_fuzz
from playground.api import openapi
from playground.api import runs as api_runs
from playground.api import scenarios as api_scenarios
from playground.api import schedules as api_schedules
from playground.api import streams as api_streams
from playground.api import workflows as api
from playground.api.lab import pinned as api_pinned
from playground.api.lab import step_run as api_step_run
from playground.consumers import PulseWatcher, RunWatcher
from playground.views import (
    actions,
    alone,
    answers,
    compare,
    doctor,
    error_pages,
    fork,
    fuzz,
    graphs,
    health,
    inbox,
    patterns,
    pins,
    proceed_retry,
    rehearsing,
    run,
    runs,
    saved_inputs,
    scenarios,
    schedules,
    theme,
    value_download,
    workflow_list,
    workflows,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", workflow_list.home, name="home"),
    path("workflows/", workflow_list.workflows, name="workflows"),
    path("workflows/<str:workflow_id>/", workflows.workflow, name="workflow"),
    path("workflows/<str:workflow_id>/graph.svg", graphs.workflow_svg),
    path("workflows/<str:workflow_id>/graph.mmd", graphs.workflow_mermaid),
    path("workflows/<str:workflow_id>/rehearse/", rehearsing.panel, name="rehearse"),
    path("workflows/<str:workflow_id>/saved/", workflows.save_input, name="save-input"),
    path("workflows/<str:workflow_id>/saved/<str:saved_id>/delete/", saved_inputs.forget_input, name="forget-input"),
    path("workflows/<str:workflow_id>/unpin/", pins.unpin, name="unpin"),
    path("workflows/<str:workflow_id>/fuzz/", fuzz.fuzz, name="fuzz"),
    path("workflows/<str:workflow_id>/fuzz/stop/", fuzz.stop, name="stop-fuzz"),
    path("workflows/<str:workflow_id>/fuzz/<str:key>/save/", fuzz.save, name="save-finding"),
    path("workflows/<str:workflow_id>/scenarios/", scenarios.scenarios, name="scenarios"),
    path("workflows/<str:workflow_id>/scenarios/run/", scenarios.play, name="play-scenarios"),
    path("workflows/<str:workflow_id>/scenarios/watch/", scenarios.watch, name="watch-scenarios"),
    path("runs/", runs.runs, name="runs"),
    path("runs/many/", runs.many, name="many"),
    path("runs/import/", runs.import_run, name="import-run"),
    path("runs/<str:run_id>/", run.run, name="run"),
    path("runs/<str:run_id>/graph.svg", graphs.run_svg),
    path("runs/<str:run_id>/graph.mmd", graphs.run_mermaid),
    path("runs/<str:run_id>/step/", run.step, name="run-step"),
    path("runs/<str:run_id>/json/", run.as_json, name="run-json"),
    path("runs/<str:run_id>/value/<str:part>/", value_download.value, name="run-value"),
    path("runs/<str:run_id>/resume/", answers.resume, name="resume"),
    path("runs/<str:run_id>/cancel/", actions.cancel, name="cancel"),
    path("runs/<str:run_id>/call/", actions.tag, name="call-run"),
    path("runs/<str:run_id>/again/", actions.again, name="run-again"),
    path("runs/<str:run_id>/event/", answers.send_event, name="send-event"),
    path("runs/<str:run_id>/delete/", actions.delete, name="delete"),
    path("runs/<str:run_id>/fork/", fork.fork, name="fork"),
    path("runs/<str:run_id>/pin/", pins.pin, name="pin"),
    path("runs/<str:run_id>/alone/", alone.run_alone, name="run-step-alone"),
    path("runs/<str:run_id>/scenario/", scenarios.save, name="save-scenario"),
    path("compare/", compare.compare, name="compare"),
    path("runs/<str:run_id>/proceed/", proceed_retry.proceed, name="proceed"),
    path("runs/<str:run_id>/wake/", proceed_retry.wake, name="wake"),
    path("runs/<str:run_id>/retry/", proceed_retry.retry, name="retry"),
    path("runs/<str:run_id>/restart-worker/", proceed_retry.restart_worker, name="restart-worker"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/<str:workflow_id>/<str:schedule_id>/arm/", schedules.arm, name="arm"),
    path("schedules/<str:workflow_id>/<str:schedule_id>/disarm/", schedules.disarm, name="disarm"),
    path("schedules/<str:workflow_id>/<str:schedule_id>/run/", schedules.run, name="run-schedule"),
    path("doctor/", doctor.doctor, name="doctor"),
    path("doctor/<str:worker_id>/replace/", doctor.replace, name="replace-worker"),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("patterns/", patterns.patterns, name="patterns"),
    path("theme/", theme.theme, name="theme"),
    path("api/workflows", api.workflows),
    path("api/workflows/run-counts", api.run_counts),
    path("api/workflows/<str:workflow_id>", api.workflow),
    path("api/workflows/<str:workflow_id>/create-run", api.create_run),
    path("api/workflows/<str:workflow_id>/start", api.start),
    path("api/workflows/<str:workflow_id>/start-async", api.start_async),
    path("api/workflows/<str:workflow_id>/stream", api_streams.stream),
    path("api/workflows/<str:workflow_id>/observe", api_streams.observe),
    path("api/workflows/<str:workflow_id>/resume", api.resume),
    path("api/workflows/<str:workflow_id>/resume-no-wait", api.resume),
    path("api/workflows/<str:workflow_id>/resume-async", api.resume_async),
    path("api/workflows/<str:workflow_id>/resume-stream", api_streams.resume_stream),
    path("api/workflows/<str:workflow_id>/resume-copy", api.resume_copy),
    path("api/workflows/<str:workflow_id>/restart", api.restart),
    path("api/workflows/<str:workflow_id>/restart-async", api.restart_async),
    path("api/workflows/<str:workflow_id>/proceed", api.proceed),
    path("api/workflows/<str:workflow_id>/retry", api.retry),
    path("api/workflows/<str:workflow_id>/wake", api.wake),
    path("api/workflows/<str:workflow_id>/time-travel", api.time_travel),
    path("api/workflows/<str:workflow_id>/time-travel-async", api.time_travel_async),
    path("api/workflows/<str:workflow_id>/time-travel-stream", api_streams.time_travel_stream),
    path("api/workflows/<str:workflow_id>/runs", api.runs_of),
    path("api/workflows/<str:workflow_id>/runs/<str:run_id>", api.run),
    path("api/workflows/<str:workflow_id>/runs/<str:run_id>/cancel", api.cancel),
    path("api/workflows/<str:workflow_id>/runs/<str:run_id>/send-event", api.send_event),
    path("api/workflows/<str:workflow_id>/pins", api_pinned.pinned),
    path("api/workflows/<str:workflow_id>/run-step", api_step_run.run_step),
    path("api/workflows/<str:workflow_id>/fuzz", api_fuzz.fuzz),
    path("api/workflows/<str:workflow_id>/fuzz/stop", api_fuzz.stop),
    path("api/workflows/<str:workflow_id>/scenarios", api_scenarios.scenarios),
    path("api/workflows/<str:workflow_id>/scenarios/run", api_scenarios.run),
    path("api/runs", api_runs.listing),
    path("api/problems", api_runs.problems),
    path("api/runs/import", api_runs.import_run),
    path("api/runs/<str:run_id>", api_runs.one),
    path("api/runs/<str:run_id>/events", api_runs.events),
    path("api/compare", api_compare.compare),
    path("api/inbox", api_runs.inbox),
    path("api/schedules", api_schedules.listing),
    path("api/schedules/<str:workflow_id>/<str:schedule_id>/arm", api_schedules.arm),
    path("api/schedules/<str:workflow_id>/<str:schedule_id>/disarm", api_schedules.disarm),
    path("api/schedules/<str:workflow_id>/<str:schedule_id>/run", api_schedules.run),
    path("api/openapi.json", openapi.openapi),
]
# Channels routes its own applications by Django's patterns, which are typed for views only.
_run_socket: Any = RunWatcher.as_asgi()
_pulse_socket: Any = PulseWatcher.as_asgi()
websocket_urlpatterns: list[Any] = [
    path("ws/runs/<str:run_id>/", _run_socket),
    path("ws/pulse/", _pulse_socket),
]
handler404 = error_pages.not_found
handler500 = error_pages.broken
