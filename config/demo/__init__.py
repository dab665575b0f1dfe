"""The demo: a small world, processes on the far sides of the wire, and one roaming session told hop by hop."""
