"""The peer of the list benchmark: Locations as relational rows, rendered by nested DRF ModelSerializers."""
