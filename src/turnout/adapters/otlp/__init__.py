"""Traces, metrics and logs for a collector of the city's own, by OTLP over HTTP (OpenTelemetry 1.x, protobuf)."""
