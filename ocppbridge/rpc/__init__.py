"""OCPP-J, the remote procedure calls under every OCPP version: frames, errors and one connection's state."""
