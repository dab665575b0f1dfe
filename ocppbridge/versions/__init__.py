"""Dialects: the frames of OCPP 1.6, 2.0.1 and 2.1, and the domain's own words for them."""
