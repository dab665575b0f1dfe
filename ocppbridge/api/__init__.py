"""The Operator API, station part: stations, calls to them, transactions."""
