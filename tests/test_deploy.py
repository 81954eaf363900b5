"""The files of `deploy/`: whatever they set is known, whatever they call can be called, and their formats are right."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import load_command_class
from ruamel.yaml import YAML

from playground.configuration import read

DEPLOY = Path(__file__).parents[1] / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
SETTINGS = (DEPLOY.parent / "playground" / "configuration.py").read_text()


def documents() -> Iterator[Any]:
    """Yield everything that the files of YAML hold."""
    for path in (COMPOSE, *MANIFESTS):
        yield from YAML(typ="safe").load_all(path)


def found(value: Any, key: str) -> Iterator[Any]:
    """Yield what stands under a key, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from found(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner, key)


def variables() -> dict[str, str]:
    """Return what processes of ours are told, in all files together."""
    told = [one for key in ("environment", "data", "stringData") for one in found(list(documents()), key)]
    return {name: value for one in told for name, value in one.items() if name.startswith("STEPYARD_")}


def test_every_variable_is_a_setting() -> None:
    """A name that is misspelt would be ignored without a word; a value that cannot be read ends every process."""
    told = variables()
    assert len(told) > 8
    assert [name for name in told if f'"{name}"' not in SETTINGS] == []
    plain = {name: value for name, value in told.items() if "${" not in value}
    assert read(plain).production


@pytest.mark.parametrize(
    "words",
    [tuple(one) for one in found(list(documents()), "command") if one[0] == "stepyard"],
    ids=" ".join,
)
def test_every_command_is_one(words: tuple[str, ...]) -> None:
    """It exists, and takes these options."""
    _, name, *rest = words
    command = load_command_class("playground", name)
    command.create_parser("stepyard", name).parse_args(rest)


def test_the_compose_file_is_one() -> None:
    """It follows the specification of compose files."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_manifests_know_each_other() -> None:
    """Each names what it is; a Service and a Deployment choose the pods that its template makes."""
    manifests = [one for path in MANIFESTS for one in YAML(typ="safe").load_all(path)]
    kinds = [one["kind"] for one in manifests]
    assert sorted(kinds) == ["ConfigMap", "Deployment", "Deployment", "Ingress", "Job", "Secret", "Service"]
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in manifests if one["kind"] == "Deployment"]
    chosen = [one["spec"]["selector"] for one in manifests if one["kind"] in ("Deployment", "Service")]
    assert all(one.get("matchLabels", one) in labels for one in chosen)
    held = {(one["kind"], one["metadata"]["name"]) for one in manifests}
    for source in found(manifests, "envFrom"):
        assert {("ConfigMap", one["configMapRef"]["name"]) for one in source if "configMapRef" in one} <= held
        assert {("Secret", one["secretRef"]["name"]) for one in source if "secretRef" in one} <= held
