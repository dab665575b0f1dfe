"""The OCPI hub: platforms, parties, objects, routing, deliveries. Complete without a single charger."""
