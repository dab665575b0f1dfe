"""An eMSP of its own process and its own knowledge of OCPI 2.2.1: what it and the hub agree on was not copied."""
