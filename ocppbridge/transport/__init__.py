"""The sockets of stations: upgrade, conversation, journal. No ORM runs on this event loop."""
