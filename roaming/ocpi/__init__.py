"""The words of OCPI 2.2.1: types, envelopes, headers, paging, patch rules and the objects of each module.

Pure: no Django, no network, no clock, no randomness. Wire names stay wire names.
"""
