"""Dashboard, alerts and scraping: every query is Prometheus' grammar, over series that somebody exposes."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from promql_parser import Expr, MatrixSelector, VectorSelector, parse, walk

from departments.delivery.measuring import DeliveryMetrics
from departments.review.deadlines import DeskMetrics
from mailroom.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "compose"
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def read(path: str) -> Any:
    """A file of configuration."""
    return yaml.safe_load((FOLDER / path).read_text(encoding="utf-8"))


DASHBOARD = json.loads((FOLDER / "grafana/dashboards/mailroom.json").read_text(encoding="utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
ALERTS = [rule["expr"] for group in read("prometheus/rules.yml")["groups"] for rule in group["rules"]]


def series_of(query: str) -> set[str]:
    """The names of the series that a query reads; Grafana puts a duration where its variable stands.

    Raises:
        ValueError: It is no PromQL.
    """
    names: set[str] = set()

    def visit(node: Expr) -> None:
        selector = node.vector_selector if isinstance(node, MatrixSelector) else node
        if isinstance(selector, VectorSelector) and selector.name:
            names.add(selector.name)

    walk(parse(query.replace("$__rate_interval", "1m")), visit)
    return names


def exposed() -> set[str]:
    """The names of all series that our services expose."""
    metrics = Metrics()
    DeskMetrics(metrics.registry)
    DeliveryMetrics(metrics.registry)
    return {
        family.name + suffix
        for family in metrics.registry.collect()
        for suffix in SUFFIXES.get(family.type, ())
    }


@pytest.mark.parametrize("query", [*QUERIES, *ALERTS])
def test_every_query_reads_what_somebody_exposes(query: str) -> None:
    """A metric that was renamed would leave a panel empty, and an alert silent, without anybody noticing."""
    names = series_of(query)
    assert names
    ours = {name for name in names if not re.match("flink_|up$|process_", name)}
    assert ours <= exposed()


def test_what_is_asked_is_a_service_of_the_compose_file() -> None:
    """A target is a service's name and a port that its image says it listens at."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    files = {"classifier": "classifier_service", "flink": "stream_processing"}
    for job in read("prometheus/prometheus.yml")["scrape_configs"]:
        for target in job["static_configs"][0]["targets"]:
            host, port = target.split(":")
            assert host in services or host == "localhost"
            if job["job_name"] in files:
                dockerfile = (ROOT / files[job["job_name"]] / "Dockerfile").read_text(encoding="utf-8")
                assert re.search(rf"^EXPOSE .*\b{port}\b", dockerfile, re.MULTILINE)


def test_the_files_that_configuration_names_are_there() -> None:
    """The rules beside Prometheus' own file; the dashboard where Grafana is told to look."""
    assert read("prometheus/prometheus.yml")["rule_files"] == ["rules.yml"]
    grafana = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["grafana"]
    [provider] = read("grafana/provisioning/dashboards/mailroom.yaml")["providers"]
    places = dict(volume.split(":")[1::-1] for volume in grafana["volumes"])
    assert places[provider["options"]["path"]] == "./deploy/compose/grafana/dashboards"
    assert places["/etc/grafana/provisioning"] == "./deploy/compose/grafana/provisioning"


def test_panels_ask_the_source_that_is_provisioned() -> None:
    """One source, by the id that its own file gives it."""
    [source] = read("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    asked = {target["datasource"]["uid"] for panel in DASHBOARD["panels"] for target in panel["targets"]}
    assert asked == {source["uid"]} == {"prometheus"}


def test_no_panel_lies_over_another() -> None:
    """Each has an id and a place of its own, within Grafana's 24 columns."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) == 16
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above
    assert max(panel["gridPos"]["x"] + panel["gridPos"]["w"] for panel in panels) == 24
