"""What `docker compose up` promises an operator, checked without a container engine.

`deploy/compose-config` resolves the file with the library that Docker Compose itself is made of. What it prints is
what would run: variables filled in, names checked. It is built once with Go, from sources pinned by their hash.
"""

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.delivery.settings import DeliverySettings
from agents.door_settings import DoorSettings
from agents.metrics import Metrics
from agents.notifying.metrics import NotifierMetrics
from agents.oidc_settings import OidcSettings
from agents.reference.settings import ReferenceSettings
from agents.settings import ConsoleSettings, KafkaSettings, WorkerSettings
from agents.similarity.settings import RecogniserSettings, RecognitionSettings
from pipeline.settings import AssetSettings, CredentialSettings, PeopleSettings, PolicySettings, StoreSettings

SETTINGS = (
    AssetSettings,
    ConsoleSettings,
    CredentialSettings,
    DeliverySettings,
    DoorSettings,
    KafkaSettings,
    OidcSettings,
    PeopleSettings,
    PolicySettings,
    RecogniserSettings,
    RecognitionSettings,
    ReferenceSettings,
    StoreSettings,
    WorkerSettings,
)
ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
DASHBOARD = ROOT / "deploy/grafana/dashboards/sealstream.json"

Resolve = Callable[..., subprocess.CompletedProcess[str]]
Model = Mapping[str, Any]


