"""The stations: OCPP 1.6J, 2.0.1 and 2.1, and the bridge between them and the hub."""
