"""Charging stations in software, for the demo, for rehearsal and for load: a pure core apart from its socket shell."""
