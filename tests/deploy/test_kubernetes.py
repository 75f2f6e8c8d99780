"""The Kubernetes resources: they match their schemas, each other and the bot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import settings
from bot.app.process import DRAIN_S
from tests.conftest import ROOT
from tests.deploy.dockerfile import named, stages
from tests.deploy.instructions import commands, section

Resource = dict[str, Any]

FOLDER = ROOT / "deploy" / "kubernetes"

KUSTOMIZATION: Resource = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))

RESOURCES: dict[str, Resource] = {
    resource["kind"]: resource
    for name in KUSTOMIZATION["resources"]
    for resource in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))
}

SPEC: Resource = RESOURCES["Deployment"]["spec"]

POD: Resource = SPEC["template"]["spec"]

[BOT] = POD["containers"]

BACKUP: Resource = RESOURCES["CronJob"]["spec"]["jobTemplate"]["spec"]

LABELS: dict[str, str] = SPEC["template"]["metadata"]["labels"]

*_, FINAL = stages(ROOT / "deploy" / "Dockerfile")

VERSIONS = ("1.30", "1.37")  # of Kubernetes: the oldest and the newest that are supported


def validated(version: str, *files: Path) -> subprocess.CompletedProcess[str]:
    """Validate with the schemas that kubernetes-validate includes; nothing is fetched."""
    tool = Path(sys.executable).with_name("kubernetes-validate")
    command = [str(tool), "--strict", "--kubernetes-version", version, *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_resource_matches_its_schema(version: str) -> None:
    ran = validated(version, *(FOLDER / name for name in KUSTOMIZATION["resources"]))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(" passed for resource ") == len(RESOURCES)


def test_the_schema_check_finds_a_misspelt_key(tmp_path: Path) -> None:
    text = (FOLDER / "deployment.yaml").read_text(encoding="utf-8")
    (tmp_path / "deployment.yaml").write_text(text.replace("readinessProbe:", "readyProbe:"), encoding="utf-8")
    assert validated(VERSIONS[-1], tmp_path / "deployment.yaml").returncode != 0


def kustomized(folder: Path, secrets: str) -> dict[str, Resource]:
    """The resources that `kubectl apply --kustomize` would send with these secrets, by kind."""
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl on this system")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / "secrets.env").write_text(secrets, encoding="utf-8")
    ran = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=True)
    (folder / "all.yaml").write_text(ran.stdout, encoding="utf-8")
    return {resource["kind"]: resource for resource in yaml.safe_load_all(ran.stdout)}


FILLED_IN = "SLACK_BOT_TOKEN=xoxb-1\nQCON_DATABASE_URL=postgresql://bot@db/qcon\n"


def test_kustomize_builds_all_resources_in_one_namespace(tmp_path: Path) -> None:
    made = kustomized(tmp_path, FILLED_IN)
    assert validated(VERSIONS[-1], tmp_path / "all.yaml").returncode == 0
    assert {resource["metadata"].get("namespace", resource["metadata"]["name"]) for resource in made.values()} == {
        KUSTOMIZATION["namespace"]
    }
    assert made.keys() == {*RESOURCES, "ConfigMap", "Secret"}


def test_a_changed_secret_replaces_the_pods(tmp_path: Path) -> None:
    names = set()
    for secrets in (FILLED_IN, FILLED_IN.replace("xoxb-1", "xoxb-2")):
        made = kustomized(tmp_path, secrets)
        name = made["Secret"]["metadata"]["name"]
        for pod in (made["Deployment"]["spec"], made["CronJob"]["spec"]["jobTemplate"]["spec"]):
            [container] = pod["template"]["spec"]["containers"]
            [database] = container["env"]
            assert database["valueFrom"]["secretKeyRef"]["name"] == name
        assert {"secretRef": {"name": name}} in made["Deployment"]["spec"]["template"]["spec"]["containers"][0][
            "envFrom"
        ]
        names.add(name)
    assert len(names) == 2  # another name changes the pods' template, so Kubernetes replaces them


def test_the_kustomization_names_every_file_and_no_other() -> None:
    files = {file.name for file in FOLDER.glob("*.*")} - {"kustomization.yaml", "secrets.env"}
    assert files == {*KUSTOMIZATION["resources"], "settings.env"}
    assert [KUSTOMIZATION[key][0]["envs"] for key in ("configMapGenerator", "secretGenerator")] == [
        ["settings.env"],
        ["secrets.env"],
    ]
    assert "secrets.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_every_selector_selects_the_same_pods() -> None:
    policy, budget = RESOURCES["NetworkPolicy"]["spec"], RESOURCES["PodDisruptionBudget"]["spec"]
    [spread] = POD["topologySpreadConstraints"]
    selected = [selector["matchLabels"] for selector in (SPEC["selector"], budget["selector"], spread["labelSelector"])]
    selected.append(RESOURCES["Service"]["spec"]["selector"])
    assert all(labels == selected[0] for labels in selected)
    assert selected[0].items() <= LABELS.items()
    backup = BACKUP["template"]["metadata"]["labels"]
    assert not selected[0].items() <= backup.items()  # it is no bot
    assert policy["podSelector"]["matchLabels"].items() <= LABELS.items() & backup.items()
    assert policy["podSelector"]["matchLabels"]  # without any, it would be about every pod of the namespace


def test_every_reference_names_an_existing_resource() -> None:
    assert POD["serviceAccountName"] == RESOURCES["ServiceAccount"]["metadata"]["name"]
    assert KUSTOMIZATION["namespace"] == RESOURCES["Namespace"]["metadata"]["name"]
    config, secret = BOT["envFrom"]
    assert [config["configMapRef"]["name"]] == [one["name"] for one in KUSTOMIZATION["configMapGenerator"]]
    assert BOT["image"] in [one["name"] for one in KUSTOMIZATION["images"]]
    assert {one["name"] for one in BOT["volumeMounts"]} == {one["name"] for one in POD["volumes"]}
    assert [secret["secretRef"]["name"]] == [one["name"] for one in KUSTOMIZATION["secretGenerator"]]
    [port] = BOT["ports"]
    served = RESOURCES["Service"]["spec"]["ports"] + [
        one for rule in RESOURCES["NetworkPolicy"]["spec"]["ingress"] for one in rule["ports"]
    ]
    assert {one.get("targetPort", one["port"]) for one in served} == {port["name"]}
    prepare, apply = commands("Kubernetes")
    assert any(line.endswith("deploy/kubernetes/secrets.env") for line in prepare)
    assert any(line.endswith("--kustomize deploy/kubernetes") for line in apply)


def test_the_folder_has_no_secrets_and_no_pod_starts_without_the_shared_database() -> None:
    assert "Secret" not in RESOURCES
    lines = (FOLDER / "settings.env").read_text(encoding="utf-8").splitlines()
    variables = dict(line.split("=") for line in lines if line and not line.startswith("#"))
    settings.read_settings(variables)  # raises if the bot would not start
    secret = {row.split("`")[1] for row in section("Variables").splitlines() if "| yes |" in row}
    assert not secret & variables.keys()
    [database] = BOT["env"]
    assert database["name"] == "QCON_DATABASE_URL"
    assert "optional" not in database["valueFrom"]["secretKeyRef"]


def test_the_probes_use_the_paths_and_the_port_of_the_bot() -> None:
    assert BOT["livenessProbe"]["httpGet"] == BOT["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert BOT["readinessProbe"]["httpGet"] == {"path": "/answerz", "port": "http"}
    [port] = BOT["ports"]
    assert [str(port["containerPort"])] == [one.text for one in named(FINAL, "EXPOSE")]


def test_an_upgrade_or_a_drained_node_leaves_a_bot_running() -> None:
    assert SPEC["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert SPEC["replicas"] > RESOURCES["PodDisruptionBudget"]["spec"]["minAvailable"] >= 1
    _, seconds = BOT["lifecycle"]["preStop"]["exec"]["command"]
    assert POD["terminationGracePeriodSeconds"] >= int(seconds) + 3 * DRAIN_S  # a stop waits for several parts


def test_the_pod_runs_with_few_privileges_and_limited_resources() -> None:
    assert POD["securityContext"]["runAsNonRoot"] is True
    user, group = (int(part) for part in named(FINAL, "USER")[-1].text.split(":"))
    assert (POD["securityContext"]["runAsUser"], POD["securityContext"]["runAsGroup"]) == (user, group)
    assert POD["automountServiceAccountToken"] is False
    assert BOT["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert BOT["resources"]["limits"].keys() == BOT["resources"]["requests"].keys() == {"cpu", "memory"}
    assert RESOURCES["NetworkPolicy"]["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_each_egress_rule_names_its_targets_and_ports() -> None:
    rules = RESOURCES["NetworkPolicy"]["spec"]["egress"]
    more = yaml.safe_load((FOLDER / "examples" / "network-policy.yaml").read_text(encoding="utf-8"))["spec"]
    assert more["podSelector"]["matchLabels"].items() <= LABELS.items()
    assert more["podSelector"]["matchLabels"]
    assert all(rule.get("to") and rule.get("ports") for rule in [*rules, *more["egress"]])
    [database] = [rule for rule in rules if {"port": 5432} in rule["ports"]]
    assert database["ports"] == [{"port": 5432}]
    [to] = database["to"]
    assert to["namespaceSelector"]["matchLabels"]
    assert to["podSelector"]["matchLabels"]


def test_every_mounted_folder_is_documented() -> None:
    assert all(f"`{mount['mountPath']}`" in section("Volumes") for mount in BOT["volumeMounts"])


def test_the_backup_job_has_the_same_few_privileges_and_its_own_volume() -> None:
    pod = BACKUP["template"]["spec"]
    [backup] = pod["containers"]
    assert pod["securityContext"] == POD["securityContext"]
    assert backup["securityContext"] == BOT["securityContext"]
    assert backup["env"] == BOT["env"]
    assert backup["image"] in (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")  # renewed together
    [volume] = pod["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == RESOURCES["PersistentVolumeClaim"]["metadata"]["name"]
    assert [mount["name"] for mount in backup["volumeMounts"]] == [volume["name"]]


def test_the_backup_script_keeps_the_last_good_backup(tmp_path: Path) -> None:
    [backup] = BACKUP["template"]["spec"]["containers"]
    [script] = backup["args"]
    pg_dump = tmp_path / "pg_dump"
    pg_dump.write_text('#!/bin/sh\necho "$3" > "${2#--file=}"\nexit "${FAILS:-0}"\n', encoding="utf-8")
    pg_dump.chmod(0o755)
    shell = [*backup["command"], script.replace("/backup/", f"{tmp_path}/")]

    def run(url: str, fails: str) -> int:
        variables = {"PATH": f"{tmp_path}:{os.defpath}", "QCON_DATABASE_URL": url, "FAILS": fails}
        return subprocess.run(shell, env=variables, check=False).returncode

    assert run("postgresql://good", "0") == 0
    assert run("postgresql://bad", "1") == 1
    assert {file.read_text().strip() for file in tmp_path.glob("*.dump")} == {"postgresql://good"}


def test_the_examples_point_to_the_service() -> None:
    examples = FOLDER / "examples"
    ingress, monitor = (
        yaml.safe_load((examples / f"{name}.yaml").read_text()) for name in ("ingress", "service-monitor")
    )
    ran = validated(VERSIONS[-1], examples / "ingress.yaml", examples / "network-policy.yaml")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    service = RESOURCES["Service"]
    [port] = service["spec"]["ports"]
    [rule] = ingress["spec"]["rules"]
    for path in rule["http"]["paths"]:
        assert path["backend"]["service"] == {"name": service["metadata"]["name"], "port": {"name": port["name"]}}
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert [endpoint["port"] for endpoint in monitor["spec"]["endpoints"]] == [port["name"]]
