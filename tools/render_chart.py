"""Renders the Helm chart for each of its installations, with helm built from its Go module; `make outsiders` runs it.

    python -m tools.render_chart [HELM]

What comes out lies in `deploy/chart/rendered`, each under a digest of what it was rendered from, so that a test sees
without helm whether it is up to date. Resources of KEDA and of Prometheus' operator are held against the schemas of
`@kubernetes-models`; those of Kubernetes itself are, in every run of the tests. Values that cannot work are tried, and
have to be refused by words that say what to write.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

__all__ = ["CHART", "INSTALLATIONS", "RENDERED", "digest"]

CHART: Final = Path(__file__).parents[1] / "deploy" / "chart"
RENDERED: Final = CHART / "rendered"
INSTALLATIONS: Final = ("default", "strimzi", "msk", "confluent", "screens")
_CONSOLE: Final = ("console.enabled=true", "console.url=https://console.example")
_REFUSED: Final[Mapping[str, Sequence[str]]] = {
    "console.replicas is 2, and each console would keep a read model of its own": (*_CONSOLE, "console.replicas=2"),
    "console.database.url is no address of PostgreSQL": (*_CONSOLE, "console.database.url=/var/lib/console.sqlite"),
    "The console's database is named more than once": (
        *_CONSOLE,
        "console.database.url=postgresql://console@db/sealstream",
        "console.settings.SEALSTREAM_CONSOLE_DATABASE=/var/lib/console.sqlite",
    ),
    "notify.plan is empty": ("notify.enabled=true",),
}
"""What is refused, by what is said then, and the values that lead there."""

_HELM: Final = "v3.19.2"
_MODELS: Final = ("@kubernetes-models/keda@2.0.0", "@kubernetes-models/prometheus-operator@6.0.0", "yaml@2.8.1")
_WHERE: Final = ("--namespace", "sealstream", "--kube-version", "1.29")
_CACHE: Final = CHART.parents[1] / ".cache" / "outsiders"
_CHECK: Final = """
import { readFileSync } from "fs";
import * as yaml from "yaml";
import * as keda from "@kubernetes-models/keda/keda.sh/v1alpha1";
import * as prometheus from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
const models = { "keda.sh/v1alpha1": keda, "monitoring.coreos.com/v1": prometheus };
let checked = 0;
for (const file of process.argv.slice(1))
  for (const found of yaml.parseAllDocuments(readFileSync(file, "utf8"))) {
    const one = found.toJSON(), group = one && models[one.apiVersion];
    if (group) { new group[one.kind](one).validate(); checked += 1; }
  }
console.log(`${checked} resources of KEDA and of Prometheus' operator are as their schemas want them`);
if (!checked) process.exit(1);
"""


def digest(installation: str) -> str:
    """What an installation is rendered from, as SHA-256."""
    sources = [
        CHART / "Chart.yaml",
        CHART / "values.yaml",
        CHART / "values.schema.json",
        *(CHART / "templates").iterdir(),
    ]
    if installation != "default":
        sources.append(CHART / "values" / f"{installation}.yaml")
    whole = hashlib.sha256()
    for source in sorted(sources):
        whole.update(f"{source.relative_to(CHART)}\n".encode() + source.read_bytes())
    return whole.hexdigest()


def _rendered(helm: Path, installation: str) -> str:
    values = [] if installation == "default" else ["--values", str(CHART / "values" / f"{installation}.yaml")]
    subprocess.run([helm, "lint", "--strict", "--quiet", CHART, *values], check=True)
    made = _says(helm, "template", "sealstream", str(CHART), *_WHERE, *values)
    return f"# Written by `python -m tools.render_chart` with helm {_HELM}, from {digest(installation)}.\n{made}"


def _refuse(helm: Path, said: str, values: Sequence[str]) -> None:
    """See that values are refused, by what operators can act on."""
    told = [option for value in values for option in ("--set", value)]
    command = [helm, "template", "sealstream", CHART, *_WHERE, *told]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == 0 or said not in done.stderr:
        raise SystemExit(f"{' '.join(values)} should be refused by {said!r}; helm says: {done.stderr or 'nothing'}")


def _says(program: Path | str, *arguments: str) -> str:
    return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def _built() -> Path:
    helm = _CACHE / "bin" / "helm"
    if not helm.exists() or _HELM not in _says("go", "version", "-m", str(helm)):
        environment = {**os.environ, "GOBIN": str(helm.parent)}
        subprocess.run(["go", "install", f"helm.sh/helm/v3/cmd/helm@{_HELM}"], check=True, env=environment)
    return helm


def main() -> None:
    """Render every installation, and check what tests cannot."""
    helm = Path(sys.argv[1]) if len(sys.argv) > 1 else _built()
    files = [RENDERED / f"{installation}.yaml" for installation in INSTALLATIONS]
    for file in files:
        file.write_text(_rendered(helm, file.stem), encoding="utf-8")
    for said, values in _REFUSED.items():
        _refuse(helm, said, values)
    there = _CACHE / "kubernetes-models"
    there.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", *_MODELS]
    subprocess.run(install, cwd=there, check=True)
    subprocess.run(["node", "--input-type=module", "--eval", _CHECK, *files], cwd=there, check=True)


if __name__ == "__main__":
    main()