@pytest.fixture(scope="session")
def resolve(tmp_path_factory: pytest.TempPathFactory) -> Resolve:
    """Resolve a Compose file as Docker Compose does, in an environment without any variables but those given."""
    if shutil.which("go") is None:
        # A machine that decides what is merged must not pass by not looking.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs Go 1.24 or newer to build deploy/compose-config")
    program = tmp_path_factory.mktemp("compose") / "compose-config"
    subprocess.run(["go", "build", "-o", program, "."], cwd=ROOT / "deploy/compose-config", check=True)

    def run(file: Path = COMPOSE_FILE, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"HOME": "/", "PATH": "/bin", **variables}
        return subprocess.run([program, file], env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def model(resolve: Resolve) -> Model:
    resolved = resolve()
    assert resolved.returncode == 0, resolved.stderr
    read: Model = json.loads(resolved.stdout)
    return read


@pytest.mark.parametrize(
    ("written", "mistaken", "complaint"),
    [
        ("healthcheck:", "health_check:", "health_check"),
        ("replicas: 2", "replicas: [2]", "services.worker.deploy.replicas"),
        ("stop_grace_period: 45s", "stop_grace_period: 45 seconds", "45 seconds"),
        ("condition: service_completed_successfully", "condition: service_finished", "depends_on.init.condition"),
        ("init: { condition:", "innit: { condition:", 'undefined service "innit"'),
        ("- kafka-data:/var", "- kafka-date:/var", "undefined volume kafka-date"),
        ("127.0.0.1:${S3_PORT:-8333}:8333", "127.0.0.1:${S3_PORT:-s3}:8333", "Invalid hostPort: s3"),
        ("${KAFKA_IMAGE:-apache", "${KAFKA IMAGE:-apache", "invalid interpolation format"),
        ("*secret-key", "*secret-kye", "secret-kye"),
    ],
)
def test_the_check_finds_a_mistake_and_names_it(
    resolve: Resolve, tmp_path: Path, written: str, mistaken: str, complaint: str
) -> None:
    text = COMPOSE_FILE.read_text()
    assert written in text
    mutant = tmp_path / "docker-compose.yml"
    mutant.write_text(text.replace(written, mistaken, 1))

    resolved = resolve(mutant)

    assert resolved.returncode == 1
    assert complaint in resolved.stderr


def test_every_image_has_an_exact_version(model: Model) -> None:
    images = {name: service["image"] for name, service in model["services"].items()}
    images["the base of our own"] = model["services"]["worker"]["build"]["args"]["PYTHON_IMAGE"]

    assert [image for image in images.values() if not re.fullmatch(r"[a-z./-]+:v?\d+(\.\d+)+(-[a-z-]+)?", image)] == []


def test_a_mirror_with_a_digest_can_stand_in_for_every_foreign_image(resolve: Resolve, model: Model) -> None:
    mirrored = f"mirror.example/image@sha256:{'0' * 64}"
    variables = dict.fromkeys(re.findall(r"\$\{(\w+_IMAGE):-", COMPOSE_FILE.read_text()), mirrored)
    services = json.loads(resolve(**variables).stdout)["services"]

    foreign = {name for name, service in model["services"].items() if "build" not in service}
    assert {name for name, service in services.items() if service["image"] == mirrored} == foreign
    assert services["worker"]["build"]["args"]["PYTHON_IMAGE"] == mirrored


def test_our_image_carries_the_project_version_and_is_built_here_on_the_base_that_the_dockerfile_names(
    model: Model,
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    for name in ("init", "worker"):
        service = model["services"][name]
        assert service["image"] == f"sealstream:{project['version']}"
        assert service["pull_policy"] == "never"
        assert service["build"]["context"] == str(ROOT)
        assert f"ARG PYTHON_IMAGE={service['build']['args']['PYTHON_IMAGE']}\n" in (ROOT / "Dockerfile").read_text()


def test_servers_have_the_versions_that_the_suite_runs_against(model: Model) -> None:
    kafka, seaweedfs = (model["services"][name]["image"].split(":")[1] for name in ("kafka", "seaweedfs"))

    assert f"<kafka.version>{kafka}</kafka.version>" in (ROOT / "devstack/kafka-pom.xml").read_text()
    assert f"\nseaweedfs-bin=={seaweedfs} " in (ROOT / "requirements-dev.lock").read_text()


def test_topics_and_buckets_are_made_before_any_worker_starts(model: Model) -> None:
    init, worker = model["services"]["init"], model["services"]["worker"]

    assert init["command"] == ["sealstream topics create\nsealstream bucket create\n"]
    assert init["entrypoint"] == ["/bin/sh", "-euc"]
    assert init["restart"] == "no"
    assert {dependency["condition"] for dependency in init["depends_on"].values()} == {"service_healthy"}
    assert init["depends_on"].keys() == {"kafka", "seaweedfs"}
    assert worker["depends_on"]["init"]["condition"] == "service_completed_successfully"


def test_everything_that_stays_up_says_whether_it_is_healthy_and_comes_back(model: Model) -> None:
    staying = {name: service for name, service in model["services"].items() if name != "init"}

    assert {name for name, service in staying.items() if not service.get("healthcheck", {}).get("test")} == set()
    assert {service["restart"] for service in staying.values()} == {"unless-stopped"}


def test_two_workers_that_are_healthy_when_ready(model: Model) -> None:
    worker = model["services"]["worker"]

    assert worker["deploy"]["replicas"] == 2
    assert "container_name" not in worker
    assert worker["command"] == ["worker"]
    assert "http://127.0.0.1:8080/readyz" in worker["healthcheck"]["test"][-1]


def test_a_worker_is_given_longer_to_stop_than_it_takes_to_drain(model: Model) -> None:
    grace = model["services"]["worker"]["stop_grace_period"]

    assert float(grace.removesuffix("s")) >= DeliverySettings.model_fields["drain_seconds"].default + 10


def test_workers_sign_with_one_chain_that_outlives_them(model: Model) -> None:
    worker = model["services"]["worker"]
    shared = {mount["target"]: mount["source"] for mount in worker["volumes"] if mount["type"] == "volume"}

    assert shared[worker["environment"]["SEALSTREAM_STATE_DIR"]] == "signing-chain"


def test_every_server_keeps_its_data_in_a_named_volume(model: Model) -> None:
    for name in ("kafka", "seaweedfs", "prometheus", "grafana"):
        sources = {mount["source"] for mount in model["services"][name]["volumes"] if mount["type"] == "volume"}
        assert len(sources & model["volumes"].keys()) == 1, name


@pytest.mark.parametrize("service", ["worker", "recogniser", "doors", "console", "notify"])
def test_our_variables_are_settings_that_exist(model: Model, service: str) -> None:
    known = {f"{cls.model_config['env_prefix']}{field}".upper() for cls in SETTINGS for field in cls.model_fields}
    told = {name for name in model["services"][service]["environment"] if name.startswith("SEALSTREAM_")}

    assert told
    assert told <= known


def test_a_console_is_served_only_by_a_login_that_tells_people_apart(resolve: Resolve) -> None:
    issuer = "https://login.example"
    console = json.loads(resolve(SEALSTREAM_CONSOLE_OIDC_ISSUER=issuer).stdout)["services"]["console"]
    told = {
        name.removeprefix("SEALSTREAM_CONSOLE_").lower(): value or None
        for name, value in console["environment"].items()
        if name.startswith("SEALSTREAM_CONSOLE_") and "OIDC" not in name
    }
    settings = ConsoleSettings(**{**told, "proxies": ()})
    settings.require_safe()

    assert (settings.login, settings.url, settings.store) == ("oidc", "http://localhost:8787", True)
    assert console["environment"]["SEALSTREAM_CONSOLE_OIDC_ISSUER"] == issuer
    assert [(port["target"], port["host_ip"]) for port in console["ports"]] == [(settings.address[1], "127.0.0.1")]
    assert [mount["source"] for mount in console["volumes"]] == ["console-data"]  # and no key that signs


def test_what_notifies_has_its_file_and_a_disk_of_its_own_and_no_key_of_the_store(resolve: Resolve) -> None:
    notify = json.loads(resolve(NOTIFY_DIR="/etc/notify").stdout)["services"]["notify"]
    mounts = {mount["target"]: mount for mount in notify["volumes"]}
    file = mounts["/etc/sealstream/notify"]

    assert notify["command"] == ["notify", "run", "/etc/sealstream/notify/notify.toml"]
    assert (file["source"], file["read_only"], file["type"]) == ("/etc/notify", True, "bind")
    assert not file["bind"].get("create_host_path")  # an empty directory that nobody made explains nothing
    assert mounts["/var/lib/sealstream"]["source"] == "notify-data"
    assert not [name for name in notify["environment"] if name.startswith("AWS_")]


def test_workers_and_init_reach_kafka_and_s3_where_those_listen(model: Model) -> None:
    advertised = model["services"]["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]

    for name in ("init", "worker"):
        environment = model["services"][name]["environment"]
        assert f"INTERNAL://{environment['SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS']}," in advertised
        assert environment["AWS_ENDPOINT_URL_S3"] == "http://seaweedfs:8333"


def test_kafka_is_told_that_it_is_alone(model: Model) -> None:
    environment = model["services"]["kafka"]["environment"]
    copies = {value for name, value in environment.items() if name.endswith(("REPLICATION_FACTOR", "_ISR", "REPLICAS"))}

    assert copies == {"1"}
    assert environment["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"] == "1"
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_port_that_kafka_advertises_to_this_machine_is_the_one_it_is_published_at(resolve: Resolve) -> None:
    kafka = json.loads(resolve(KAFKA_PORT="29092").stdout)["services"]["kafka"]

    assert kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].endswith("HOST://localhost:29092")
    assert [port["published"] for port in kafka["ports"]] == ["29092"]


def test_no_secret_is_written_down_and_every_default_says_what_it_is() -> None:
    plain = yaml.safe_load(COMPOSE_FILE.read_text())
    secrets = {
        value
        for service in plain["services"].values()
        for name, value in service.get("environment", {}).items()
        if re.search(r"SECRET|PASSWORD|KEY|TOKEN|PASSPHRASE", name)
    }

    assert len(secrets) == 5
    stated = r"\$\{[A-Z0-9_]+:-(?:[a-z-]*development[a-z-]*)?\}"
    assert [value for value in secrets if not re.fullmatch(stated, value)] == []


def test_credentials_come_from_variables_of_their_own_and_reach_everyone_who_needs_them(resolve: Resolve) -> None:
    services = json.loads(
        resolve(
            SEALSTREAM_DEV_S3_ACCESS_KEY="chosen",
            SEALSTREAM_DEV_S3_SECRET_KEY="by the operator",
            AWS_ACCESS_KEY_ID="an account in the cloud",
            AWS_SECRET_ACCESS_KEY="and its real key",
        ).stdout
    )["services"]

    for name in ("seaweedfs", "init", "worker"):
        assert services[name]["environment"]["AWS_ACCESS_KEY_ID"] == "chosen"
        assert services[name]["environment"]["AWS_SECRET_ACCESS_KEY"] == "by the operator"


def test_nothing_listens_beyond_this_machine(model: Model) -> None:
    addresses = {port.get("host_ip") for service in model["services"].values() for port in service.get("ports", [])}

    assert addresses == {"127.0.0.1"}


def test_our_containers_have_a_read_only_root_and_no_privileges(model: Model) -> None:
    for name in ("init", "worker", "recogniser", "doors", "console", "notify"):
        service = model["services"][name]
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_image_is_made_of_pinned_packages_and_runs_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    final = dockerfile[dockerfile.rindex("\nFROM ") :]
    installs = re.findall(r"\bpip .*?\b(?:install|wheel|download) (.*)", dockerfile)

    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.MULTILINE)
    assert 'ENTRYPOINT ["sealstream"]' in final
    assert installs
    assert [install for install in installs if not re.search("--require-hashes|--no-deps", install)] == []
    assert not re.search(r"index-url|PIP_INDEX|https?://|\bgcc\b|build-essential", dockerfile)


def test_the_image_can_make_reports_as_pdf() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    final = dockerfile[dockerfile.rindex("\nFROM ") :]
    assert re.search(r"apt-get install --yes --no-install-recommends fonts-noto-cjk=\S+ ", final)
    for package in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["reports"]:
        name = re.split("[<>=]", package)[0]
        assert re.search(rf"^{name}==", (ROOT / "requirements.lock").read_text(), re.MULTILINE), name


def test_the_image_is_given_everything_that_the_wheel_is_made_of() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    admitted = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    assert {*wheel["packages"], *wheel.get("force-include", {})} <= set(admitted)


def test_prometheus_is_there_on_request_and_asks_every_worker_recogniser_and_notifier_where_they_answer(
    model: Model,
) -> None:
    on_request = {name: service["profiles"] for name, service in model["services"].items() if service.get("profiles")}
    assert on_request == {
        "prometheus": ["observability"],
        "grafana": ["observability"],
        "recogniser": ["recogniser"],
        "doors": ["doors"],
        "console": ["console"],
        "notify": ["notify"],
    }
    (job,) = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    (lookup,) = job["dns_sd_configs"]
    assert lookup["names"] == ["worker", "recogniser", "notify"]
    for name in lookup["names"]:
        environment = model["services"][name]["environment"]
        assert lookup["port"] == int(environment["SEALSTREAM_HEALTH_PORT"])
        assert environment["SEALSTREAM_HEALTH_HOST"] == "0.0.0.0"  # noqa: S104 (inside its container)


def test_workers_remember_what_was_sealed_themselves_unless_they_are_told_whom_to_ask(
    resolve: Resolve, model: Model
) -> None:
    recogniser = model["services"]["recogniser"]["environment"]
    url = f"http://recogniser:{recogniser['SEALSTREAM_RECOGNISER_PORT']}"

    assert model["services"]["worker"]["environment"]["SEALSTREAM_RECOGNISER_URLS"] == ""
    asking = json.loads(resolve(SEALSTREAM_RECOGNISER_URLS=url).stdout)["services"]["worker"]["environment"]
    assert asking["SEALSTREAM_RECOGNISER_URLS"] == url
    assert recogniser["SEALSTREAM_RECOGNISER_HOST"] == "0.0.0.0"  # noqa: S104 (inside its container)
    assert [port["target"] for port in model["services"]["recogniser"]["ports"]] == [8080]


def test_the_dashboard_shows_exactly_the_metrics_that_exist_with_labels_they_have() -> None:
    suffix = {"counter": "_total", "gauge": "", "histogram": "_bucket"}
    collectors = [
        getattr(metrics.create(), field.name)
        for metrics in (Metrics, NotifierMetrics)
        for field in fields(metrics)
        if field.name != "registry"
    ]
    labels = {collector._name + suffix[collector._type]: {*collector._labelnames, "le"} for collector in collectors}
    dashboard = json.loads(DASHBOARD.read_text())
    seen = set()

    for expression in [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]:
        (shown,) = re.findall(r"\bsealstream_\w+", expression)
        grouped_by = re.findall(r"\bby \((.+?)\)", expression)
        assert {label for group in grouped_by for label in group.split(", ")} <= labels[shown], expression
        seen.add(shown)
    assert seen == labels.keys()


def test_grafana_finds_its_datasource_and_its_dashboard_where_they_are_mounted(model: Model) -> None:
    provisioning = ROOT / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((provisioning / "dashboards/sealstream.yml").read_text())["providers"]
    mounts = {mount["target"]: mount["source"] for mount in model["services"]["grafana"]["volumes"]}
    dashboard = json.loads(DASHBOARD.read_text())

    assert source["url"] == "http://prometheus:9090"
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {source["uid"]}
    assert mounts["/etc/grafana/provisioning"] == str(provisioning)
    assert mounts[provider["options"]["path"]] == str(DASHBOARD.parent)
