"""People outside the hub: partners that speak OCPI over real HTTP, and what they say."""
