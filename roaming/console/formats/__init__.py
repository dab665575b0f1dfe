"""How moments are written in the admin: exact to the second, the same everywhere."""
