"""Which test shows which requirement; `python -m tests.requirements` writes the tables beside this file.

Each `<set>.toml` is a set of requirements: its items by id, and how an id of the set looks. A test shows an item by
naming its id, and in no other way; comments and the docstrings of modules do not count:

    def test_a_put_creates(...):
        '''STA-04, COO-02; a range is written "TOK-09 to TOK-13".'''

    @pytest.mark.parametrize(("requirement", "body"), [("LOC-22", {...}), ("LOC-23, TYP-04", {...})])
    def test_rules(requirement, body):          # a table, also one that is named and stands in the same module

A docstring of a test class counts for each of its tests; `"shows": "TAR-12: …"` in a vector's expected.json counts too.
An item of a level that the set requires has a test, or says beside itself why it has none: `untested = "…"`, which
falls away by the command once a test names it.
To add a set (certification cases, security requirements): write `<set>.toml` like ocpi.toml and run the command.
"""
