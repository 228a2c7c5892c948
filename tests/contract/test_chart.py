"""The Helm chart as it was rendered: true to its sources, to Kubernetes' schemas, and to what workers need."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from agents.configuration import unknown_variables
from agents.delivery.settings import DeliverySettings
from agents.notifying.plan_file import NotificationPlan
from agents.settings import ConsoleSettings, KafkaSettings, WorkerSettings
from agents.topics import Topics
from pipeline.settings import StoreSettings
from pipeline.toml_files import read_toml
from tools.render_chart import CHART, INSTALLATIONS, RENDERED, digest

CUSTOM = {"ScaledObject", "TriggerAuthentication", "ServiceMonitor"}
FLOOR = re.search(r">=(\d+\.\d+)", (CHART / "Chart.yaml").read_text(encoding="utf-8"))

Resource = dict[str, Any]


def resources(installation: str) -> list[Resource]:
    text = (RENDERED / f"{installation}.yaml").read_text(encoding="utf-8")
    return [resource for resource in yaml.safe_load_all(text) if resource]


def of_kind(installation: str, kind: str) -> list[Resource]:
    return [resource for resource in resources(installation) if resource["kind"] == kind]


def part(installation: str, kind: str, component: str) -> Resource:
    """The resource of a kind that belongs to a component."""
    (found,) = [
        resource
        for resource in of_kind(installation, kind)
        if resource["metadata"]["labels"]["app.kubernetes.io/component"] == component
    ]
    return found


def pod_of(installation: str, component: str = "worker") -> Resource:
    pod: Resource = part(installation, "Deployment", component)["spec"]["template"]["spec"]
    return pod


def variables(installation: str, component: str = "worker") -> Iterator[tuple[str, str]]:
    for kind in ("Deployment", "Job"):
        for resource in of_kind(installation, kind):
            if resource["kind"] == "Deployment" and resource != part(installation, "Deployment", component):
                continue
            pod = resource["spec"]["template"]["spec"]
            for container in (*pod.get("initContainers", ()), *pod["containers"]):
                yield from (
                    (variable["name"], variable["value"]) for variable in container["env"] if "value" in variable
                )


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_it_was_rendered_from_what_is_there(installation: str) -> None:
    head = (RENDERED / f"{installation}.yaml").read_text(encoding="utf-8").partition("\n")[0]
    assert f"from {digest(installation)}." in head, "python -m tools.render_chart"


@pytest.mark.parametrize("version", [FLOOR[1] if FLOOR else "", "1.37"])
@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_kubernetes_takes_it_in_the_oldest_version_promised_and_in_the_newest(installation: str, version: str) -> None:
    kinds = set()
    for resource in resources(installation):
        if resource["kind"] not in CUSTOM:
            kubernetes_validate.validate(resource, version, strict=True)
            kinds.add(resource["kind"])
    assert kinds >= {"Deployment", "Service", "ServiceAccount", "PodDisruptionBudget", "NetworkPolicy"}


def test_what_kubernetes_would_not_take_is_seen() -> None:
    (deployment,) = of_kind("default", "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.37", strict=True)


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_workers_know_every_setting_and_can_read_it(installation: str) -> None:
    given = dict(variables(installation))
    assert unknown_variables(given) == ()
    names = {name for name in given if name.startswith("SEALSTREAM_KAFKA_")}
    fields = {name.removeprefix("SEALSTREAM_KAFKA_").lower(): given[name] for name in names}
    assert KafkaSettings(**fields).bootstrap_servers == given["SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS"]
    assert (given["SEALSTREAM_HEALTH_HOST"], given["SEALSTREAM_HEALTH_PORT"]) == ("0.0.0.0", "8080")  # noqa: S104
    assert WorkerSettings().health_host == "127.0.0.1"


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_a_worker_has_the_time_that_it_needs_to_stop_and_to_start(installation: str) -> None:
    pod = pod_of(installation)
    drain = int(dict(variables(installation))["SEALSTREAM_DRAIN_SECONDS"])
    assert drain == DeliverySettings().drain_seconds
    assert pod["terminationGracePeriodSeconds"] > drain + 10
    probe = pod["containers"][0]["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > StoreSettings().start_seconds


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_containers_may_do_nothing_that_they_need_not(installation: str) -> None:
    for kind in ("Deployment", "Job", "StatefulSet"):
        for resource in of_kind(installation, kind):
            pod = resource["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"]
            assert not pod["automountServiceAccountToken"]
            for container in (*pod.get("initContainers", ()), *pod["containers"]):
                assert container["securityContext"]["readOnlyRootFilesystem"]
                assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("installation", ["strimzi", "msk", "confluent"])
def test_scaling_goes_by_what_waits_in_every_input_topic(installation: str) -> None:
    (scaled,) = of_kind(installation, "ScaledObject")
    given = dict(variables(installation))
    asked = [trigger["metadata"] for trigger in scaled["spec"]["triggers"]]
    assert [metadata["topic"] for metadata in asked] == list(Topics(KafkaSettings().topic_prefix).inputs)
    assert {metadata["consumerGroup"] for metadata in asked} == {KafkaSettings().group}
    assert {metadata["bootstrapServers"] for metadata in asked} == {given["SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS"]}
    (deployment,) = of_kind(installation, "Deployment")
    assert "replicas" not in deployment["spec"]
    assert scaled["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_the_ports_of_the_brokers_are_open(installation: str) -> None:
    policy = part(installation, "NetworkPolicy", "worker")
    open_ports = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
    brokers = dict(variables(installation))["SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS"].split(",")
    assert {int(broker.rpartition(":")[2]) for broker in brokers} <= open_ports


@pytest.mark.parametrize("screen", ["console", "doors", "notify"])
def test_what_people_reach_and_what_tells_them_are_off_unless_they_are_asked_for(screen: str) -> None:
    asked = [
        name for name in INSTALLATIONS if any(screen in resource["metadata"]["name"] for resource in resources(name))
    ]
    assert asked == ["screens"]


@pytest.mark.parametrize(("screen", "port"), [("console", 8787), ("doors", 8788)])
def test_what_people_reach_has_rights_of_its_own_and_none_of_the_keys_of_workers(screen: str, port: int) -> None:
    pod, workers = pod_of("screens", screen), pod_of("screens")
    (container,) = pod["containers"]
    given = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    theirs = {volume["secret"]["secretName"] for volume in workers["volumes"] if "secret" in volume}
    assert "sealstream-signing" in theirs - given
    assert given & theirs == {"my-cluster-cluster-ca-cert"}
    assert [source["secretRef"]["name"] for source in container["envFrom"]] == [f"sealstream-{screen}-s3"]
    assert pod["serviceAccountName"] == part("screens", "ServiceAccount", screen)["metadata"]["name"]
    assert container["args"] == [screen]
    assert [container_port["containerPort"] for container_port in container["ports"]] == [port]
    service = part("screens", "Service", screen)["spec"]
    assert [service_port["port"] for service_port in service["ports"]] == [port]
    assert (
        service["selector"].items()
        <= part("screens", "Deployment", screen)["spec"]["template"]["metadata"]["labels"].items()
    )
    policy = part("screens", "NetworkPolicy", screen)["spec"]
    assert [allowed_port["port"] for allowed_port in policy["ingress"][0]["ports"]] == [port]
    assert policy["ingress"][0]["from"]


def test_a_console_is_served_only_by_a_login_that_tells_people_apart() -> None:
    given = dict(variables("screens", "console"))
    assert unknown_variables(given) == ()
    told = {
        name.removeprefix("SEALSTREAM_CONSOLE_").lower(): value
        for name, value in given.items()
        if name.startswith("SEALSTREAM_CONSOLE_") and "OIDC" not in name
    }
    settings = ConsoleSettings(**told)
    settings.require_safe()
    anywhere = "0.0.0.0"  # noqa: S104 (inside its container)
    assert (settings.login, settings.url, settings.address) == ("oidc", "https://console.example", (anywhere, 8787))
    (container,) = pod_of("screens", "console")["containers"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        (host,) = container[probe]["httpGet"]["httpHeaders"]
        assert host["name"] == "Host"
        assert host["value"] in settings.hosts


def test_several_consoles_share_a_database_that_a_secret_names_and_browsers_come_back_to_theirs() -> None:
    deployment = part("screens", "Deployment", "console")["spec"]
    (container,) = deployment["template"]["spec"]["containers"]
    named = [
        variable["valueFrom"]["secretKeyRef"] for variable in container["env"] if variable["name"].endswith("_DATABASE")
    ]
    assert deployment["replicas"] == 2
    assert named == [{"name": "sealstream-console-database", "key": "url"}]
    assert deployment["strategy"] == {"type": "Recreate"}  # another version may want other tables
    assert part("screens", "Service", "console")["spec"]["sessionAffinity"] == "ClientIP"
    assert part("screens", "PodDisruptionBudget", "console")["spec"]["maxUnavailable"] == 1
    egress = part("screens", "NetworkPolicy", "console")["spec"]["egress"]
    assert {"port": 5432} in [port for rule in egress for port in rule["ports"]]
    assert {"port": 5432} not in [
        port for rule in part("screens", "NetworkPolicy", "doors")["spec"]["egress"] for port in rule["ports"]
    ]


def test_what_notifies_keeps_what_is_undelivered_on_a_disk_of_its_own_and_has_no_key_of_workers(
    tmp_path: Path,
) -> None:
    stateful = part("screens", "StatefulSet", "notify")["spec"]
    pod = stateful["template"]["spec"]
    (container,) = pod["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    (file := tmp_path / "notify.toml").write_text(part("screens", "ConfigMap", "notify")["data"]["notify.toml"])
    plan = read_toml(file, NotificationPlan)

    (claim,) = stateful["volumeClaimTemplates"]
    assert str(plan.undelivered.parent) == mounts[claim["metadata"]["name"]]
    assert not any(volume["name"] == claim["metadata"]["name"] for volume in pod["volumes"])
    assert container["args"] == ["notify", "run", f"{mounts['plan']}/{file.name}"]
    secrets = {
        volume["secret"]["secretName"]: mounts[volume["name"]] for volume in pod["volumes"] if "secret" in volume
    }
    assert {str(target.secret_file.parent) for target in plan.targets.values() if target.secret_file} == {
        secrets["sealstream-notify"]
    }
    assert "sealstream-signing" not in secrets
    assert "envFrom" not in container
    assert unknown_variables({variable["name"]: variable["value"] for variable in container["env"]}) == ()


def test_prometheus_finds_what_notifies() -> None:
    monitor = part("screens", "ServiceMonitor", "notify")["spec"]
    service = part("screens", "Service", "notify")
    (container,) = part("screens", "StatefulSet", "notify")["spec"]["template"]["spec"]["containers"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert [endpoint["port"] for endpoint in monitor["endpoints"]] == [
        port["name"] for port in service["spec"]["ports"]
    ]
    given = {variable["name"]: variable["value"] for variable in container["env"]}
    assert given["SEALSTREAM_HEALTH_PORT"] == str(container["ports"][0]["containerPort"]) == "8080"
