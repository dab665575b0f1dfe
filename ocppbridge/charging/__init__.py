"""The domain: what stations say, what we ask of them, transactions, metering, states, authorization."""
