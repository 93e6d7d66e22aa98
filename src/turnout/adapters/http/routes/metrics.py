"""The program's own figures in the Prometheus text format, for whoever scrapes: `GET /metrics`, scope `admin`."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from litestar import Response, get
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from turnout.adapters.http.door import COUNTED, NEVER, TheEdge, Who, want
from turnout.edge.edge import Edge
from turnout.edge.figures import Figure, figures_of

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


class Figures(Collector):
    """Of one server, as they stand when they are asked for."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def collect(self) -> Iterator[Metric]:
        yield from map(family, figures_of(self._edge))


def family(figure: Figure) -> Metric:
    if figure.kind == "histogram":
        spread = figure.spread
        bounds = [*(f"{bound:.9g}" for bound in spread.bounds), "+Inf"]
        buckets = list(zip(bounds, map(float, accumulate(spread.counts)), strict=True))
        return HistogramMetricFamily(figure.name, figure.says, buckets=buckets, sum_value=spread.total_s)
    labels = tuple(figure.samples[0].labels) if figure.samples else ()
    kind = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
    made = kind(figure.name, figure.says, labels=labels)
    for sample in figure.samples:
        made.add_metric(tuple(sample.labels.values()), sample.value)
    return made


@get("/metrics", media_type=TEXT, opt={COUNTED: NEVER})
async def metrics(who: Who, edge: TheEdge) -> Response[bytes]:
    """Counters, queues and durations in the Prometheus text format (scope `admin`)."""
    want(who, "admin")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(edge))
    return Response(generate_latest(registry), media_type=TEXT, headers={"cache-control": "no-store"})


ROUTES = [metrics]
