"""The figures of edge/figures.py for OpenTelemetry (metrics data model 1.x): cumulative, with the same names."""

from collections.abc import Iterable

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from turnout.edge.figures import Figure


def metrics_of(figures: Iterable[Figure], resource: Resource, began_ns: int, at_ns: int) -> MetricsData:
    """`began_ns`: since when is counted; ns UTC, as `at_ns`."""
    metrics = [
        Metric(one.name, one.says, "s" if one.name.endswith("_seconds") else "1", _data(one, began_ns, at_ns))
        for one in figures
    ]
    scope = ScopeMetrics(InstrumentationScope("turnout"), metrics, "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _data(figure: Figure, began_ns: int, at_ns: int) -> Sum | Gauge | Histogram:
    if figure.kind == "histogram":
        spread = figure.spread
        point = HistogramDataPoint(
            attributes={},
            start_time_unix_nano=began_ns,
            time_unix_nano=at_ns,
            count=sum(spread.counts),
            sum=spread.total_s,
            bucket_counts=spread.counts,
            explicit_bounds=spread.bounds,
            min=None,  # type: ignore[arg-type] # not measured: optional in the protocol
            max=None,  # type: ignore[arg-type]
        )
        return Histogram([point], AggregationTemporality.CUMULATIVE)
    points = [NumberDataPoint(dict(one.labels), began_ns, at_ns, one.value) for one in figure.samples]
    if figure.kind == "counter":
        return Sum(points, AggregationTemporality.CUMULATIVE, is_monotonic=True)
    return Gauge(points)
