"""The only place that knows both protocols."""
