"""The live page: what happens now, told to staff over a WebSocket of the `ocpp` process.

`page` gives the HTML and short-lived tickets (web process); `socket` takes a ticket and tells; `feed` looks at the
database once a second for all who watch, and not at all while nobody does; `looks` are its questions.
"""
