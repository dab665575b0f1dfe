"""The hub's decisions: whom a request concerns, what a partner gets next, how a connection begins and ends.

Pure: no Django, no network, no clock, no randomness; what is needed from outside comes as an argument.
"""
